"""Frame numbers along a line: one cell for each frame that exists, and a short stretch for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import FrameRange

_SHORT_GAP = 12
_SHARE_OF_CLIP = 20


@dataclass(frozen=True)
class Gap:
    """Numbers between two frames for which there is no frame.

    Attributes:
        missing: The missing numbers.
        cell: Where the gap starts.
        cells: How long it is drawn; long gaps are cut short.
    """

    missing: FrameRange
    cell: int
    cells: int


@dataclass(frozen=True, eq=False)
class FrameAxis:
    """Where each frame stands.

    A gap in the numbering is as long as the numbers it lacks, but at most 12 cells or a twentieth of the clip, so
    that a clip of frames 1-10 and 90001-90010 can still be looked at.

    Attributes:
        numbers: (T,) int64, ascending, source numbers of the frames that exist.
    """

    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, numbers: Sequence[int]) -> FrameAxis:
        """Returns the axis of a clip with these ascending frame numbers."""
        made = np.asarray(numbers, np.int64)
        made.setflags(write=False)
        return cls(made)

    def __len__(self) -> int:
        """Returns how many frames exist."""
        return len(self.numbers)

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """(T,) cell of each frame, the first at 0."""
        if not len(self):
            return np.zeros(0, np.int64)
        missing = np.diff(self.numbers) - 1
        shown = np.minimum(missing, max(_SHORT_GAP, len(self) // _SHARE_OF_CLIP))
        return np.concatenate([[0], np.cumsum(shown + 1)]).astype(np.int64)

    @property
    def num_cells(self) -> int:
        """Cells from the first frame to the last, both counted; 0 where there is no frame."""
        return int(self.cells[-1]) + 1 if len(self) else 0

    @cached_property
    def behind_gaps(self) -> NDArray[np.int64]:
        """(G,) indices of the frames that stand behind a gap, ascending."""
        return np.flatnonzero(np.diff(self.cells) > 1).astype(np.int64) + 1

    def gaps(self, first_cell: float, stop_cell: float) -> tuple[Gap, ...]:
        """Returns the gaps of which something lies between two places, ascending."""
        ends, starts = self.cells[self.behind_gaps], self.cells[self.behind_gaps - 1] + 1
        found = []
        for index in self.behind_gaps[(ends > first_cell) & (starts < stop_cell)].tolist():
            cell, after = int(self.cells[index - 1]) + 1, int(self.cells[index])
            missing = FrameRange(int(self.numbers[index - 1]) + 1, int(self.numbers[index]))
            found.append(Gap(missing, cell, after - cell))
        return tuple(found)

    def nearest(self, frame: int) -> int:
        """Returns the index of the existing frame nearest to `frame`; the earlier one where two are as near."""
        return _nearest(self.numbers, frame)

    def index_at(self, cell: float) -> int:
        """Returns the index of the frame whose cell is nearest to a place, given in cells from the left edge."""
        return _nearest(self.cells, cell - 0.5)

    def cell_of(self, frame: int) -> int:
        """Returns the cell of a frame, or of the existing frame nearest to it."""
        return int(self.cells[self.nearest(frame)])


def _nearest(places: NDArray[np.int64], wanted: float) -> int:
    after = int(np.searchsorted(places, wanted))
    if after == 0 or (after < len(places) and places[after] - wanted < wanted - places[after - 1]):
        return min(after, len(places) - 1)
    return after - 1
