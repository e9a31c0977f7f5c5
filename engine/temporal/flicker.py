"""Flicker: how far neighbouring frames disagree about parts once the motion between them is taken out.

For part k, frame t and its neighbour s, with M the flow from t to s and V the pixels of t whose flow is visible:

    flicker_k = |{x in V : [L_t(x) = k] and k is not within one pixel of M(x) in L_s, or
                          [L_s(M(x)) = k] and k is not within one pixel of x in L_t}|
                / |{x in V : L_t(x) = k or L_s(M(x)) = k}|

It is 0 where the part keeps to what moves, 1 where nothing of it is found again. One working pixel of slack keeps the
rounding of labels and flow out of the figure. Pixels that come into view or are covered do not count.

Dense flow loses small things that move far. Where the part's centre of mass moves by more than 8 working pixels apart
from its flow, the same figure is also taken with the whole part shifted by its centres, and the smaller one counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.temporal.flow import Flow, pixel_grid

Mask = NDArray[np.bool_]

VISIBLE = 0.5
LOST_PX = 8.0
_SLACK = np.ones((3, 3), np.uint8)


def flicker(before: LabelMap, labels: LabelMap, flow: Flow, part_ids: Sequence[int]) -> dict[int, float]:
    """Returns the flicker of each part between two neighbouring frames, [0, 1].

    Args:
        before: (H, W) uint8 labels of the neighbour, plate size.
        labels: (H, W) uint8 labels of the frame, plate size.
        flow: Flow from the frame to its neighbour, at working size; labels are read at its pixels' middles.
        part_ids: The parts to measure; a part that neither frame shows has no flicker (0).
    """
    height, width = flow.visibility.shape
    now, then = _at_working_size(labels, height, width), _at_working_size(before, height, width)
    grid = pixel_grid(height, width)
    target = flow.field + grid
    seen = flow.visibility > VISIBLE
    found = {}
    for part_id in part_ids:
        here, there = now == part_id, then == part_id
        value = _disagreement(here, there, target, seen)
        shift = _lost_shift(here, there, flow) if value > 0 else None
        if shift is not None:
            value = min(value, _disagreement(here, there, grid + shift, np.ones_like(seen)))
        found[part_id] = value
    return found


def _disagreement(here: Mask, there: Mask, target: NDArray[np.float32], seen: Mask) -> float:
    """Returns the share of a part that is not found again when frame pixels lie at `target` in the neighbour."""
    carried = _moved(there, target)
    either = np.count_nonzero((here | carried) & seen)
    if either == 0:
        return 0.0
    lost = (here & ~_moved(_grown(there), target)) | (carried & ~_grown(here))
    return float(np.count_nonzero(lost & seen) / either)


def _lost_shift(here: Mask, there: Mask, flow: Flow) -> NDArray[np.float32] | None:
    """Returns how the part's centre moves from the frame to its neighbour, or None where flow says about the same."""
    if not here.any() or not there.any():
        return None
    shift = np.array([np.argwhere(mask).mean(axis=0)[::-1] for mask in (there, here)], np.float32)
    moved = shift[0] - shift[1]
    if np.linalg.norm(moved - flow.field[here].mean(axis=0)) <= LOST_PX:
        return None
    return np.asarray(moved, np.float32)


def _grown(mask: Mask) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), _SLACK) > 0
    return grown


def _moved(mask: Mask, target: NDArray[np.float32]) -> Mask:
    moved: Mask = cv2.remap(mask.astype(np.uint8), target, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE) > 0
    return moved


def _at_working_size(labels: LabelMap, height: int, width: int) -> NDArray[np.uint8]:
    if labels.shape == (height, width):
        return labels
    rows = np.minimum(((np.arange(height) + 0.5) * labels.shape[0] / height).astype(np.int64), labels.shape[0] - 1)
    columns = np.minimum(((np.arange(width) + 0.5) * labels.shape[1] / width).astype(np.int64), labels.shape[1] - 1)
    return np.ascontiguousarray(labels[rows[:, None], columns[None, :]])
