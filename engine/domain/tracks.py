"""Point tracks: where points of one frame lie in its neighbours (SMITE, Eq. 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.jobs import Job


@dataclass(frozen=True)
class PointTracks:
    """Tracks of N points that were placed on `query_frame`.

    Attributes:
        query_frame: Source number of the frame on which the points were placed.
        frames: (T,) source numbers that the tracks cover; `query_frame` is one of them.
        xy: (T, N, 2) float32, pixels of the tracked frames with centres at +0.5.
        visible: (T, N) bool; False where a point is hidden, lost or outside the frame.
    """

    query_frame: int
    frames: tuple[int, ...]
    xy: NDArray[np.float32]
    visible: NDArray[np.bool_]


class PointTracker(Protocol):
    """Follows points through neighbouring frames, forward and backward."""

    def track(self, query_frame: int, xy: NDArray[np.float32], frames: Sequence[int]) -> Job[PointTracks]:
        """Yields progress and returns tracks of the points through `frames`.

        Args:
            query_frame: Source number of the frame on which the points lie; one of `frames`.
            xy: (N, 2) float32 plate pixels with centres at +0.5.
            frames: Ascending source numbers, none of them across a cut from `query_frame`.

        Raises:
            InputError: A frame is missing or cannot be decoded.
        """
        ...
