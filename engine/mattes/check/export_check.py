"""The check of an export folder: are the files there that its sidecar names, whole, legal, watertight and steady."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Event, Progress
from engine.mattes.check.files import check_clip, check_picture, clip_files, frame_files
from engine.mattes.check.findings import CheckReport, Findings
from engine.mattes.check.planes import MATTE_FORMATS, are_sound, check_sums, read_planes
from engine.mattes.check.result_check import check_flicker, check_numbers, note_empty
from engine.mattes.check.settings import CheckLimits
from engine.mattes.formats import FORMATS
from engine.mattes.layers import MatteLayer
from engine.mattes.sidecar import ExportedFormat, Sidecar
from engine.temporal.flicker import flicker
from engine.temporal.flow_store import FlowStore

_LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_PLATE = "Chatter was not measured: the plate is not at hand. Give it with --plate."
_NO_MATTES = "Sums and chatter were not measured: no format of this export holds mattes that can be added up."
Planes = Mapping[str, NDArray[np.float64]]


@dataclass
class _Work:
    """What is collected while files are read."""

    folder: Path
    sidecar: Sidecar
    limits: CheckLimits
    flow: FlowStore | None
    found: Findings = field(default_factory=Findings)
    deviations: list[float] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    flicker: dict[str, dict[int, float]] = field(default_factory=dict)
    before: tuple[int, NDArray[np.uint8]] | None = None


def check_export(
    folder: Path, sidecar: Sidecar, wanted: Sequence[int], limits: CheckLimits, flow: FlowStore | None
) -> Generator[Event, None, CheckReport]:
    """Returns what is wrong with an export.

    Args:
        folder: The export folder.
        sidecar: What the export says of itself.
        wanted: Numbers of the plate's frames.
        limits: What a delivery asks for.
        flow: Of the plate, along which chatter is measured; None leaves that out.

    Yields:
        Progress.
    """
    work = _Work(folder, sidecar, limits, flow)
    found = work.found
    if not sidecar.complete:
        found.error("incomplete", "The export was stopped before its end. Run it again to go on.")
    _check_names(sidecar.layers, found)
    mattes = [row for row in sidecar.formats if row.output.format in MATTE_FORMATS]
    done, total = 0, sum(max(1, len(row.frames)) for row in sidecar.formats)
    for row in sidecar.formats:
        check_numbers(wanted, limits.ordered(row.frames), found)
        _check_gaps(row, found)
        if FORMATS[row.output.format].per == "clip":
            for path, shown in clip_files(folder, sidecar, row):
                check_clip(path, sidecar, row, shown, found)
            done += max(1, len(row.frames))
            yield Progress("checking", done, total)
            continue
        for source, number in row.frames.items():
            _check_frame(work, row, source, number, measures=bool(mattes) and row is mattes[0])
            done += 1
            yield Progress("checking", done, total)
    return _report(work, bool(mattes))


def _check_frame(work: _Work, row: ExportedFormat, source: int, number: int, *, measures: bool) -> None:
    if row.output.format not in MATTE_FORMATS:
        for path in frame_files(work.folder, work.sidecar, row, number):
            check_picture(path, work.sidecar, number, work.found)
        return
    planes, tolerance = read_planes(work.folder, work.sidecar, row, number, work.found)
    if not are_sound(planes, work.sidecar, number, work.found):
        work.before = None
        return
    deviation = check_sums(planes, work.sidecar, number, tolerance, work.found)
    if deviation is not None:
        work.deviations.append(deviation)
    shown = {layer.channel for layer in work.sidecar.layers if layer.channel in planes and planes[layer.channel].any()}
    if planes and not any(layer.channel in shown for layer in work.sidecar.layers if layer.kind != "background"):
        note_empty(number, work.limits, work.found)
    work.seen |= shown
    if measures and work.flow is not None:
        _measure(work, planes, source)


def _measure(work: _Work, planes: Planes, source: int) -> None:
    """Takes in how far a frame's parts disagree with those of the frame before, once motion is taken out."""
    parts = [layer for layer in work.sidecar.layers if layer.kind == "part"]
    if not parts or any(layer.channel not in planes for layer in parts) or work.flow is None:
        work.before = None
        return
    stack = np.stack([planes[layer.channel] for layer in parts])
    rest = 1 - stack.sum(axis=0)
    labels = np.asarray(np.where(stack.max(axis=0) > rest, np.argmax(stack, axis=0) + 1, 0), np.uint8)
    cuts = {int(cut) for cut in work.sidecar.source.get("cuts", ())}
    if work.before is not None and source not in cuts and work.flow.next_frame(work.before[0]) == source:
        flow = work.flow.between(source, work.before[0])
        values = flicker(work.before[1], labels, flow, range(1, len(parts) + 1))
        for layer, value in zip(parts, values.values(), strict=True):
            work.flicker.setdefault(layer.name, {})[source] = value
    work.before = source, labels


def _report(work: _Work, has_mattes: bool) -> CheckReport:
    found = work.found
    if has_mattes:
        never = [layer.name for layer in work.sidecar.layers if layer.channel not in work.seen]
        if never:
            found.warning("never", f"In no frame at all: {', '.join(never)}.")
    means = check_flicker(work.flicker, work.limits, found)
    unmeasured = [_NO_MATTES] if not has_mattes else [_NO_PLATE] if work.flow is None else []
    checked = ["files and numbers", "sizes", "channel names", "values", "sums"] + (["chatter"] if means else [])
    frames = {source for row in work.sidecar.formats for source in row.frames}
    return CheckReport(
        str(work.folder),
        "export",
        tuple(checked if has_mattes else checked[:3]),
        len(frames),
        max(work.deviations, default=None),
        found.all(),
        means,
        work.limits.flicker,
        tuple(unmeasured),
    )


def _check_names(layers: Sequence[MatteLayer], found: Findings) -> None:
    bad = [layer.channel for layer in layers if not _LEGAL.fullmatch(layer.channel)]
    if bad:
        found.error("names", f"Nuke does not take the channel names {', '.join(bad)}.")
    folded = [layer.channel.casefold() for layer in layers]
    if len(set(folded)) < len(folded):
        found.error("names", "Two layers share a channel name.")


def _check_gaps(row: ExportedFormat, found: Findings) -> None:
    offsets = {number - source for source, number in row.frames.items()}
    if len(offsets) > 1:
        found.error("numbers", f"The numbers of {row.output.format} do not follow those of the plate.")
