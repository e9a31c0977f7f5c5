"""Picking the pixels of a raster that the screen shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.viewport import Viewport


@dataclass(frozen=True, eq=False)
class Grid:
    """Rows and columns of a raster under device pixels.

    Attributes:
        rows: (h,) row of the raster for each device row, ascending, inside the raster.
        columns: (w,) column of the raster for each device column.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    @classmethod
    def under(cls, box: Box, viewport: Viewport, density: float, shape: tuple[int, ...]) -> Grid:
        """Returns the grid of a raster that is spread over the viewport's image.

        Args:
            box: Device pixels.
            viewport: Where the image lies.
            density: Device pixels per widget pixel.
            shape: (height, width, ...) of the raster: of the image's size, or a proxy.
        """
        rows = viewport.rows(box.top, box.bottom, density, shape[0])
        columns = viewport.columns(box.left, box.right, density, shape[1])
        return cls(np.clip(rows, 0, shape[0] - 1), np.clip(columns, 0, shape[1] - 1))

    def pick(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Returns the (h, w) values under the device pixels; where nothing is enlarged or left out, a view."""
        first, last = int(self.columns[0]), int(self.columns[-1])
        top, bottom = int(self.rows[0]), int(self.rows[-1])
        if last - first + 1 == len(self.columns) and bottom - top + 1 == len(self.rows):
            return values[top : bottom + 1, first : last + 1]
        # Row first: whole rows are copied at memory speed, and only then are columns picked.
        strip = np.take(values[:, first : last + 1], self.rows, axis=0)
        return np.take(strip, self.columns - first, axis=1)
