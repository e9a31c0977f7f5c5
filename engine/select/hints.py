"""What an artist points at, and what is selected for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rectangle = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels, half-open."""


@dataclass(frozen=True)
class Hints:
    """Clicks and an optional box on one image.

    Attributes:
        inside: Points of the wanted region: (x, y) image pixels, centres at +0.5.
        outside: Points that are not of it.
        box: A rectangle around it, or None.
        reach_px: How far from its clicks the region may go, or None: what the artist sees is a good bound.
    """

    inside: tuple[tuple[float, float], ...] = ()
    outside: tuple[tuple[float, float], ...] = ()
    box: Rectangle | None = None
    reach_px: float | None = None


@dataclass(frozen=True)
class Selection:
    """Selected pixels.

    Attributes:
        box: Where `mask` lies on the image.
        mask: (bottom - top, right - left) bool.
    """

    box: Rectangle
    mask: NDArray[np.bool_]
