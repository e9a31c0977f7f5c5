"""Reading and correcting frames of a result, off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.correct.change import REVIEW_FILES, Change, kept
from engine.correct.corrections import Corrections
from engine.domain.labels import UNKNOWN, LabelMap
from engine.errors import InputError
from engine.media import MediaSource, open_clip
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.review import Review, read_review, write_review


@dataclass(frozen=True)
class FrameToCorrect:
    """A frame of a result as it is corrected.

    Attributes:
        result: Result folder.
        frame: Its number.
        image: (H, W, 3) uint8 sRGB, the plate.
        labels: (H, W) label map with corrections.
        original: (H, W) label map as the run and the areas left it.
        corrected: (H, W) what was corrected; 255 where nothing was.
        locked: It is locked as a whole.
        locked_parts: Ids of its locked parts.
    """

    result: Path
    frame: int
    image: NDArray[np.uint8]
    labels: LabelMap
    original: LabelMap
    corrected: LabelMap
    locked: bool
    locked_parts: frozenset[int]


@dataclass(frozen=True)
class Marks:
    """What people decided about the frames of a result.

    Attributes:
        result: Result folder.
        edited: Numbers of corrected frames.
        review: Locks and notes.
        offered: Frames with a preview that waits for an answer.
    """

    result: Path
    edited: frozenset[int]
    review: Review
    offered: tuple[int, ...] = ()


class FrameWork:
    """For one thread; keeps the clip open between frames."""

    def __init__(self) -> None:
        self._clip: tuple[tuple[Path, str], MediaSource] | None = None

    def read(self, result: Path, clip: Path, colour_space: str, frame: int) -> FrameToCorrect:
        """Returns a frame with its plate.

        Raises:
            InputError: Frame or plate cannot be read, or they differ in size.
        """
        reader = ResultReader(result)
        if frame not in reader.record.frames:
            raise InputError(f"Frame {frame} has no result yet. Run it first, then correct it.")
        labels = reader.final(frame)[1]
        image = self._source(clip, colour_space).read(frame)
        if image.shape[:2] != labels.shape:
            raise InputError("The clip and its result differ in size. Relink the clip that was segmented.")
        review = read_review(result)
        locked = review.parts.get(frame, frozenset())
        edit, original = reader.edit(frame), reader.held(frame)[1]
        corrected = edit.labels if edit is not None else np.full_like(labels, UNKNOWN)
        plate = np.ascontiguousarray(image)
        return FrameToCorrect(result, frame, plate, labels, original, corrected, frame in review.frames, locked)

    def close(self) -> None:
        """Lets go of the clip."""
        if self._clip is not None:
            self._clip[1].close()
            self._clip = None

    def _source(self, clip: Path, colour_space: str) -> MediaSource:
        key = (clip, colour_space)
        if self._clip is None or self._clip[0] != key:
            self.close()
            self._clip = key, open_clip(clip, colour_space=colour_space)
        return self._clip[1]


def read_marks(result: Path) -> Marks:
    """Returns corrections, locks and notes of a result.

    Raises:
        InputError: Locks cannot be read.
    """
    from engine.api.spread import previewed

    reader = ResultReader(result)
    return Marks(result, frozenset(reader.edited), read_review(result), tuple(sorted(previewed(reader))))


def brush(result: Path, frame: int, before: LabelMap, after: LabelMap, coverage: NDArray[np.uint8]) -> Change | None:
    """Writes what a gesture changed as an edit and returns what takes it back, or None where nothing may change.

    Args:
        result: Result folder.
        frame: Number of the frame.
        before: (H, W) label map before the gesture.
        after: The same after it.
        coverage: (H, W) uint8, how much of each pixel its label takes.

    Raises:
        InputError: The frame is locked.
        OutputError: The edit cannot be written.
    """
    changed = (before != after) | (coverage != 255)
    labels = np.where(changed & (after != UNKNOWN), after, np.uint8(UNKNOWN)).astype(np.uint8)
    edit = FrameEdit(labels, np.where(labels != UNKNOWN, coverage, 0).astype(np.uint8), "brush")
    return Corrections(ResultReader(result)).correct(frame, edit)


def clear(result: Path, frames: Sequence[int]) -> Change | None:
    """Takes the corrections of frames away, or returns None where there are none.

    Raises:
        InputError: A frame, or a part of it, is locked.
    """
    reader = ResultReader(result)
    edited = sorted(set(frames) & set(reader.edited))
    return Corrections(reader).clear(edited) if edited else None


def move(result: Path, frame: int, other: int) -> Change:
    """Moves a frame's correction to another frame.

    Raises:
        InputError: There is none, or a frame is locked or has no result.
    """
    return Corrections(ResultReader(result)).move(frame, other)


def swap(result: Path, frames: Sequence[int], part: int, other: int) -> Change:
    """Exchanges two parts on those of the frames that have a result.

    Raises:
        InputError: A frame or part is locked, or the two are one.
    """
    reader = ResultReader(result)
    return Corrections(reader).swap([frame for frame in frames if frame in reader.record.frames], part, other)


def change_review(result: Path, review: Review, frames: tuple[int, ...]) -> Change:
    """Writes locks and notes and returns what takes that back.

    Raises:
        OutputError: They cannot be written.
    """
    change = kept(result, REVIEW_FILES, frames)
    write_review(result, review)
    return change


def keep_old(old: Path, new: Path, frames: Sequence[int], parts: Sequence[str]) -> Change:
    """Lays the mattes of an earlier version over frames of a later one.

    Raises:
        InputError: A frame is locked; nothing was changed.
        OutputError: An edit cannot be written.
    """
    from engine.correct.diff import keep_old as keep

    return keep(ResultReader(old), ResultReader(new), frames, parts)
