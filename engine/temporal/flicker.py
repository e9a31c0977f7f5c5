"""Flicker: how far neighbouring frames disagree about parts once the motion between them is taken out.

For part k, frame t and its neighbour s, with M the flow from t to s and V the pixels of t whose flow is visible:

    flicker_k = |{x in V : [L_t(x) = k] and k is not within one pixel of M(x) in L_s, or
                          [L_s(M(x)) = k] and k is not within one pixel of x in L_t}|
                / |{x in V : L_t(x) = k or L_s(M(x)) = k}|

It is 0 where the part keeps to what moves, 1 where nothing of it is found again. One working pixel of slack keeps the
rounding of labels and flow out of the figure. Pixels that come into view or are covered do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.temporal.flow import Flow, pixel_grid

VISIBLE = 0.5
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
    target = flow.field + pixel_grid(height, width)
    seen = flow.visibility > VISIBLE
    carried = _moved(then, target)
    return {
        part_id: _of_part(now == part_id, carried == part_id, then == part_id, target, seen) for part_id in part_ids
    }


def _of_part(
    here: NDArray[np.bool_],
    carried: NDArray[np.bool_],
    there: NDArray[np.bool_],
    target: NDArray[np.float32],
    seen: NDArray[np.bool_],
) -> float:
    either = np.count_nonzero((here | carried) & seen)
    if either == 0:
        return 0.0
    near_there = _moved(cv2.dilate(there.astype(np.uint8), _SLACK), target) > 0
    near_here = cv2.dilate(here.astype(np.uint8), _SLACK) > 0
    lost = (here & ~near_there) | (carried & ~near_here)
    return float(np.count_nonzero(lost & seen) / either)


def _moved(labels: NDArray[np.uint8], target: NDArray[np.float32]) -> NDArray[np.uint8]:
    moved: NDArray[np.uint8] = cv2.remap(labels, target, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return moved


def _at_working_size(labels: LabelMap, height: int, width: int) -> NDArray[np.uint8]:
    if labels.shape == (height, width):
        return labels
    rows = np.minimum(((np.arange(height) + 0.5) * labels.shape[0] / height).astype(np.int64), labels.shape[0] - 1)
    columns = np.minimum(((np.arange(width) + 0.5) * labels.shape[1] / width).astype(np.int64), labels.shape[1] - 1)
    return np.ascontiguousarray(labels[rows[:, None], columns[None, :]])
