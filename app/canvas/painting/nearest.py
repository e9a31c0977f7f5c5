"""Which label lies nearest: who holds the rest of a soft pixel, who inherits what a part leaves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap

_REACH = 2
# With fewer than 1 soft pixel in 32, looking at the neighbours of each costs less than a filter over the whole map.
_FEW = 32
# (row, column) steps to the 24 neighbours within two pixels, nearest first.
_STEPS = sorted(
    ((dy, dx) for dy in range(-_REACH, _REACH + 1) for dx in range(-_REACH, _REACH + 1) if (dy, dx) != (0, 0)),
    key=lambda step: step[0] ** 2 + step[1] ** 2,
)


def other_label(labels: LabelMap, coverage: NDArray[np.uint8]) -> LabelMap:
    """Returns for each pixel the label that holds the rest of it: the nearest one that differs.

    Args:
        labels: (h, w) uint8.
        coverage: (h, w) uint8; where it is 255 there is no rest and the pixel's own label is returned.
    """
    rest = labels.copy()
    soft = np.flatnonzero(coverage < 255)
    rest.ravel()[soft] = other_labels_at(labels, soft)
    return rest


def other_labels_at(labels: LabelMap, index: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Returns the nearest label that differs from each pixel's own, or its own where there is no other.

    Most soft edges are a pixel wide: neighbours are looked at first, and distances measured for the rest only.

    Args:
        labels: (h, w) uint8.
        index: (n,) flat indices of pixels.
    """
    own: NDArray[np.uint8] = labels.ravel()[index]
    if index.size * _FEW < labels.size:
        rest = _from_neighbours(labels, index, own)
    else:
        kernel = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
        mixed = (cv2.dilate(labels, kernel) != cv2.erode(labels, kernel)).ravel()[index]
        rest = own.copy()
        rest[mixed] = _from_neighbours(labels, index[mixed], own[mixed])
    lonely = np.flatnonzero(rest == own)
    for label in np.flatnonzero(np.bincount(own[lonely], minlength=1)):
        mine = lonely[own[lonely] == label]
        nearest = nearest_label(labels, labels != label, index[mine])
        if nearest is not None:
            rest[mine] = nearest
    return rest


def nearest_label(labels: LabelMap, source: NDArray[np.bool_], index: NDArray[np.intp]) -> NDArray[np.uint8] | None:
    """Returns the label of the pixel of `source` nearest to each pixel of `index`; None where `source` is empty.

    Args:
        labels: (h, w) uint8.
        source: (h, w) bool.
        index: (n,) flat indices of pixels.
    """
    if not source.any():
        return None
    _, nearest = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    found: NDArray[np.uint8] = np.zeros(int(nearest.max()) + 1, np.uint8)
    found[nearest[source]] = labels[source]
    return np.asarray(found[nearest.ravel()[index]])


def _from_neighbours(labels: LabelMap, index: NDArray[np.intp], own: NDArray[np.uint8]) -> NDArray[np.uint8]:
    padded = cv2.copyMakeBorder(labels, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REPLICATE)
    rows, columns = np.divmod(index, labels.shape[1])
    places = (rows + _REACH) * padded.shape[1] + columns + _REACH
    flat, rest, waiting = padded.ravel(), own.copy(), np.arange(len(index))
    for dy, dx in _STEPS:
        neighbour = flat[places[waiting] + dy * padded.shape[1] + dx]
        differs = neighbour != own[waiting]
        rest[waiting[differs]] = neighbour[differs]
        waiting = waiting[~differs]
        if not waiting.size:
            break
    return rest
