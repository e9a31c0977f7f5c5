"""How a painted label meets the labels and the coverage that are already there.

A pixel holds one label and how much of the pixel it covers; the rest belongs to the nearest other label. A label wins
the pixel when it covers half of it or more, so that coverage never falls below 128.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from engine.domain.labels import UNKNOWN, LabelMap

_HALF = 128


def paint(
    labels: LabelMap, coverage: NDArray[np.uint8], alpha: NDArray[np.uint8], label: int, writable: NDArray[np.uint8]
) -> Box:
    """Paints `label` in place and returns where something may have changed, in rows and columns of these arrays.

    Painting a label in several pieces gives the same as painting the greatest of their alphas at once, in whatever
    order: a stroke does not darken where it crosses itself.

    Args:
        labels: (h, w) uint8, changed in place.
        coverage: (h, w) uint8, changed in place.
        alpha: (h, w) uint8, how much of each pixel the brush covers.
        label: 0..255. Unknown has no soft edge: it is painted where `alpha` is a half or more.
        writable: (256,) uint8 from `Rules.writable`.
    """
    # A brush on its way lies mostly on what it has just painted: only the rest is looked at closely.
    box = Box.of_mask(_open_to_change(labels, coverage, alpha, label))
    if box.empty:
        return box
    labels, coverage, alpha = labels[box.slices], coverage[box.slices], alpha[box.slices]
    allowed: NDArray[np.uint8] = np.take(writable, labels, mode="clip")
    allowed &= alpha
    take = (allowed >= _HALF) & (labels != label)
    if label == UNKNOWN:
        coverage[take] = 255
    else:
        softened = np.where(labels == label, np.maximum(coverage, allowed), np.minimum(coverage, 255 - allowed))
        np.copyto(softened, coverage, where=labels == UNKNOWN)
        np.copyto(softened, allowed, where=take)
        coverage[...] = softened
    labels[take] = label
    return box


def _open_to_change(
    labels: LabelMap, coverage: NDArray[np.uint8], alpha: NDArray[np.uint8], label: int
) -> NDArray[np.bool_]:
    """Returns where painting would change something if all were writable."""
    other = labels != label
    wins: NDArray[np.bool_] = other & (alpha >= _HALF)
    if label == UNKNOWN:
        return wins
    softens = np.where(other, coverage > 255 - alpha, coverage < alpha)
    return np.asarray(wins | softens)


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
