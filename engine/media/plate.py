"""A plate: the pixels of a frame as its file stores them, with what is needed to show or export them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

PlateArray = NDArray[Any]
"""uint8 or uint16 over their full range, or float32."""


@dataclass(frozen=True)
class Plate:
    """One frame in its own values, upright, at the size of its display window.

    Attributes:
        pixels: (H, W, C) uint8, uint16 (both full range) or float32; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or
            4 (RGB, alpha). Whatever a file has outside its display window is cut off; where it has no data, it is 0.
        colour_space: Name of the space of `pixels` (`engine.media.colour`).
        premultiplied: Whether the colours were multiplied by alpha; True where there is no alpha.
        pixel_aspect: Width of a pixel divided by its height.
    """

    pixels: PlateArray
    colour_space: str
    premultiplied: bool = True
    pixel_aspect: Fraction = Fraction(1)

    @property
    def rgb(self) -> PlateArray:
        """(H, W, 3) colours; grey plates are repeated over the three channels."""
        if self.pixels.shape[2] < 3:
            return np.repeat(self.pixels[..., :1], 3, axis=2)
        return self.pixels[..., :3]

    @property
    def alpha(self) -> PlateArray | None:
        """(H, W) alpha, or None where the plate has none."""
        return self.pixels[..., -1] if self.pixels.shape[2] in (2, 4) else None
