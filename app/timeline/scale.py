"""Between cells of the axis and pixels: what part of a clip is in sight, and how large."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.timeline.axis import FrameAxis

ZOOM_STEP = 1.25
WIDEST_CELL_PX = 96.0


@dataclass(frozen=True, eq=False)
class Scale:
    """A stretch of the axis on a stretch of pixels.

    Attributes:
        axis: Where the frames stand.
        width_px: Of the plot.
        pad_px: Free room before the first and behind the last frame.
        cell_px: Width of one cell.
        left: Cell at the left edge of the plot, behind the pad; 0 is the first frame.
    """

    axis: FrameAxis
    width_px: float
    pad_px: float
    cell_px: float
    left: float

    @classmethod
    def fitting(cls, axis: FrameAxis, width_px: float, pad_px: float) -> Scale:
        """Returns the scale that shows the whole clip."""
        empty = cls(axis, max(1.0, width_px), pad_px, 1.0, 0.0)
        return replace(empty, cell_px=empty.least_cell_px)

    @property
    def least_cell_px(self) -> float:
        """The cell width at which the whole clip is in sight."""
        return min(WIDEST_CELL_PX, self._room / max(1, self.axis.num_cells))

    @property
    def fits(self) -> bool:
        """The whole clip is in sight."""
        return self.cell_px <= self.least_cell_px * (1 + 1e-9)

    @property
    def shown_cells(self) -> float:
        """How many cells are in sight."""
        return self._room / self.cell_px

    def x_of(self, frame: int) -> float:
        """Returns the left edge of a frame (or of the existing frame nearest to it), in pixels."""
        return self.x_of_cell(self.axis.cell_of(frame))

    def middle_of(self, frame: int) -> float:
        """Returns the middle of a frame, in pixels."""
        return self.x_of_cell(self.axis.cell_of(frame) + 0.5)

    def x_of_cell(self, cell: float) -> float:
        """Returns where a place on the axis lies, in pixels."""
        return self.pad_px + (cell - self.left) * self.cell_px

    def cell_at(self, x: float) -> float:
        """Returns the place on the axis at a pixel."""
        return self.left + (x - self.pad_px) / self.cell_px

    def frame_at(self, x: float) -> int:
        """Returns the existing frame that is nearest to a pixel; the clip must have one."""
        return int(self.axis.numbers[self.axis.index_at(self.cell_at(x))])

    def shown(self) -> slice:
        """Returns the indices of the frames of which something is in sight."""
        cells = self.axis.cells
        first = int(np.searchsorted(cells, self.cell_at(0) - 1, side="right"))
        return slice(first, max(first, int(np.searchsorted(cells, self.cell_at(self.width_px)))))

    def lefts(self, shown: slice) -> NDArray[np.float64]:
        """Returns the left edges of frames, in pixels."""
        return np.asarray(self.pad_px + (self.axis.cells[shown] - self.left) * self.cell_px, np.float64)

    def zoomed(self, factor: float, x: float) -> Scale:
        """Returns the scale magnified by `factor` around a pixel."""
        cell_px = min(max(WIDEST_CELL_PX, self.least_cell_px), max(self.least_cell_px, self.cell_px * factor))
        return _inside(replace(self, cell_px=cell_px, left=self.cell_at(x) - (x - self.pad_px) / cell_px))

    def panned(self, dx: float) -> Scale:
        """Returns the scale with its content moved by `dx` pixels to the right."""
        return _inside(replace(self, left=self.left - dx / self.cell_px))

    def resized(self, width_px: float, pad_px: float) -> Scale:
        """Returns the scale for another width: one that fits goes on to fit, another keeps its left edge."""
        if self.fits:
            return Scale.fitting(self.axis, width_px, pad_px)
        other = replace(self, width_px=max(1.0, width_px), pad_px=pad_px)
        return _inside(replace(other, cell_px=max(other.least_cell_px, self.cell_px)))

    def showing(self, frame: int) -> Scale:
        """Returns the scale with `frame` in sight, turned by a page where it was not."""
        cell = self.axis.cell_of(frame)
        if self.left <= cell and cell + 1 <= self.left + self.shown_cells:
            return self
        margin = min(2.0, self.shown_cells / 4)
        left = cell - margin if cell >= self.left else cell + 1 + margin - self.shown_cells
        return _inside(replace(self, left=left))

    @property
    def _room(self) -> float:
        return max(1.0, self.width_px - 2 * self.pad_px)


def tick_step(cell_px: float, least_px: float) -> int:
    """Returns the distance of ruler ticks in frames, 1, 2 or 5 times a power of ten, at least `least_px` apart."""
    wanted = max(1.0, least_px / cell_px)
    power = 10 ** math.floor(math.log10(wanted))
    return int(next(power * m for m in (1, 2, 5, 10) if power * m >= wanted * (1 - 1e-9)))


def _inside(scale: Scale) -> Scale:
    last = max(0.0, scale.axis.num_cells - scale.shown_cells)
    return replace(scale, left=min(last, max(0.0, scale.left)))
