from __future__ import annotations

import numpy as np

from engine.domain.tracks import PointTracks
from engine.temporal.grids import cell_centres, cells_of, to_grid
from tests.engine.temporal.golden import arrays, needs_golden


@needs_golden
def test_points_start_where_the_authors_queries_start() -> None:
    queries = arrays("tracker_glue")["queries"]
    centres = cell_centres((64, 64), (512, 512))
    assert np.array_equal(centres[[0, 1, 63, 64, 4095]], queries[:, 1:])


@needs_golden
def test_tracks_land_on_the_cells_of_the_authors_code() -> None:
    golden = arrays("tracker_glue")
    steps = np.arange(4, dtype=np.float32)[:, None] - 1
    xy = cell_centres((64, 64), (512, 512))[None] + (steps * np.array([9.3, -4.7], np.float32))[:, None, :]
    cells, visible = cells_of(xy.astype(np.float32), np.ones(xy.shape[:2], np.bool_), (64, 64), (512, 512))
    assert np.array_equal(visible, golden["visible"])
    expected = golden["tracks_idx"][..., 1].astype(np.int32) * 64 + golden["tracks_idx"][..., 0]
    assert np.array_equal(cells[visible], expected[visible])


def test_halves_are_rounded_to_the_even_cell() -> None:
    xy = np.array([[8.0, 8.0], [16.0, 8.0]], np.float32)
    cells, _ = cells_of(xy, np.ones(2, np.bool_), (4, 4), (32, 32))
    assert cells.tolist() == [0 * 4 + 0, 0 * 4 + 2]


def test_centres_come_back_to_their_own_cells_on_any_plate() -> None:
    for cells_hw, plate_hw in (((5, 7), (480, 853)), ((3, 2), (3, 2)), ((40, 60), (17, 23))):
        centres = cell_centres(cells_hw, plate_hw)
        cells, visible = cells_of(centres, np.ones(len(centres), np.bool_), cells_hw, plate_hw)
        assert cells.tolist() == list(range(len(centres)))
        assert visible.all()


def test_hidden_points_stay_hidden_and_source_numbers_become_positions() -> None:
    xy = np.tile(cell_centres((2, 2), (8, 8)), (2, 1, 1))
    visible = np.array([[True] * 4, [True, False, True, True]])
    grid = to_grid(PointTracks(1001, (1001, 1003), xy, visible), {1001: 0, 1003: 2}, (2, 2), (8, 8))
    assert (grid.query, grid.frames) == (0, (0, 2))
    assert np.array_equal(grid.visible, visible)
