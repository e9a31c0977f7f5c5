"""The first of two steps (SMITE 7.4): a plain pass finds the subject in every frame of a scene."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.domain.frames import FrameRange
from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.jobs import Event, Message, Progress
from engine.smite.guided_run import REFERENCE_STREAM, GuidedRun
from engine.temporal.subject_crop import (
    foreground_box,
    is_elongated,
    is_worthwhile,
    scaled,
    smooth_boxes,
    square_around,
)
from engine.temporal.windows import WindowPlan, slices

Foreground = NDArray[np.bool_]


def scene_boxes(run: GuidedRun, scene: FrameRange) -> Generator[Event, None, dict[int, Rect]]:
    """Returns what the network is to see of each frame of a scene: the subject's box, or the whole frame.

    In mode "auto" boxes are used where they show the subject markedly larger. A killed run takes the boxes it had.

    Yields:
        Progress, and a Message where no subject was found.
    """
    numbers = [number for number in run.task.source.numbers if number in scene]
    whole = dict.fromkeys(numbers, (0, 0, run.plate_hw[1], run.plate_hw[0]))
    if run.task.settings.crop == "off":
        return whole
    kept = run.store.boxes(str(scene))
    if kept is not None and len(kept) == len(numbers):
        return dict(zip(numbers, kept, strict=True))
    found = yield from _found(run, numbers)
    if not any(found):
        yield Message(f"No subject was found in frames {scene}; whole frames are worked on.", "warning")
    boxes = smooth_boxes(found, run.plate_hw, run.crop)
    if run.task.settings.crop == "auto" and not is_worthwhile(boxes, run.plate_hw, run.crop):
        boxes = list(whole.values())
    run.store.keep_boxes(str(scene), boxes)
    return dict(zip(numbers, boxes, strict=True))


def _found(run: GuidedRun, numbers: Sequence[int]) -> Generator[Event, None, list[Rect | None]]:
    """Returns the subject's box in each frame, from windows that share no frame."""
    height, width = run.plate_hw
    whole: Rect = (0, 0, width, height)
    found: list[Rect | None] = []
    for piece in slices(len(numbers), WindowPlan(run.settings.windows.length, 0)):
        frames = numbers[piece.start : piece.start + piece.final]
        views = [whole] * len(frames)
        seen = yield from _foregrounds(run, frames, views)
        if is_elongated(run.plate_hw, run.crop):
            views = [square_around(_on_plate(cells, height, width)) or whole for cells in seen]
            seen = yield from _foregrounds(run, frames, views)
        for frame, cells, view in zip(frames, seen, views, strict=True):
            found.append(_with_paint(run, frame, _on_view(cells, view)))
        yield Progress("finding the subject", len(found), len(numbers))
    return found


def _foregrounds(
    run: GuidedRun, frames: Sequence[int], views: Sequence[Rect]
) -> Generator[Event, None, list[Foreground]]:
    """Returns the cells (s, s) of each view that a part wins in one plain pass."""
    latents = []
    for done, (frame, view) in enumerate(zip(frames, views, strict=True)):
        yield Progress("reading frames", done, len(frames))
        latents.append(run.encoded(frame, view))
    clean = torch.cat(latents)
    timestep = run.settings.reference_timestep
    noisy = run.network.add_noise(clean, run.noise(clean, frames, REFERENCE_STREAM), timestep)
    labels = run.network.reference(noisy, timestep).argmax(dim=1)
    return list(np.asarray((labels != BACKGROUND).cpu().numpy(), np.bool_))


def _on_plate(cells: Foreground, height: int, width: int) -> Foreground:
    resized = cv2.resize(cells.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.bool_)


def _on_view(cells: Foreground, view: Rect) -> Rect | None:
    box = foreground_box(cells)
    if box is None:
        return None
    left, top, right, bottom = scaled(box, cells.shape[:2], (view[3] - view[1], view[2] - view[0]))
    return (left + view[0], top + view[1], right + view[0], bottom + view[1])


def _with_paint(run: GuidedRun, frame: int, box: Rect | None) -> Rect | None:
    """Returns the box with everything that was painted on the frame inside it."""
    if frame not in run.task.anchors:
        return box
    labels = run.task.anchors[frame].labels
    painted = foreground_box((labels != BACKGROUND) & (labels != UNKNOWN))
    if box is None or painted is None:
        return box or painted
    return (
        min(box[0], painted[0]),
        min(box[1], painted[1]),
        max(box[2], painted[2]),
        max(box[3], painted[3]),
    )
