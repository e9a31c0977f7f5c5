"""Rectangles of pixels."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Box(NamedTuple):
    """Half-open pixel rectangle: columns `left` to `right`, rows `top` to `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, left: float, top: float, right: float, bottom: float) -> Box:
        """Returns the smallest box that holds the given continuous rectangle."""
        return cls(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))

    @classmethod
    def of_image(cls, image: NDArray[np.generic]) -> Box:
        """Returns the box of a whole (H, W, ...) array."""
        return cls(0, 0, image.shape[1], image.shape[0])

    @classmethod
    def of_mask(cls, mask: NDArray[np.generic]) -> Box:
        """Returns the smallest box around the pixels of a (H, W) array that are not zero."""
        rows = np.flatnonzero(mask.any(axis=1))
        if not rows.size:
            return cls(0, 0, 0, 0)
        columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
        return cls(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    @property
    def width(self) -> int:
        """Number of columns, never negative."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """Number of rows, never negative."""
        return max(0, self.bottom - self.top)

    @property
    def empty(self) -> bool:
        """It holds no pixel."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index for an (H, W) array; the box must lie inside it."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped(self, outer: Box) -> Box:
        """Returns the part of this box that lies in `outer`."""
        return Box(
            max(self.left, outer.left),
            max(self.top, outer.top),
            min(self.right, outer.right),
            min(self.bottom, outer.bottom),
        )

    def united(self, other: Box) -> Box:
        """Returns the smallest box around both; an empty box adds nothing."""
        if self.empty or other.empty:
            return other if self.empty else self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, margin: int) -> Box:
        """Returns the box with `margin` more pixels on every side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def moved(self, dx: int, dy: int) -> Box:
        """Returns the box shifted by whole pixels."""
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)
