"""Placing areas: a part that is never here (hold-out), or everywhere here (force), standing still or moving along.

An area holds from then on, also over what later runs and spreads write; what is painted by hand afterwards lies above
it. Locked frames and parts do not notice: where an area would move them, it is not placed, and where it lies under
them it stays when it is taken away elsewhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import output_error, write_bytes
from engine.correct.change import REVIEW_FILES, Change, edit_files, kept
from engine.domain.frames import frames_text
from engine.domain.labels import BACKGROUND, LabelMap, size_text
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.areas import Area, Mask, held, mask_bytes, read_mask
from engine.results.edits import FrameEdit, composed
from engine.results.folder import ResultReader
from engine.results.paste import grown
from engine.results.review import Review, read_review, write_review
from engine.temporal.flow import pixel_grid
from engine.temporal.flow_chain import walk
from engine.temporal.flow_store import FlowStore

Kind = Literal["never", "always"]


@dataclass(frozen=True)
class Drawn:
    """A region as it was drawn or imported.

    Attributes:
        kind: What holds in it.
        part: Id of the part, or 0 for the background.
        frame: The frame it was drawn on.
        masks: (H, W) bool at plate size by frame; one alone stands still.
    """

    kind: Kind
    part: int
    frame: int
    masks: Mapping[int, Mask]


def polygon_mask(points: Sequence[tuple[float, float]], plate_hw: tuple[int, int]) -> Mask:
    """Returns the (H, W) pixels inside a closed polygon of plate positions (pixel centres at +0.5).

    Raises:
        InputError: It has fewer than three corners.
    """
    if len(points) < 3:
        raise InputError(f"An area needs at least 3 corners; got {len(points)}.")
    image = np.zeros(plate_hw, np.uint8)
    corners = np.rint((np.array(points, np.float64) - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(image, [corners], 1, shift=4)
    return np.asarray(image > 0, np.bool_)


def along_motion(flow: FlowStore, drawn: tuple[int, Mask], frames: Sequence[int]) -> Iterator[tuple[int, Mask]]:
    """Yields a mask on each of `frames`, carried by the motion; the frame itself first where it is wanted.

    Args:
        flow: Optical flow of the clip.
        drawn: A frame and its (H, W) mask.
        frames: Numbers, none of them across a cut from that frame.
    """
    start, mask = drawn
    if start in frames:
        yield start, mask
    for wanted in (sorted(n for n in frames if n > start), sorted(n for n in frames if n < start)[::-1]):
        if not wanted:
            continue
        first, last = min(start, wanted[-1]), max(start, wanted[-1])
        between = [number for number in flow.frames_between(first, last) if number != start]
        for number, chain in walk(flow, start, between if wanted[-1] > start else between[::-1]):
            if number in wanted:
                yield number, _moved(mask, chain.field)


def place(reader: ResultReader, drawn: Drawn, frames: Iterable[int]) -> Change:
    """Makes an area hold on frames, and returns the change; hand edits that contradict it are cut where it lies.

    Args:
        reader: The result.
        drawn: What holds where.
        frames: Numbers; frames that the run has not reached yet may be among them.

    Raises:
        InputError: The part is unknown, a mask is empty or of another size, or all frames are locked.
        OutputError: It cannot be written.
    """
    _check(reader, drawn)
    wanted = frozenset(frames) & frozenset(drawn.masks) if len(drawn.masks) > 1 else frozenset(frames)
    if not wanted:
        raise InputError("There is no frame for the area to hold on. Nothing was changed.")
    area = Area(uuid.uuid4().hex[:12], drawn.kind, drawn.part, drawn.frame, wanted, len(drawn.masks) > 1)
    return _Placing(reader, None, area, drawn.masks).done()


def narrow(reader: ResultReader, area_id: str, frames: Iterable[int]) -> Change:
    """Makes an area hold on other frames; a moving one only where it has masks.

    Raises:
        InputError: There is no such area, nothing would be left of it, or the frames in question are locked.
        OutputError: It cannot be written.
    """
    area = _named(reader, area_id)
    wanted = frozenset(frames)
    if area.moving:
        wanted &= area.frames
    if not wanted:
        raise InputError("The area has nothing on these frames. Nothing was changed; delete it to be rid of it.")
    return _Placing(reader, area, area.on(wanted), _masks_of(reader, area)).done()


def remove(reader: ResultReader, area_id: str) -> Change:
    """Takes an area away, except on frames whose locks it lies under.

    Raises:
        InputError: There is no such area, or all of its frames are locked.
        OutputError: It cannot be written.
    """
    area = _named(reader, area_id)
    return _Placing(reader, area, area.on(()), _masks_of(reader, area)).done()


def against_areas(reader: ResultReader, frame: int, edit: FrameEdit) -> NDArray[np.bool_]:
    """Returns the (H, W) pixels where an edit shows what the areas of the frame forbid."""
    barred = np.zeros(edit.labels.shape, np.bool_)
    for area in reader.areas:
        if frame in area.frames:
            barred |= read_mask(reader.folder / area.mask_file(frame)) & _contradicts(area, edit)
    return barred


class _Placing:
    """One area on its way from how it holds now to how it shall hold."""

    def __init__(self, reader: ResultReader, old: Area | None, new: Area, masks: Mapping[int, Mask]) -> None:
        self._reader, self._old, self._masks = reader, old, masks
        self._review: Review = read_review(reader.folder)
        self._new = new
        before = old.frames if old is not None else frozenset()
        self._changed = before ^ new.frames
        self._gained = new.frames - before
        fresh = {f: self._review.parts[f] for f in self._gained if self._review.parts.get(f)}
        self._new = replace(new, kept={**new.kept, **fresh})
        self._cut: dict[int, FrameEdit | None] = {}

    def done(self) -> Change:
        """Writes what may be written."""
        spared = frozenset(frame for frame in sorted(self._changed) if not self._allowed(frame))
        if self._changed and spared == self._changed:
            raise InputError(
                f"Locked where the area lies: {frames_text(sorted(spared))}. Nothing was changed; unlock it first."
            )
        before = self._old.frames if self._old is not None else frozenset()
        area = self._new.on((self._new.frames - spared) | (before & spared))
        if self._old is not None:
            area = replace(
                area, kept={f: ids for f, ids in {**self._old.kept, **area.kept}.items() if f in area.frames}
            )
        return self._write(area, spared)

    def _write(self, area: Area, spared: frozenset[int]) -> Change:
        reader = self._reader
        old_files = set(self._old.files) if self._old is not None else set()
        new_files = {area.mask_file(frame): frame for frame in sorted(area.frames, reverse=True)}
        cut = {f: edit for f, edit in self._cut.items() if f not in spared}
        stems = {frame: reader.record.frames[frame].stem for frame in cut}
        names = [*REVIEW_FILES, *sorted(old_files | set(new_files)), *edit_files(stems.values())]
        touched = sorted((self._changed - spared) & frozenset(reader.numbers))
        note = f"Locked, and left as they are: {frames_text(sorted(spared))}." if spared else ""
        change = replace(kept(reader.folder, names, tuple(touched)), note=note)
        for name in sorted(set(new_files) - old_files):
            write_bytes(reader.folder / name, mask_bytes(self._mask(new_files[name])))
        for frame, edit in cut.items():
            reader.edits.write(stems[frame], edit)
        others = tuple(area if a.id == area.id else a for a in self._review.areas)
        areas = others if self._old is not None else (*others, area)
        write_review(reader.folder, replace(self._review, areas=tuple(a for a in areas if a.frames)))
        for name in sorted(old_files - set(new_files)):
            _unlink(reader, name)
        return change

    def _allowed(self, frame: int) -> bool:
        """Tells whether the area may change on a frame, and notes what of its edit has to go."""
        if frame in self._review.frames:
            return False
        if frame not in self._reader.record.frames:
            return True
        edit = self._reader.edit(frame)
        cut = edit
        if edit is not None and frame in self._gained:
            barred = self._mask(frame) & _contradicts(self._new, edit)
            if (barred & edit.touched).any():
                self._cut[frame] = cut = edit.without(barred)
        locked = self._review.parts.get(frame)
        if not locked:
            return True
        found = self._reader.scores(frame), self._reader.labels(frame)
        before, after = composed(*self._held(found, self._old), edit), composed(*self._held(found, self._new), cut)
        return _same_parts(before, after, locked)

    def _held(self, found: tuple[FrameScores, LabelMap], area: Area | None) -> tuple[FrameScores, LabelMap]:
        frame, placed = found[0].frame, False
        for other in self._review.areas:
            placed = placed or (area is not None and other.id == area.id)
            now = area if area is not None and other.id == area.id else other
            if frame in now.frames:
                found = held(found, now, self._stored(now, frame))
        if area is not None and not placed and frame in area.frames:
            found = held(found, area, self._mask(frame))
        return found

    def _stored(self, area: Area, frame: int) -> Mask:
        return self._mask(frame) if area.id == self._new.id else read_mask(self._reader.folder / area.mask_file(frame))

    def _mask(self, frame: int) -> Mask:
        return self._masks[frame] if self._new.moving else next(iter(self._masks.values()))


def _contradicts(area: Area, edit: FrameEdit) -> NDArray[np.bool_]:
    same = edit.labels == area.part
    return np.asarray(edit.touched & (same if area.kind == "never" else ~same), np.bool_)


def _same_parts(
    before: tuple[FrameScores, LabelMap], after: tuple[FrameScores, LabelMap], parts: frozenset[int]
) -> bool:
    plate_hw = (before[1].shape[0], before[1].shape[1])
    old, new = grown(before[0], plate_hw), grown(after[0], plate_hw)
    for part in parts:
        if not np.array_equal(before[1] == part, after[1] == part):
            return False
        planes = [s.values[1 + s.part_ids.index(part)] for s in (old, new) if part in s.part_ids]
        if len(planes) == 2 and not np.array_equal(planes[0], planes[1]):
            return False
    return True


def _check(reader: ResultReader, drawn: Drawn) -> None:
    if drawn.part == BACKGROUND and drawn.kind == "never":
        raise InputError("Everything has to be something: choose a part that is never here, not the background.")
    if drawn.part != BACKGROUND:
        reader.parts.by_id(drawn.part)
    height, width = reader.record.plate_hw
    for mask in drawn.masks.values():
        if mask.shape != (height, width):
            raise InputError(f"The area is {size_text(mask)}, the plate {width}x{height}. Nothing was changed.")
    if not any(mask.any() for mask in drawn.masks.values()):
        raise InputError("The area is empty. Draw it around what it is about.")


def _named(reader: ResultReader, area_id: str) -> Area:
    for area in read_review(reader.folder).areas:
        if area.id == area_id:
            return area
    raise InputError("The area is not there any more. Nothing was changed.")


def _masks_of(reader: ResultReader, area: Area) -> Mapping[int, Mask]:
    if not area.moving:
        return {area.frame: read_mask(reader.folder / area.mask_file(area.frame))}
    return {frame: read_mask(reader.folder / area.mask_file(frame)) for frame in sorted(area.frames)}


def _unlink(reader: ResultReader, name: str) -> None:
    path = reader.folder / name
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error


def _moved(mask: Mask, field: NDArray[np.float32]) -> Mask:
    height, width = mask.shape
    if field.shape[:2] != (height, width):
        ratio = np.array([width / field.shape[1], height / field.shape[0]], np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR) * ratio
    target = field + pixel_grid(height, width)
    moved = cv2.remap(mask.astype(np.float32), target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(moved > 0.5, np.bool_)
