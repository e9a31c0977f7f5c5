"""Between plate pixels and a coarse grid of cells: where tracked points start, and on which cell they land.

The authors' 64 x 64 grid on 512 x 512 images is the case `cells=(64, 64), plate=(512, 512)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.tracks import PointTracks


@dataclass(frozen=True)
class GridTracks:
    """Tracks of points, one from the middle of each cell of the query frame, as cells of a score map.

    Attributes:
        query: Position in the clip of the frame on which the points start.
        frames: (T,) positions that the tracks cover, ascending; `query` is one of them.
        cells: (T, N) int32 cell numbers, row by row; N is the number of cells, and `cells[query]` counts 0..N-1.
        visible: (T, N) bool; False where the point is hidden, lost or outside the grid (the cell is then 0).
    """

    query: int
    frames: tuple[int, ...]
    cells: NDArray[np.int32]
    visible: NDArray[np.bool_]


def cell_centres(cells_hw: tuple[int, int], plate_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Returns the middles of all cells in plate pixels: (N, 2) float32 x, y with pixel centres at +0.5, row by row."""
    rows, columns = cells_hw
    x = (np.arange(columns, dtype=np.float32) + 0.5) * np.float32(plate_hw[1] / columns)
    y = (np.arange(rows, dtype=np.float32) + 0.5) * np.float32(plate_hw[0] / rows)
    return np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1).reshape(-1, 2)


def cells_of(
    xy: NDArray[np.float32], visible: NDArray[np.bool_], cells_hw: tuple[int, int], plate_hw: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Returns the cell number of each point and whether it is visible inside the grid.

    Positions are rounded half to even, as in the authors' code.

    Args:
        xy: (..., 2) plate pixels.
        visible: (...) bool.
        cells_hw: Rows and columns of the grid.
        plate_hw: Height and width of the plate.
    """
    rows, columns = cells_hw
    index = np.rint(xy * np.array([columns / plate_hw[1], rows / plate_hw[0]], np.float32) - np.float32(0.5))
    inside = (index >= 0).all(axis=-1) & (index[..., 0] < columns) & (index[..., 1] < rows)
    shown = visible & inside
    column, row = (np.where(shown, index[..., axis], 0).astype(np.int32) for axis in (0, 1))
    return row * np.int32(columns) + column, shown


def to_grid(
    tracks: PointTracks, positions: dict[int, int], cells_hw: tuple[int, int], plate_hw: tuple[int, int]
) -> GridTracks:
    """Returns tracks that were started on `cell_centres` as cells.

    Args:
        tracks: Tracks in plate pixels.
        positions: Position in the clip of each source frame number.
        cells_hw: Rows and columns of the grid.
        plate_hw: Height and width of the plate.
    """
    cells, visible = cells_of(tracks.xy, tracks.visible, cells_hw, plate_hw)
    return GridTracks(positions[tracks.query_frame], tuple(positions[f] for f in tracks.frames), cells, visible)
