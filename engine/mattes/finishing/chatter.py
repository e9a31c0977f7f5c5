"""De-chatter: an edge that jumps for one frame goes back to where its neighbours, moved along the flow, have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Neighbour:
    """The same part in a neighbouring frame, moved onto this one.

    Attributes:
        matte: (H, W) float32 in [0, 1].
        seen: (H, W) bool: the pixel is visible in both frames.
    """

    matte: Plane
    seen: NDArray[np.bool_]


def dechatter(matte: Plane, neighbours: Sequence[Neighbour], strength: float) -> Plane:
    """Returns the matte drawn towards the middle one of itself and its two neighbours, by `strength`.

    A median takes out what happens in one frame only and leaves what really moves; where a neighbour does not see the
    pixel the matte stays.

    Args:
        matte: (H, W) float32 in [0, 1].
        neighbours: The frame before and the frame behind; with fewer than two nothing is done.
        strength: 0..1.
    """
    if strength == 0 or len(neighbours) < 2:
        return matte
    before, behind = neighbours[0], neighbours[1]
    low, high = np.minimum(before.matte, behind.matte), np.maximum(before.matte, behind.matte)
    middle = np.clip(matte, low, high)  # the median of three
    weight = np.where(before.seen & behind.seen, np.float32(strength), np.float32(0))
    result: Plane = matte + weight * (middle - matte)
    return result
