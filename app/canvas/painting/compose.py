"""How a painted label meets the labels and the coverage that are already there.

A pixel holds one label and how much of the pixel it covers; the rest belongs to the nearest other label. A label wins
the pixel when it covers half of it or more, so that coverage never falls below 128.
"""

from __future__ import annotations

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
