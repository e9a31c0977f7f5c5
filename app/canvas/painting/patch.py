"""A piece of brush or shape: where it lies and how much of each pixel it covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box


@dataclass(frozen=True)
class Patch:
    """Coverage on a box of the image.

    Attributes:
        box: Where it lies; inside the image.
        alpha: (box.height, box.width) uint8, 255 where the pixel is covered wholly.
    """

    box: Box
    alpha: NDArray[np.uint8]

    @classmethod
    def of_mask(cls, mask: NDArray[np.bool_]) -> Patch:
        """Returns the patch of a whole-image (H, W) mask, cut to what it holds."""
        box = Box.of_mask(mask)
        return cls(box, np.where(mask[box.slices], np.uint8(255), np.uint8(0)))

    def clipped(self, outer: Box) -> Patch:
        """Returns the part of this patch that lies in `outer`."""
        box = self.box.clipped(outer)
        if box == self.box:
            return self
        if box.empty:
            return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
        inner = box.moved(-self.box.left, -self.box.top)
        return Patch(box, self.alpha[inner.slices])

    def mirrored(self, axis_x: float, image: Box) -> Patch:
        """Returns the patch reflected about a vertical axis and cut to the image.

        Args:
            axis_x: A multiple of 0.5: pixel columns fall on pixel columns.
            image: Box of the whole image.
        """
        twice = round(2 * axis_x)
        box = Box(twice - self.box.right, self.box.top, twice - self.box.left, self.box.bottom)
        return Patch(box, self.alpha[:, ::-1]).clipped(image)
