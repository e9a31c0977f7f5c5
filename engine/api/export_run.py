"""An export at work: frames in, files out, each frame's mattes made once for all formats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict

from engine.api.export_files import PlannedFile, text_of
from engine.api.export_plan import ExportPlan, stamp_of, text_stamp
from engine.api.export_setup import ExportSetup
from engine.api.finished_mattes import finished_mattes
from engine.atomic import write_text
from engine.errors import OutputError
from engine.jobs import FrameDone, Job, Message, Progress
from engine.mattes.cryptomatte import CryptomatteWriter
from engine.mattes.cutout import PictureWriter
from engine.mattes.formats import FORMATS
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.journal import Journal
from engine.mattes.options import Output
from engine.mattes.plates import Plates
from engine.mattes.shot import ExportFrame, Shot
from engine.mattes.sidecar import ExportedFormat, Sidecar, write_sidecar
from engine.mattes.writers import ClipWriter, FrameWriter, clip_writer, frame_writer

_STAGE = "exporting"
_SMALLEST_LOSS = 1 / 1024
"""Of coverage: less than this is not worth a word."""


class ExportRun:
    """An export at work: its writers, its journals, and what is finished by now."""

    def __init__(self, setup: ExportSetup, plan: ExportPlan, shot: Shot, plates: Plates | None) -> None:
        self.setup = setup
        self.pending = [file for file in plan.files if file.path not in plan.finished]
        self._plan, self._shot, self._plates = plan, shot, plates
        self._done = set(plan.finished)
        self._mattes = _mattes(setup, plates)
        self._pending_of: dict[int, list[PlannedFile]] = {}
        for file in self.pending:
            if file.source is not None:
                self._pending_of.setdefault(file.source, []).append(file)
        outputs = setup.request.outputs
        self._journals = [Journal(setup.request.out, setup.content(output)) for output in outputs]
        self._writers: dict[int, FrameWriter] = {
            index: frame_writer(output, shot, setup.reader.parts)
            for index, output in enumerate(outputs)
            if FORMATS[output.format].per == "frame"
        }
        self._pictures = PictureWriter()

    def pending_of(self, source: int) -> list[PlannedFile]:
        """Returns the files of a frame that are not there yet."""
        return self._pending_of.get(source, [])

    def write(self, file: PlannedFile, frame: ExportFrame) -> None:
        """Writes one file of a frame."""
        writer = self._pictures if file.kind == "picture" else self._writers[file.output]
        self._journals[file.output].begin(file.path, stamp_of(self.setup, file))
        writer.write(file.path, frame, file.layers)
        self.finished(file)

    def write_text(self, file: PlannedFile) -> None:
        """Writes a text as it is right now: other machines may have finished other ranges meanwhile."""
        text = text_of(self.setup, self.setup.request.outputs[file.output])
        write_text(file.path, text)
        self._journals[file.output].add(file.path, text_stamp(text))
        self._done.add(file.path)

    def open_clip(self, file: PlannedFile) -> AbstractContextManager[ClipWriter]:
        """Returns the writer of a clip, to be entered."""
        output = self.setup.request.outputs[file.output]
        return clip_writer(output, self._shot, self.setup.reader.parts, file.path, file.layers)

    def remarks(self) -> list[str]:
        """Returns what the writers have to say at the end."""
        lost = [w.largest_loss for w in self._writers.values() if isinstance(w, CryptomatteWriter)]
        if max(lost, default=0.0) < _SMALLEST_LOSS:
            return []
        return [
            f"Where many parts meet, up to {max(lost):.1%} of a pixel found no room in the Cryptomatte. "
            "Give it more --ranks."
        ]

    def close(self) -> None:
        """Closes the journals."""
        for journal in self._journals:
            journal.close()

    def finished(self, file: PlannedFile) -> None:
        """Notes that a file has its final name."""
        self._journals[file.output].add(file.path, stamp_of(self.setup, file))
        self._done.add(file.path)

    def frame(self, source: int) -> ExportFrame:
        """Returns what the writers need of a frame."""
        self.setup.stamp(source)  # before the mattes are read: a correction made meanwhile must not count as exported
        plate = self._plates.frame(source) if self._plates is not None else None
        return ExportFrame(source, self.setup.frames[source], self._mattes.of(source), plate)

    def sidecar(self, *, complete: bool) -> Sidecar:
        """Returns the sidecar as things stand."""
        setup, record = self.setup, self.setup.reader.record
        return Sidecar(
            shot=setup.shot,
            version=setup.version,
            source=dict(record.clip),
            provenance={**setup.provenance, "fingerprint": dict(record.fingerprint)},
            layers=setup.layers,
            padding=setup.padding,
            colour=asdict(setup.request.colour),
            finish=setup.request.recipe.to_json() if setup.request.recipe else None,
            formats=tuple(self._format(index, output) for index, output in enumerate(setup.request.outputs)),
            complete=complete,
        )

    def leave_sidecar_if_possible(self) -> None:
        """Writes the sidecar of an export that stopped; what stopped it is the news, not a second failure."""
        try:
            write_sidecar(self.setup.request.out, self.sidecar(complete=False))
        except OutputError:
            return

    def _format(self, index: int, output: Output) -> ExportedFormat:
        own = [file for file in self._plan.files if file.output == index and file.kind in ("frame", "clip")]
        lacking = {file.source for file in own if file.path not in self._done}
        frames = {} if None in lacking else {s: n for s, n in self.setup.frames.items() if s not in lacking}
        return ExportedFormat(output, frames, self.setup.content(output))


def _mattes(setup: ExportSetup, plates: Plates | None) -> FrameMattes:
    plate = plates.source if plates is not None else None
    request = setup.request
    return finished_mattes(setup.reader, request.recipe, plate, request.cache_folder, weights=setup.weights)


def write_all(run: ExportRun) -> Job[None]:
    """Writes every file that is not there yet.

    Raises:
        InputError: A frame of the result or of the plate cannot be read.
        OutputError: The disk refuses.
    """
    total = len(run.setup.frames)
    with ExitStack() as clips:
        writers = [clips.enter_context(_noted(run, file)) for file in run.pending if file.kind == "clip"]
        for number, source in enumerate(run.setup.frames, start=1):
            files = run.pending_of(source)
            if files or writers:
                frame = run.frame(source)
                for file in files:
                    run.write(file, frame)
                    yield Progress(_STAGE, number - 1, total)
                for writer in writers:
                    writer.add(frame)
                    yield Progress(_STAGE, number - 1, total)
                yield FrameDone(source)
            yield Progress(_STAGE, number, total)
    for file in run.pending:
        if file.kind == "text":
            run.write_text(file)
    for text in run.remarks():
        yield Message(text, "warning")


@contextmanager
def _noted(run: ExportRun, file: PlannedFile) -> Iterator[ClipWriter]:
    """Opens the writer of a clip; its file is noted as whole once it has its final name."""
    with run.open_clip(file) as writer:
        yield writer
    run.finished(file)
