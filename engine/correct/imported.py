"""Mattes that were made elsewhere, as corrections of a part or as masks of an area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.correct.change import Change, edit_files, kept
from engine.correct.corrections import Corrections
from engine.domain.frames import frame_number, frames_text
from engine.domain.labels import BACKGROUND, UNKNOWN, size_text
from engine.errors import InputError
from engine.media import open_clip
from engine.media.clip import VIDEO_SUFFIXES
from engine.media.matte_import import Matte, read_matte
from engine.results.areas import Mask
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.resample import scores_on_plate

MATTE_SUFFIXES = (".exr", ".png", ".tif", ".tiff", *VIDEO_SUFFIXES)
_HALF = 0.5


@dataclass(frozen=True)
class MatteFiles:
    """Where mattes of a clip's frames lie.

    Attributes:
        files: File of each frame; for a video the same one for all.
        places: Number of each frame inside its file, for a video; else empty.
        channel: Name of the channel ("wheel.A"), or None where there is only one that can be meant.
    """

    files: Mapping[int, Path]
    places: Mapping[int, int]
    channel: str | None = None


def find_mattes(paths: Sequence[Path], numbers: Sequence[int], channel: str | None = None) -> MatteFiles:
    """Returns which file holds the matte of which frame.

    Images pair with frames by the number in their name (one image without a number: with the first frame). A video
    pairs by number too, or by position where it has as many frames as the clip but counts otherwise.

    Args:
        paths: A video, images, or a folder of images.
        numbers: Frames of the clip, ascending.
        channel: Channel of the images.

    Raises:
        InputError: There is no matte, or none that belongs to a frame.
    """
    found = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    found = [path for path in found if path.suffix.lower() in MATTE_SUFFIXES and not path.name.startswith(".")]
    if not found:
        raise InputError(f"There is no matte to import. Known: {', '.join(s[1:] for s in MATTE_SUFFIXES)}.")
    videos = [path for path in found if path.suffix.lower() in VIDEO_SUFFIXES]
    if videos:
        return _of_video(videos[0], numbers)
    files: dict[int, Path] = {}
    for path in found:
        number = frame_number(path.stem)
        if number in numbers and number is not None:
            files[number] = path
    if not files and len(found) == 1 and frame_number(found[0].stem) is None:
        files[numbers[0]] = found[0]
    if not files:
        raise InputError(
            f"None of the mattes (first: '{found[0].name}') belongs to a frame of the clip, which has "
            f"{frames_text(numbers)}. Name them by the frames they are of."
        )
    return MatteFiles(dict(sorted(files.items())), {}, channel)


def read_mattes(found: MatteFiles, plate_hw: tuple[int, int]) -> Iterator[tuple[int, Matte]]:
    """Yields each frame with its (H, W) float32 matte in [0, 1].

    Raises:
        InputError: A matte cannot be read, has no such channel, or is of another size.
    """
    if found.places:
        path = next(iter(found.files.values()))
        with closing(open_clip(path)) as source:
            for frame, place in found.places.items():
                yield frame, _checked(source.read(place).max(axis=2).astype(np.float32) / 255, path, plate_hw)
        return
    for frame, path in found.files.items():
        yield frame, _checked(read_matte(path, found.channel), path, plate_hw)


def area_masks(found: MatteFiles, plate_hw: tuple[int, int], *, inverted: bool = False) -> dict[int, Mask]:
    """Returns the mattes cut at one half, for hold-out areas and garbage mattes; inverted is what lies outside them.

    Raises:
        InputError: As for `read_mattes`.
    """
    return {frame: (matte >= _HALF) ^ inverted for frame, matte in read_mattes(found, plate_hw)}


def correct_with(reader: ResultReader, found: MatteFiles, part: int) -> Change:
    """Makes a part look as its mattes say, as corrections that count as painted by hand.

    Pixels that the matte does not give to the part go to their next best label. Locked frames are left as they are.

    Raises:
        InputError: The part is unknown, a matte cannot be used, or all frames are locked or not segmented yet.
        OutputError: An edit cannot be written; those before it are kept.
    """
    reader.parts.by_id(part)
    frames = [frame for frame in found.files if frame in reader.record.frames]
    corrections = Corrections(reader)
    free = [frame for frame in frames if not _is_locked(corrections, frame)]
    if not free:
        raise InputError("All frames of these mattes are locked, or have no result yet. Nothing was changed.")
    stems = [reader.record.frames[frame].stem for frame in free]
    note = f"Locked, and left as they are: {frames_text(rest)}." if (rest := sorted({*frames} - {*free})) else ""
    before = kept(reader.folder, edit_files(stems), tuple(free))
    wanted = {frame: path for frame, path in found.files.items() if frame in free}
    places = {frame: place for frame, place in found.places.items() if frame in free}
    for frame, matte in read_mattes(MatteFiles(wanted, places, found.channel), reader.record.plate_hw):
        corrections.correct(frame, _edit_of(reader, frame, part, matte))
    return Change(before.folder, before.before, before.frames, note)


def _edit_of(reader: ResultReader, frame: int, part: int, matte: Matte) -> FrameEdit:
    scores, shown = reader.final(frame)
    edit = FrameEdit.empty((shown.shape[0], shown.shape[1]), "import")
    inside = matte >= _HALF
    edit.labels[inside] = part
    edit.coverage[inside] = np.rint(matte[inside] * 255).astype(np.uint8)
    lost = ~inside & (shown == part)
    if lost.any():
        ids = (BACKGROUND, *scores.part_ids)
        others = [index for index, value in enumerate(ids) if value != part]
        box, stack = scores_on_plate(scores, (shown.shape[0], shown.shape[1]), shown)
        best = np.zeros(shown.shape, np.uint8)
        best[box] = np.array([ids[index] for index in others], np.uint8)[stack[others].argmax(axis=0)]
        edit.labels[lost] = best[lost]
        edit.coverage[lost] = np.rint((1 - matte[lost]) * 255).astype(np.uint8)
    edit.coverage[edit.labels == UNKNOWN] = 0
    return edit


def _of_video(path: Path, numbers: Sequence[int]) -> MatteFiles:
    with closing(open_clip(path)) as source:
        own = tuple(source.numbers)
    places = {number: number for number in numbers if number in own}
    if len(places) < len(own) and len(own) == len(numbers):
        places = dict(zip(numbers, own, strict=True))
    if not places:
        raise InputError(
            f"The matte video '{path.name}' has the frames {frames_text(own)}, the clip {frames_text(numbers)}. Give "
            "one that is as long as the clip, or mattes named by frame."
        )
    return MatteFiles(dict.fromkeys(places, path), places)


def _checked(matte: Matte, path: Path, plate_hw: tuple[int, int]) -> Matte:
    if matte.shape != plate_hw:
        raise InputError(f"The matte '{path.name}' is {size_text(matte)}, the plate {plate_hw[1]}x{plate_hw[0]}.")
    return matte


def _is_locked(corrections: Corrections, frame: int) -> bool:
    try:
        corrections.check_unlocked(frame)
    except InputError:
        return True
    return False
