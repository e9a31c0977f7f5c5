"""Which frames share a pixel column, so that a lane of 10,000 frames is drawn as quickly as one of ten."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.timeline.scale import Scale


@dataclass(frozen=True, eq=False)
class Columns:
    """Frames by pixel column; a column without a frame (gap, or beyond the clip) holds none.

    Attributes:
        first: (W,) index of the first frame of each column.
        filled: (W,) bool, the column holds a frame.
        stop: Index behind the last frame of all columns.
    """

    first: NDArray[np.int64]
    filled: NDArray[np.bool_]
    stop: int

    @classmethod
    def of(cls, scale: Scale, ratio: float) -> Columns:
        """Returns the columns of a scale, in device pixels.

        Args:
            scale: What is in sight.
            ratio: Device pixels per pixel.
        """
        cells, count = scale.axis.cells, math.ceil(scale.width_px * ratio)
        if scale.cell_px * ratio >= 1:
            cell = np.floor(scale.cell_at(0) + (np.arange(count) + 0.5) / (scale.cell_px * ratio)).astype(np.int64)
            first = np.searchsorted(cells, cell)
            filled = np.isin(cell, cells) if len(scale.axis.behind_gaps) else (cell >= 0) & (cell < len(cells))
            stop = int(first[filled][-1]) + 1 if filled.any() else 0
            return cls(first.astype(np.int64), filled, stop)
        edges = np.searchsorted(cells, scale.cell_at(0) + np.arange(count + 1) / (scale.cell_px * ratio))
        return cls(edges[:-1].astype(np.int64), edges[1:] > edges[:-1], int(edges[-1]))

    def largest(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the largest known value of each column; NaN where none is known.

        Args:
            values: (T,) float32, NaN where a frame has none.
        """
        found = np.full(len(self.first), np.nan, np.float32)
        if self.filled.any():
            found[self.filled] = np.fmax.reduceat(values[: self.stop], self.first[self.filled])
        return found

    def smallest(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the smallest known value of each column; NaN where none is known."""
        return -self.largest(-values)

    def runs(self, values: NDArray[np.float32]) -> list[tuple[int, int, float]]:
        """Returns stretches of columns whose largest value is the same: first column, one behind the last, value."""
        found = np.nan_to_num(self.largest(values), nan=-1.0)
        starts = np.flatnonzero(np.diff(found, prepend=np.float32(np.nan)) != 0)
        stops = np.append(starts[1:], len(found))
        return [
            (int(start), int(stop), float(found[start]))
            for start, stop in zip(starts, stops, strict=True)
            if found[start] >= 0
        ]
