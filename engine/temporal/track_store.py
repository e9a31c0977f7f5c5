"""Tracks that overlapping windows share: points of a frame are followed once, through all that any window asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.domain.tracks import PointTracker, PointTracks
from engine.jobs import Job
from engine.temporal.grids import GridTracks, cell_centres, cells_of
from engine.temporal.windows import Slice, vote_window

SubjectOf = Callable[[int], NDArray[np.bool_]]
"""Takes a frame number to the (rows, columns) cells of it that are worth tracking."""


@dataclass(frozen=True)
class CellGrid:
    """The cells of score maps, and where they lie on the plate in each frame.

    Attributes:
        cells_hw: Rows and columns.
        boxes: By frame number, the plate pixels (left, top, right, bottom) that the cells divide.
    """

    cells_hw: tuple[int, int]
    boxes: Mapping[int, Rect]

    def centres(self, frame: int) -> NDArray[np.float32]:
        """Returns the middles of all cells of a frame, (N, 2) float32 plate pixels with centres at +0.5."""
        left, top, right, bottom = self.boxes[frame]
        return cell_centres(self.cells_hw, (bottom - top, right - left)) + np.array([left, top], np.float32)

    def cells(
        self, frame: int, xy: NDArray[np.float32], visible: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Returns the cells of (N, 2) plate points on a frame, and which of them are visible inside the grid."""
        left, top, right, bottom = self.boxes[frame]
        inside_box = xy - np.array([left, top], np.float32)
        return cells_of(inside_box, visible, self.cells_hw, (bottom - top, right - left))


class TrackStore:
    """Tracks of one scene's frames. Holds those of about one window; not for sharing between threads."""

    def __init__(self, tracker: PointTracker, grid: CellGrid, spans: Mapping[int, tuple[int, ...]]) -> None:
        """Opens an empty store.

        Args:
            tracker: Follows the points.
            grid: Where points start and what they land on.
            spans: By frame number, the frames through which its points are followed; see `track_spans`.
        """
        self._tracker = tracker
        self._grid = grid
        self._spans = spans
        self._tracks: dict[int, tuple[PointTracks, NDArray[np.int64]]] = {}

    def window(self, frames: Sequence[int], subject: SubjectOf | None = None) -> Job[list[GridTracks]]:
        """Returns tracks of every frame of a window as cells; positions count from the window's first frame.

        Tracks of earlier frames are let go: windows are asked for in ascending order.

        Args:
            frames: Ascending source numbers of the window.
            subject: Which cells of a new frame are tracked; the others are visible nowhere. None tracks all.

        Yields:
            The tracker's events.
        """
        for frame in [known for known in self._tracks if known < frames[0]]:
            del self._tracks[frame]
        for frame in frames:
            if frame not in self._tracks:
                centres = self._grid.centres(frame)
                chosen = np.arange(len(centres)) if subject is None else np.flatnonzero(subject(frame))
                tracks = yield from self._tracker.track(frame, centres[chosen], self._spans[frame])
                self._tracks[frame] = (tracks, chosen)
        return [self._on_grid(frame, frames) for frame in frames]

    def _on_grid(self, query_frame: int, frames: Sequence[int]) -> GridTracks:
        tracks, chosen = self._tracks[query_frame]
        positions = {frame: position for position, frame in enumerate(frames)}
        rows = [row for row, frame in enumerate(tracks.frames) if frame in positions]
        num_cells = self._grid.cells_hw[0] * self._grid.cells_hw[1]
        cells = np.zeros((len(rows), num_cells), np.int32)
        visible = np.zeros((len(rows), num_cells), np.bool_)
        for place, row in enumerate(rows):
            found = self._grid.cells(tracks.frames[row], tracks.xy[row], tracks.visible[row])
            cells[place, chosen], visible[place, chosen] = found
        window_rows = tuple(positions[tracks.frames[row]] for row in rows)
        return GridTracks(positions[query_frame], window_rows, cells, visible)


def track_spans(numbers: Sequence[int], plan: Sequence[Slice], window: int) -> dict[int, tuple[int, ...]]:
    """Returns, for each frame, all frames that vote on it in any slice.

    Args:
        numbers: Ascending source numbers of a scene.
        plan: How the scene is cut into slices.
        window: Frames that vote on a point.
    """
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for piece in plan:
        for position in range(len(piece)):
            voters = vote_window(position, len(piece), window)
            place = piece.start + position
            first[place] = min(first.get(place, len(numbers)), piece.start + voters.start)
            last[place] = max(last.get(place, 0), piece.start + voters.stop)
    return {numbers[place]: tuple(numbers[first[place] : last[place]]) for place in first}
