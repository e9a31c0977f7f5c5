"""Region and boundary agreement of two masks of one part.

J and F follow the DAVIS benchmark (Perazzi et al., CVPR 2016): J is the intersection over the union, F the harmonic
mean of precision and recall of the boundaries, matched within 0.008 of the image diagonal.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

BOUNDARY_TOLERANCE = 0.008
"""Share of the image diagonal within which boundaries match (DAVIS)."""


def tolerance_px(height: int, width: int) -> int:
    """Returns the boundary tolerance of an image in whole pixels, rounded up."""
    return math.ceil(BOUNDARY_TOLERANCE * math.hypot(height, width))


def intersection_over_union(found: Mask, truth: Mask, scored: Mask) -> float:
    """Returns J of two (H, W) masks over the pixels in `scored`; 1 where neither shows anything."""
    union = np.count_nonzero((found | truth) & scored)
    return np.count_nonzero(found & truth & scored) / union if union else 1.0


def boundary_f(found: Mask, truth: Mask, scored: Mask) -> float:
    """Returns F of two (H, W) masks, [0, 1].

    Boundaries that touch pixels which are not scored are left out on both sides. Where both masks have no boundary F is
    1, where only one has, 0.
    """
    near_unscored = cv2.dilate((~scored).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    edge, true_edge = boundary(found) & ~near_unscored, boundary(truth) & ~near_unscored
    num_found, num_true = np.count_nonzero(edge), np.count_nonzero(true_edge)
    if num_found == 0 or num_true == 0:
        return 1.0 if num_found == num_true else 0.0
    reach = tolerance_px(*found.shape)
    box = _box(edge | true_edge, reach)
    edge, true_edge = edge[box], true_edge[box]
    precision = np.count_nonzero(edge & _grown(true_edge, reach)) / num_found
    recall = np.count_nonzero(true_edge & _grown(edge, reach)) / num_true
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary(mask: Mask) -> Mask:
    """Returns the boundary of a mask: pixels that differ from the one right of, below, or diagonally below them.

    The last row looks right only, the last column down only, and the last corner is none, as in DAVIS.
    """
    edge = np.zeros_like(mask)
    edge[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    edge[:-1, :] |= mask[:-1, :] != mask[1:, :]
    edge[:-1, :-1] |= mask[:-1, :-1] != mask[1:, 1:]
    return edge


def _grown(edge: Mask, radius: int) -> Mask:
    """Returns the pixels within `radius` (Euclidean) of an edge."""
    offsets = np.arange(-radius, radius + 1)
    disk = (offsets[:, None] ** 2 + offsets[None, :] ** 2 <= radius * radius).astype(np.uint8)
    grown: Mask = cv2.dilate(edge.astype(np.uint8), disk) > 0
    return grown


def _box(mask: Mask, margin: int) -> tuple[slice, slice]:
    """Returns the box around what is set in `mask`, with a margin."""
    sides = []
    for axis in (1, 0):
        filled = np.flatnonzero(mask.any(axis=axis))
        sides.append(slice(max(0, int(filled[0]) - margin), int(filled[-1]) + 1 + margin))
    return sides[0], sides[1]
