from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.timeline.axis import FrameAxis
from app.timeline.columns import Columns
from app.timeline.lanes.ruler import numbered
from app.timeline.scale import WIDEST_CELL_PX, Scale, tick_step


@st.composite
def axes(draw: st.DrawFn) -> FrameAxis:
    """Clips of one frame, whole ones, and ones with gaps of any length."""
    first = draw(st.integers(0, 100_000))
    steps = draw(st.lists(st.one_of(st.just(1), st.just(1), st.integers(2, 5000)), max_size=150))
    return FrameAxis.of(np.cumsum([first, *steps]).tolist())


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    """Any zoom and any place that can be reached by hand."""
    scale = Scale.fitting(draw(axes()), draw(st.floats(40, 2000)), draw(st.floats(0, 18)))
    for factor, at in draw(st.lists(st.tuples(st.floats(0.3, 5), st.floats(0, 1)), max_size=4)):
        scale = scale.zoomed(factor, at * scale.width_px)
    return scale.panned(draw(st.floats(-3000, 3000)))


@given(scales())
def test_every_frame_in_sight_is_found_again_at_its_own_pixels(scale: Scale) -> None:
    for number in scale.axis.numbers[scale.shown()].tolist():
        assert scale.frame_at(scale.middle_of(number)) == number
        assert scale.x_of(number) + scale.cell_px > 0
        assert scale.x_of(number) < scale.width_px


@given(scales(), st.floats(0, 1))
def test_a_pixel_means_the_frame_whose_middle_is_nearest(scale: Scale, at: float) -> None:
    x = at * scale.width_px
    distances = [abs(scale.middle_of(n) - x) for n in scale.axis.numbers.tolist()]
    found = scale.axis.nearest(scale.frame_at(x))
    assert distances[found] <= min(distances) + 1e-6 * scale.cell_px


@given(axes(), st.floats(60, 2000))
def test_the_whole_clip_fits_and_no_frame_is_outside(axis: FrameAxis, width: float) -> None:
    scale = Scale.fitting(axis, width, 10)
    assert scale.fits
    assert scale.x_of(int(axis.numbers[0])) == pytest.approx(10)
    assert scale.x_of(int(axis.numbers[-1])) + scale.cell_px <= width - 10 + 1e-6
    assert scale.shown() == slice(0, len(axis))


@given(scales(), st.floats(1.01, 3), st.floats(0, 1))
def test_zooming_in_keeps_the_place_under_the_mouse(scale: Scale, factor: float, at: float) -> None:
    x = at * scale.width_px
    zoomed = scale.zoomed(factor, x)
    assert scale.cell_px <= zoomed.cell_px <= max(WIDEST_CELL_PX, scale.least_cell_px) * (1 + 1e-9)
    assert 0 <= zoomed.left <= max(0.0, zoomed.axis.num_cells - zoomed.shown_cells) + 1e-6
    inside = 0 < zoomed.left < zoomed.axis.num_cells - zoomed.shown_cells
    if inside:
        assert zoomed.cell_at(x) == pytest.approx(scale.cell_at(x), abs=1e-6 * max(1.0, scale.shown_cells))


@given(scales(), st.integers(0, 149))
def test_a_frame_that_is_asked_for_comes_into_sight(scale: Scale, index: int) -> None:
    number = int(scale.axis.numbers[min(index, len(scale.axis) - 1)])
    shown = scale.showing(number)
    assert shown.cell_px == scale.cell_px
    left, right = shown.x_of(number), shown.x_of(number) + shown.cell_px
    assert left < shown.width_px  # a single cell may be wider than the widget
    assert right > 0
    if shown.cell_px <= shown.width_px - 2 * shown.pad_px:
        assert -1e-6 <= shown.middle_of(number) <= shown.width_px + 1e-6


@given(axes())
def test_gaps_are_as_long_as_what_is_missing_but_long_ones_are_cut(axis: FrameAxis) -> None:
    longest = max(12, len(axis) // 20)
    missing = set(range(int(axis.numbers[0]), int(axis.numbers[-1]))) - set(axis.numbers.tolist())
    gaps = axis.gaps(0, axis.num_cells)
    assert sum(len(gap.missing) for gap in gaps) == len(missing)
    for gap in gaps:
        assert gap.cells == min(len(gap.missing), longest)
        assert gap.cell == axis.cell_of(gap.missing.start - 1) + 1
        assert gap.cell + gap.cells == axis.cell_of(gap.missing.stop)


@given(scales(), st.integers(1, 200))
def test_numbers_of_the_ruler_stand_at_least_a_step_apart_and_the_first_frame_has_one(scale: Scale, step: int) -> None:
    shown = numbered(scale, step)
    cells = [scale.axis.cell_of(number) for number in shown]
    assert all(after - before >= step for before, after in itertools.pairwise(cells))
    assert set(shown) <= set(scale.axis.numbers[scale.shown()].tolist())
    first = int(scale.axis.numbers[0])
    if scale.shown().start == 0 and scale.shown().stop:
        assert first in shown or any(scale.axis.cell_of(n) < step for n in shown if n % step == 0)


@given(scales(), st.sampled_from([1.0, 1.5, 2.0]), st.integers(0, 2**32 - 1))
def test_a_column_shows_the_largest_and_the_smallest_of_its_frames(scale: Scale, ratio: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random(len(scale.axis)).astype(np.float32)
    values[rng.random(len(values)) < 0.3] = np.nan
    columns = Columns.of(scale, ratio)
    largest, smallest = columns.largest(values), columns.smallest(values)
    cells = scale.axis.cells
    for column in range(len(largest)):
        left, right = (scale.cell_at(x / ratio) for x in (column, column + 1))
        middle = np.floor((left + right) / 2)
        holds = cells == middle if scale.cell_px * ratio >= 1 else (cells >= left) & (cells < right)
        edges = np.concatenate([cells - left, cells - right, [left + right - 2 * middle - 2]])
        if np.abs(edges).min() < 1e-6 * max(1, scale.axis.num_cells):
            continue  # on the edge, rounding decides
        known = values[holds & ~np.isnan(values)]
        assert np.isnan(largest[column]) == (known.size == 0)
        if known.size:
            assert (largest[column], smallest[column]) == (known.max(), known.min())


def test_ten_frames_at_one_pixel_each_share_columns_by_state() -> None:
    scale = Scale.fitting(FrameAxis.of(range(1000)), 100, 0)
    states = np.zeros(1000, np.float32)
    states[500:510] = 3
    assert Columns.of(scale, 1).runs(states) == [(0, 50, 0.0), (50, 51, 3.0), (51, 100, 0.0)]


@pytest.mark.parametrize(
    ("cell_px", "least_px", "step"), [(96, 40, 1), (20, 40, 2), (10, 50, 5), (10, 51, 10), (0.13, 50, 500)]
)
def test_ticks_stand_at_one_two_or_five_times_a_power_of_ten(cell_px: float, least_px: float, step: int) -> None:
    assert tick_step(cell_px, least_px) == step


def test_a_timeline_that_shows_all_goes_on_to_show_all_when_it_is_resized() -> None:
    axis = FrameAxis.of(range(1001, 1101))
    fitting = Scale.fitting(axis, 500, 10)
    assert fitting.resized(900, 10).fits
    zoomed = fitting.zoomed(4, 100)
    assert zoomed.resized(900, 10).cell_px == zoomed.cell_px
