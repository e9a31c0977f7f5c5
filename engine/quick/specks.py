"""Specks: small islands of a part that nothing speaks for, on a frame whose objects are already decided on.

The component rule keeps or drops whole objects; inside a kept object the network may still sprinkle one part's label
over another. Such a speck is given to the class that comes second there.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALL_SHARE = 0.12  # of the part's largest painted area; with the next two those of the component rule
_SUPPORT = 0.25
_PROBABILITY = 0.6


def without_specks(
    probabilities: NDArray[np.float32], support: NDArray[np.float32], areas: Sequence[float]
) -> NDArray[np.float32]:
    """Returns the probabilities with unsupported, small and unsure islands of a part given to the second best class.

    Args:
        probabilities: (K+1, h, w), background first.
        support: (K, h, w) float32: P C of each part: what the painted frames vouch for.
        areas: Largest painted area of each part in pixels; () leaves everything as it is.
    """
    if not areas:
        return probabilities
    labels = probabilities.argmax(0)
    specks = np.zeros(labels.shape, bool)
    for place, area in enumerate(areas):
        own = (labels == place + 1).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(own)
        if not width:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        count, names, stats, _ = cv2.connectedComponentsWithStats(own[box])
        size = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
        mean = np.bincount(names.ravel(), probabilities[place + 1][box].ravel(), count) / size
        vouched = np.bincount(names.ravel(), support[place][box].ravel(), count) / size
        dropped = (size < _SMALL_SHARE * area) & (mean < _PROBABILITY) & (vouched < _SUPPORT)
        dropped[0] = False
        specks[box] |= dropped[names]
    if not specks.any():
        return probabilities
    result = probabilities.copy()
    at = np.flatnonzero(specks)
    values = result.reshape(len(result), -1)[:, at]
    first, second = values.argsort(0)[[-1, -2]]
    columns = np.arange(len(at))
    values[first, columns], values[second, columns] = values[second, columns], values[first, columns]
    result.reshape(len(result), -1)[:, at] = values
    return result
