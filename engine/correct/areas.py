"""Areas: a part that is never here (hold-out), or everywhere here (force), standing still or moving along.

An area becomes edits of the frames that it covers, within what locks allow, so that it can be cleared frame by frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.correct.corrections import Corrections
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.resample import scores_on_plate
from engine.temporal.flow import pixel_grid
from engine.temporal.flow_chain import walk
from engine.temporal.flow_store import FlowStore

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Area:
    """A region of a frame and what holds in it.

    Attributes:
        kind: "never": the part is not here; "always": nothing else is.
        part: Id of the part.
        mask: (H, W) bool at plate size.
        frame: The frame on which it was drawn.
    """

    kind: Literal["never", "always"]
    part: int
    mask: Mask
    frame: int


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


def along_motion(flow: FlowStore, area: Area, frames: Sequence[int]) -> Iterator[tuple[int, Mask]]:
    """Yields the area's mask on each of `frames`, carried by the motion; the frame itself first where it is wanted.

    Args:
        flow: Optical flow of the clip.
        area: The area on its own frame.
        frames: Numbers, none of them across a cut from the area's frame.
    """
    if area.frame in frames:
        yield area.frame, area.mask
    for wanted in (sorted(n for n in frames if n > area.frame), sorted(n for n in frames if n < area.frame)[::-1]):
        if not wanted:
            continue
        first, last = min(area.frame, wanted[-1]), max(area.frame, wanted[-1])
        between = [number for number in flow.frames_between(first, last) if number != area.frame]
        for number, chain in walk(flow, area.frame, between if wanted[-1] > area.frame else between[::-1]):
            if number in wanted:
                yield number, _moved(area.mask, chain.field)


def edit_of(area: Area, mask: Mask, final: tuple[FrameScores, LabelMap]) -> FrameEdit:
    """Returns the edit that makes an area hold on a frame; what is not the part's goes to the next best label."""
    scores, labels = final
    shown = np.full(labels.shape, UNKNOWN, np.uint8)
    if area.kind == "always":
        shown[mask] = area.part
        origin = "always"
    else:
        values = (BACKGROUND, *scores.part_ids)
        box, stack = scores_on_plate(scores, (labels.shape[0], labels.shape[1]), labels)
        if area.part in values:
            stack[values.index(area.part)] = -1
        next_best = np.zeros(labels.shape, np.uint8)
        next_best[box] = np.array(values, np.uint8)[stack.argmax(axis=0)]
        away = mask & (labels == area.part)
        shown[away] = next_best[away]
        origin = "never"
    return FrameEdit(shown, np.where(shown != UNKNOWN, 255, 0).astype(np.uint8), origin)


def hold(reader: ResultReader, area: Area, masks: Iterator[tuple[int, Mask]]) -> Iterator[int]:
    """Makes an area hold on the frames of `masks`, and yields the frames that changed; locked ones stay.

    Raises:
        InputError: The part is unknown, the mask is of another size, or a file cannot be read.
        OutputError: An edit cannot be written.
    """
    part = reader.parts.by_id(area.part)
    corrections = Corrections(reader)
    for frame, mask in masks:
        try:
            corrections.check_unlocked(frame)
        except InputError:
            continue
        edit = edit_of(area, mask, reader.final(frame))
        edit = FrameEdit(edit.labels, edit.coverage, f"{edit.origin} {part.name}")
        if corrections.correct(frame, edit) is not None:
            yield frame


def _moved(mask: Mask, field: NDArray[np.float32]) -> Mask:
    height, width = mask.shape
    if field.shape[:2] != (height, width):
        ratio = np.array([width / field.shape[1], height / field.shape[0]], np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR) * ratio
    target = field + pixel_grid(height, width)
    moved = cv2.remap(mask.astype(np.float32), target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(moved > 0.5, np.bool_)
