"""How a painted label meets the labels and the coverage that are already there.

A pixel holds one label and how much of the pixel it covers; the rest belongs to the nearest other label. A label wins
the pixel when it covers half of it or more, so that coverage never falls below 128.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN, LabelMap

_HALF = 128


def paint(
    labels: LabelMap, coverage: NDArray[np.uint8], alpha: NDArray[np.uint8], label: int, writable: NDArray[np.uint8]
) -> bool:
    """Paints `label` in place and says whether anything changed.

    Painting a label in several pieces gives the same as painting the greatest of their alphas at once, in whatever
    order: a stroke does not darken where it crosses itself.

    Args:
        labels: (h, w) uint8, changed in place.
        coverage: (h, w) uint8, changed in place.
        alpha: (h, w) uint8, how much of each pixel the brush covers.
        label: 0..255. Unknown has no soft edge: it is painted where `alpha` is a half or more.
        writable: (256,) uint8 from `Rules.writable`.
    """
    allowed: NDArray[np.uint8] = np.take(writable, labels, mode="clip")
    allowed &= alpha
    if label == UNKNOWN:
        return _paint_unknown(labels, coverage, allowed)
    same = labels == label
    take = (allowed >= _HALF) & ~same
    softened = np.where(same, np.maximum(coverage, allowed), np.minimum(coverage, 255 - allowed))
    np.copyto(softened, coverage, where=labels == UNKNOWN)
    np.copyto(softened, allowed, where=take)
    changed = bool(take.any()) or not np.array_equal(softened, coverage)
    if changed:
        labels[take] = label
        coverage[...] = softened
    return changed


def _paint_unknown(labels: LabelMap, coverage: NDArray[np.uint8], allowed: NDArray[np.uint8]) -> bool:
    take = (allowed >= _HALF) & (labels != UNKNOWN)
    labels[take] = UNKNOWN
    coverage[take] = 255
    return bool(take.any())


def other_label(labels: LabelMap, coverage: NDArray[np.uint8]) -> LabelMap:
    """Returns for each pixel the label that holds the rest of it: the nearest one that differs (to a pixel or two).

    Args:
        labels: (h, w) uint8.
        coverage: (h, w) uint8; where it is 255 there is no rest and the pixel's own label is returned.
    """
    rest = labels.copy()
    open_pixels = coverage < 255
    for size in (3, 5):
        kernel = np.ones((size, size), np.uint8)
        for neighbour in (cv2.dilate(labels, kernel), cv2.erode(labels, kernel)):
            differs = neighbour != labels
            np.copyto(rest, neighbour, where=open_pixels & differs)
            open_pixels &= ~differs
    # Most soft edges are a pixel wide; only the inside of wide ones needs the distance to what is far.
    for label in np.flatnonzero(np.bincount(labels[open_pixels], minlength=1)):
        wanted = open_pixels & (labels == label)
        nearest = nearest_label(labels, labels != label, wanted)
        if nearest is not None:
            rest[wanted] = nearest
    return rest


def nearest_label(labels: LabelMap, source: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> LabelMap | None:
    """Returns for each of the n pixels that are `wanted` the label of the nearest pixel of `source`.

    Returns:
        (n,) uint8 in reading order, or None where `source` is empty.
    """
    if not source.any():
        return None
    _, index = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    found: LabelMap = np.zeros(int(index.max()) + 1, np.uint8)
    found[index[source]] = labels[source]
    nearest: LabelMap = found[index[wanted]]
    return nearest
