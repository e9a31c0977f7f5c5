"""Export: a result folder in, files for compositing out."""

from __future__ import annotations

from contextlib import ExitStack, closing
from fractions import Fraction

from engine.api.export_plan import plan_of
from engine.api.export_request import ExportRequest, ExportSummary
from engine.api.export_run import ExportRun, write_all
from engine.api.export_setup import ExportSetup, plate_path, read_setup
from engine.errors import InputError, OutputError
from engine.jobs import Job, Message
from engine.mattes.leftovers import remove_leftovers_of
from engine.mattes.movie_file import DEFAULT_RATE
from engine.mattes.plates import Plates
from engine.mattes.shot import Shot
from engine.mattes.sidecar import write_sidecar
from engine.media import open_clip


def export(request: ExportRequest) -> Job[ExportSummary]:
    """Writes the files and returns what was written.

    Every file appears whole under its name. A cancelled or killed export keeps its finished files; the same request
    goes on with those that are missing. A video cannot go on in its middle: it begins anew.

    Yields:
        Messages, Progress after each file, FrameDone after each frame.

    Raises:
        InputError: The result, a layer's name, a pattern, the range or the plate cannot be used.
        OutputError: Files exist and `overwrite` is off, or the disk refuses.
    """
    setup = read_setup(request)
    request = setup.request
    plan = plan_of(setup)
    if plan.replaced and not request.overwrite:
        raise OutputError(
            f"{len(plan.replaced)} of {len(plan.files)} files exist and were made from something else, for example "
            f"'{plan.replaced[0]}'. Nothing was written. Choose another folder, or --overwrite to replace them."
        )
    for warning in plan.warnings:
        yield Message(warning, "warning")
    if plan.finished:
        yield Message(f"{len(plan.finished)} of {len(plan.files)} files were finished before and are kept.")
    with ExitStack() as stack:
        plates = _open_plates(setup, stack)
        if plates is not None and (note := _other_clip(setup, plates)):
            yield Message(note, "warning")
        shot = _shot(setup, plates)
        if shot.rate is None and any(output.is_movie and not output.movie.rate for output in request.outputs):
            yield Message(f"The clip says no frame rate: movies get {DEFAULT_RATE}. Give it with --rate.", "warning")
        run = stack.enter_context(closing(ExportRun(setup, plan, shot, plates)))
        remove_leftovers_of([file.path for file in run.pending])
        try:
            yield from write_all(run)
        except BaseException:
            run.leave_sidecar_if_possible()
            raise
        sidecar = write_sidecar(request.out, run.sidecar(complete=True))
    return ExportSummary(request.out, len(plan.files), len(plan.finished), tuple(setup.frames), sidecar)


def _open_plates(setup: ExportSetup, stack: ExitStack) -> Plates | None:
    """Opens the clip where a format wants it; only those that cannot do without it insist."""
    outputs, recipe = setup.request.outputs, setup.request.recipe
    needing = [f"The format {output.format}" for output in outputs if output.needs_plate]
    if recipe is not None and (recipe.needs_plate or recipe.dechatters):
        needing.append("The finish recipe")
    if not needing and not any(output.wants_plate for output in outputs):
        return None
    remembered = setup.reader.record.clip
    path = plate_path(setup)
    try:
        source = stack.enter_context(closing(open_clip(path, colour_space=str(remembered["colour_space"]))))
    except InputError as error:
        if not needing:
            return None
        raise InputError(f"{needing[0]} needs the plate. {error} Give it with --clip.") from error
    if (source.info.height, source.info.width) != setup.reader.record.plate_hw:
        if not needing:
            return None
        raise InputError(
            f"'{path}' is {source.info.width}x{source.info.height}, the result was made from "
            f"{remembered['width']}x{remembered['height']}. Give the plate it was made from with --clip."
        )
    return Plates(source, setup.request.colour)


def _other_clip(setup: ExportSetup, plates: Plates) -> str:
    """Returns a sentence where the plate is not the clip that the result was made from, else ""."""
    made_from = setup.reader.record.clip.get("content_id")
    if not made_from or made_from == plates.source.info.content_id:
        return ""
    return (
        f"'{plate_path(setup)}' is not the clip that the result was made from, or it has changed since: the mattes may "
        "not fit it."
    )


def _shot(setup: ExportSetup, plates: Plates | None) -> Shot:
    clip = setup.reader.record.clip
    rate = Fraction(str(clip["rate"])) if clip.get("rate") else plates.rate if plates else None
    timecode = plates.timecode(next(iter(setup.frames))) if plates else ""
    aspect = Fraction(str(clip.get("pixel_aspect", 1)))
    hw = setup.reader.record.plate_hw
    return Shot(setup.shot, setup.version, hw, rate, aspect, setup.padding, timecode, setup.provenance)
