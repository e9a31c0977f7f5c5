"""Export: a result folder in, files for compositing out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from engine.atomic import replacing
from engine.domain.frames import FrameRange, FrameSource, frames_text
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.jobs import FrameDone, Job, Message, Progress
from engine.mattes.formats import DEFAULT_PATTERNS, FULL_SCALE, ExportFormat
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.naming import MIN_PADDING, FileNames
from engine.media import open_clip
from engine.media.label_png import write_label_png
from engine.results.folder import ResultReader


@dataclass(frozen=True)
class ExportRequest:
    """What to export and how.

    Attributes:
        result: Result folder that `segment` wrote.
        out: Folder for the files.
        format: png, labels or overlay.
        bits: 8 or 16 for mattes.
        pattern: File names below `out`; None takes the format's own.
        frame_range: Frames to export; None is all.
        part_names: Parts to export; None is all.
        clip: The plate, where it no longer lies at the path that the result remembers (overlay only).
        overwrite: Replace files that exist; otherwise the export stops before it begins.
    """

    result: Path
    out: Path
    format: ExportFormat = "png"
    bits: int = 8
    pattern: str | None = None
    frame_range: FrameRange | None = None
    part_names: tuple[str, ...] | None = None
    clip: Path | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.format not in get_args(ExportFormat):
            raise InputError(f"The format must be one of {', '.join(get_args(ExportFormat))}; got '{self.format}'.")
        if self.bits not in FULL_SCALE:
            raise InputError(f"Mattes have 8 or 16 bits; got {self.bits}.")


@dataclass(frozen=True)
class ExportSummary:
    """What was written."""

    folder: Path
    files: int
    frames: tuple[int, ...]


def export(request: ExportRequest) -> Job[ExportSummary]:
    """Writes the files and returns what was written.

    Every file appears whole under its name; a cancelled export keeps its finished files.

    Raises:
        InputError: The result, a part name or the range cannot be used.
        OutputError: Files exist and `overwrite` is off, or the disk refuses.
    """
    reader = ResultReader(request.result)
    frames = _frames(reader, request.frame_range)
    drafts = [number for number in frames if reader.record.frames[number].state != "done"]
    if drafts:
        yield Message(f"Not finished, exported as they stand: frames {frames_text(drafts)}.", "warning")
    missing = [
        number
        for number in reader.record.clip.get("frames", ())
        if number not in reader.record.frames and (request.frame_range is None or number in request.frame_range)
    ]
    if missing:
        yield Message(
            f"The result lacks the frames {frames_text(missing)}: its run was stopped. Run `segment` again to go on.",
            "warning",
        )
    pattern = request.pattern or DEFAULT_PATTERNS[request.format]
    _check_suffix(pattern, DEFAULT_PATTERNS[request.format], request.format)
    names = FileNames(request.out, pattern, _shot(reader), _padding(reader))
    parts = _parts(reader.parts, request.part_names)
    targets = _targets(request, names, frames, parts)
    existing = [path for path in targets if path.exists()]
    if existing and not request.overwrite:
        raise OutputError(
            f"{len(existing)} of {len(targets)} files exist, for example '{existing[0]}'. Nothing was written. "
            "Choose another folder, or --overwrite to replace them."
        )
    writer: Callable[[], Job[None]] = {
        "png": lambda: _png(request, reader, names, frames, parts),
        "labels": lambda: _labels(reader, names, frames),
        "overlay": lambda: _overlay(request, reader, names, frames),
    }[request.format]
    yield from writer()
    return ExportSummary(request.out, len(targets), frames)


def _png(
    request: ExportRequest, reader: ResultReader, names: FileNames, frames: Sequence[int], parts: PartSet
) -> Job[None]:
    from engine.mattes.png import write_matte_png

    mattes = FrameMattes(reader)
    for done, frame in enumerate(frames, start=1):
        stack = mattes.of(frame)
        rendered = dict(stack.whole_numbers(bits=request.bits))
        for part in parts:
            matte = rendered.get(part.id)
            if matte is None:
                matte = np.zeros(stack.labels.shape, np.uint16)
            write_matte_png(names.path(frame, part), matte, bits=request.bits)
        yield FrameDone(frame)
        yield Progress("exporting mattes", done, len(frames))


def _labels(reader: ResultReader, names: FileNames, frames: Sequence[int]) -> Job[None]:
    for done, frame in enumerate(frames, start=1):
        write_label_png(names.path(frame), reader.final(frame)[1], reader.parts)
        yield FrameDone(frame)
        yield Progress("exporting labels", done, len(frames))


def _overlay(request: ExportRequest, reader: ResultReader, names: FileNames, frames: Sequence[int]) -> Job[None]:
    from engine.mattes.overlay import VideoWriter, overlay

    with ExitStack() as stack:
        source = stack.enter_context(closing(_plate(request, reader)))
        temporary = stack.enter_context(replacing(names.path(), keep_suffix=True))
        rate = reader.record.clip.get("rate")
        size = (source.info.width, source.info.height)
        video = stack.enter_context(VideoWriter(temporary, size, Fraction(rate) if rate else None))
        for done, frame in enumerate(frames, start=1):
            image: NDArray[np.uint8] = source.read(frame)
            video.write(overlay(image, reader.final(frame)[1], reader.parts))
            yield Progress("exporting overlay", done, len(frames))


def _plate(request: ExportRequest, reader: ResultReader) -> FrameSource:
    remembered = reader.record.clip
    path = request.clip or Path(str(remembered["path"]))
    try:
        source = open_clip(path, colour_space=str(remembered["colour_space"]))
    except InputError as error:
        raise InputError(f"The overlay needs the plate. {error} Give it with --clip.") from error
    if (source.info.height, source.info.width) != reader.record.plate_hw:
        source.close()
        raise InputError(
            f"'{path}' is {source.info.width}x{source.info.height}, the result was made from "
            f"{remembered['width']}x{remembered['height']}. Give the plate it was made from with --clip."
        )
    return source


def _frames(reader: ResultReader, wanted: FrameRange | None) -> tuple[int, ...]:
    frames = tuple(number for number in reader.numbers if wanted is None or number in wanted)
    if not frames:
        has = frames_text(reader.numbers) or "no frames"
        raise InputError(f"'{reader.folder}' has {has}; there is nothing to export{f' in {wanted}' if wanted else ''}.")
    return frames


def _parts(parts: PartSet, names: tuple[str, ...] | None) -> PartSet:
    return parts if names is None else PartSet(tuple(parts.by_name(name) for name in names))


def _targets(request: ExportRequest, names: FileNames, frames: Sequence[int], parts: PartSet) -> list[Path]:
    if request.format == "overlay":
        return [names.path()]
    if request.format == "labels":
        targets = [names.path(frame) for frame in frames]
    else:
        targets = [names.path(frame, part) for frame in frames for part in parts]
    if len(set(targets)) < len(targets):
        wanted = "{frame}" if request.format == "labels" else "{part} and {frame}"
        raise InputError(f"The pattern '{names.pattern}' gives several files one name. Put {wanted} into it.")
    return targets


def _check_suffix(pattern: str, default: str, name: str) -> None:
    """Raises InputError where the file names would promise another format than the one that is written."""
    suffix = Path(default).suffix
    if Path(pattern).suffix.lower() != suffix:
        raise InputError(f"The files of --format {name} end in {suffix}; the pattern '{pattern}' does not.")


def _shot(reader: ResultReader) -> str:
    return re.sub(r'[\\/:*?"<>|]+', "_", str(reader.record.clip["name"])).strip(". ") or "shot"


def _padding(reader: ResultReader) -> int:
    digits = [len(found[-1]) for row in reader.record.frames.values() if (found := re.findall(r"\d+", row.stem))]
    return max([MIN_PADDING, *digits])
