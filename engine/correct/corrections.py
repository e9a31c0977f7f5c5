"""The one way in which edits reach a result: locked frames, locked parts and unchosen parts stay equal to the bit.

What is painted by hand lies above areas; anything else obeys them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.correct.areas import against_areas
from engine.correct.change import Change, edit_files, kept
from engine.domain.frames import frames_text
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap, size_text
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.edits import FrameEdit, composed
from engine.results.folder import ResultReader
from engine.results.paste import grown
from engine.results.resample import to_plate
from engine.results.review import Review, read_review

_GUARD_ROUNDS = 4


class Corrections:
    """Writes the edits of one result. Make one for each operation: locks are read when it is made.

    Every method checks first and writes then, and returns the `Change` that takes it back.
    """

    def __init__(self, reader: ResultReader) -> None:
        self._reader = reader
        self._review: Review = read_review(reader.folder)

    def correct(self, frame: int, edit: FrameEdit, among: Iterable[int] | None = None) -> Change | None:
        """Lays an edit over a frame and returns the change, or None where nothing may or needs to change.

        Args:
            frame: Number of the frame.
            edit: At plate size.
            among: Ids of the parts that may change besides the background; None is all of them.

        Raises:
            InputError: The frame is locked, the edit is of another size, or shows a part that the result lacks.
            OutputError: The edit cannot be written.
        """
        layer = self.allowed(frame, edit, among)
        return None if layer is None else self._write({frame: layer})

    def allowed(self, frame: int, edit: FrameEdit, among: Iterable[int] | None = None) -> FrameEdit | None:
        """Returns the whole edit layer that `correct` would write, or None where nothing may or needs to change.

        Raises:
            InputError: As for `correct`.
        """
        self.check_unlocked(frame)
        self._check_fits(edit)
        below = self._reader.edit(frame)
        scores, labels = self._reader.held(frame)
        before, shown = composed(scores, labels, below)
        still = self.still_parts(frame, among)
        edit = edit.without(np.isin(edit.labels, sorted(still)) | np.isin(shown, sorted(still)))
        if not edit.by_hand:
            edit = edit.without(against_areas(self._reader, frame, edit))
        edit = replace(edit, kept=(still,), layer=None)
        for _ in range(_GUARD_ROUNDS):
            if not edit.touched.any():
                return None
            layer = edit.over(below)
            if not still:
                return layer
            after, _labels = composed(scores, labels, layer)
            moved = _moved_pixels(before, after, still, (labels.shape[0], labels.shape[1]))
            if not moved.any():
                return layer
            edit = edit.without(moved)
        return None

    def still_parts(self, frame: int, among: Iterable[int] | None = None) -> frozenset[int]:
        """Returns the parts that must not change on a frame: the locked ones, and those not in `among`."""
        locked = frozenset(self._review.parts.get(frame, ()))
        return locked if among is None else locked | (frozenset(self._reader.parts.ids) - frozenset(among))

    def clear(self, frames: Sequence[int]) -> Change:
        """Takes the edits of frames away; the original comes back.

        Raises:
            InputError: A frame, or a part of it, is locked; nothing was changed.
        """
        for frame in frames:
            self._check_free(frame)
        return self._write(dict.fromkeys(frames))

    def move(self, frame: int, other: int) -> Change:
        """Moves the edit of a frame to another one, over what was corrected there.

        Raises:
            InputError: There is none, or a frame or a part of one is locked.
        """
        self._check_free(frame)
        edit = self._reader.edit(frame)
        if edit is None:
            raise InputError(f"Frame {frame} has no edit that could be moved.")
        if frame == other:
            raise InputError(f"The edit lies on frame {frame} already. Choose another frame.")
        layer = self.allowed(other, edit)
        if layer is None:
            raise InputError(f"Nothing of the edit may change on frame {other}. It stays on frame {frame}.")
        return self._write({other: layer, frame: None})

    def swap(self, frames: Sequence[int], part: int, other: int) -> Change:
        """Exchanges two parts on frames; locked frames, and frames where one of the two is locked, are refused.

        Raises:
            InputError: A frame or one of the two parts is locked, or the two are one; nothing was changed.
        """
        first, second = self._reader.parts.by_id(part), self._reader.parts.by_id(other)
        if part == other:
            raise InputError(f"'{first.name}' cannot be exchanged with itself. Choose two parts.")
        layers: dict[int, FrameEdit | None] = {}
        for frame in frames:
            self._check_free(frame, (part, other))
            _, shown = self._reader.final(frame)
            labels = np.full(shown.shape, UNKNOWN, np.uint8)
            labels[shown == part], labels[shown == other] = other, part
            coverage = np.where(labels != UNKNOWN, 255, 0).astype(np.uint8)
            edit = FrameEdit(labels, coverage, f"swap {first.name} and {second.name}")
            layer = self.allowed(frame, edit, (part, other))
            if layer is not None:
                layers[frame] = layer
        return self._write(layers)

    def take(self, frame: int, final: tuple[FrameScores, LabelMap], among: Iterable[int], origin: str) -> Change | None:
        """Takes the chosen parts of a frame as another result shows them, as an edit.

        Args:
            frame: Number of the frame.
            final: Scores and labels of the other result; parts have the same ids.
            among: Ids of the parts to take.
            origin: Where they come from.

        Raises:
            InputError: The frame is locked, or the plates differ in size.
        """
        chosen = frozenset(among)
        theirs, (_, ours) = final[1], self._reader.final(frame)
        if theirs.shape != ours.shape:
            raise InputError(f"The results differ in size: {size_text(theirs)} and {size_text(ours)}.")
        differ = theirs != ours
        labels = np.full(ours.shape, UNKNOWN, np.uint8)
        gained = differ & np.isin(theirs, sorted(chosen))
        labels[gained] = theirs[gained]
        lost = differ & ~gained & np.isin(ours, sorted(chosen))
        labels[lost] = np.where(np.isin(theirs[lost], self._reader.parts.ids), theirs[lost], BACKGROUND)
        coverage = np.where(labels != UNKNOWN, 255, 0).astype(np.uint8)
        receivers = chosen | {int(value) for value in np.unique(theirs[lost])}
        receivers |= {int(value) for value in np.unique(ours[gained])}
        return self.correct(frame, FrameEdit(labels, coverage, origin), receivers)

    def check_unlocked(self, frame: int) -> None:
        """Raises InputError where the frame is locked as a whole."""
        if self._review.is_locked(frame):
            raise InputError(f"Frame {frame} is locked. Nothing was changed; unlock it to correct it.")

    def _check_free(self, frame: int, parts: Iterable[int] | None = None) -> None:
        self.check_unlocked(frame)
        locked = self._review.parts.get(frame, frozenset())
        hit = locked if parts is None else locked & frozenset(parts)
        if hit:
            names = ", ".join(self._reader.parts.by_id(i).name for i in sorted(hit))
            raise InputError(f"On frame {frame} '{names}' is locked. Nothing was changed; unlock it first.")

    def _check_fits(self, edit: FrameEdit) -> None:
        height, width = self._reader.record.plate_hw
        if edit.labels.shape != (height, width):
            raise InputError(f"The edit is {size_text(edit.labels)}, the plate {width}x{height}. Nothing was changed.")
        strange = {int(v) for v in np.unique(edit.labels)} - {BACKGROUND, UNKNOWN, *self._reader.parts.ids}
        if strange:
            raise InputError(
                f"The edit shows {frames_text(sorted(strange))}, which is no part of this result. Known: "
                f"{self._reader.parts.describe()}."
            )

    def _write(self, layers: dict[int, FrameEdit | None]) -> Change:
        stems = {frame: self._reader.record.frames[frame].stem for frame in self._known(layers)}
        change = kept(self._reader.folder, edit_files(stems.values()), tuple(sorted(stems)))
        for frame, layer in layers.items():
            self._reader.edits.write(stems[frame], layer)
        return change

    def _known(self, frames: Iterable[int]) -> list[int]:
        missing = [frame for frame in frames if frame not in self._reader.record.frames]
        if missing:
            raise InputError(f"The result '{self._reader.folder}' has no frame {frames_text(sorted(missing))}.")
        return list(frames)


def _moved_pixels(
    before: FrameScores, after: FrameScores, still: frozenset[int], plate_hw: tuple[int, int]
) -> NDArray[np.bool_]:
    """Returns the (H, W) plate pixels under which a channel of the parts in `still` is not what it was."""
    nothing = np.zeros(plate_hw, np.bool_)
    old, new = grown(before, plate_hw), grown(after, plate_hw)
    moved = np.zeros(old.values.shape[1:], np.bool_)
    for part_id in still & frozenset(new.part_ids):
        channel = new.values[1 + new.part_ids.index(part_id)]
        known = part_id in old.part_ids
        moved |= channel != (old.values[1 + old.part_ids.index(part_id)] if known else np.float32(0))
    if not moved.any():
        return nothing
    box = (slice(0, plate_hw[0]), slice(0, plate_hw[1]))
    return np.asarray(to_plate(moved.astype(np.float32), new.to_plate, box) > 0, np.bool_)
