from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canvas.painting.box import Box
from app.canvas.painting.stroke import SmoothPath, StrokePoint, disc, segment

IMAGE = Box(0, 0, 200, 150)
places = st.floats(40, 110)


@given(x=places, y=places, diameter=st.floats(2, 60), hardness=st.floats(0.5, 1))
def test_a_dab_covers_the_area_of_its_circle(x: float, y: float, diameter: float, hardness: float) -> None:
    patch = disc(StrokePoint(x, y, diameter), hardness, IMAGE)
    # A soft rim adds the second moment of its fall-off: at most width^2 / 12 of 2 pi.
    width = max(1.0, diameter / 2 * (1 - hardness))
    expected = math.pi * (diameter / 2) ** 2
    assert patch.alpha.sum() / 255 == pytest.approx(expected, abs=0.06 * math.pi * diameter + width**2)


@given(x=places, y=places, diameter=st.floats(2, 60), hardness=st.floats(0, 1))
def test_half_coverage_lies_on_the_ring_at_every_hardness(x: float, y: float, diameter: float, hardness: float) -> None:
    patch = disc(StrokePoint(x, y, diameter), hardness, IMAGE)
    rows, columns = np.mgrid[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] + 0.5
    distance = np.hypot(columns - x, rows - y)
    assert (patch.alpha[distance < diameter / 2 - 0.01] >= 127).all()
    assert (patch.alpha[distance > diameter / 2 + 0.01] <= 128).all()


def test_a_swept_brush_covers_a_rectangle_and_two_half_discs() -> None:
    patch = segment(StrokePoint(40, 50, 20), StrokePoint(120, 90, 20), 1.0, IMAGE)
    assert patch.alpha.sum() / 255 == pytest.approx(math.pi * 100 + 20 * math.hypot(80, 40), rel=2e-3)


def test_a_sweep_covers_as_much_as_many_dabs_along_it() -> None:
    start, end = StrokePoint(40, 50, 24), StrokePoint(120, 70, 24)
    sweep = segment(start, end, 0.3, IMAGE)
    dabs = np.zeros((150, 200), np.uint8)
    for t in np.linspace(0, 1, 2000):
        dab = disc(StrokePoint(40 + 80 * t, 50 + 20 * t, 24), 0.3, IMAGE)
        view = dabs[dab.box.slices]
        np.maximum(view, dab.alpha, out=view)
    whole = np.zeros((150, 200), np.uint8)
    whole[sweep.box.slices] = sweep.alpha
    assert np.abs(whole.astype(int) - dabs.astype(int)).max() <= 1


def test_a_sweep_tapers_between_two_diameters() -> None:
    patch = segment(StrokePoint(40, 75, 8), StrokePoint(140, 75, 32), 1.0, IMAGE)
    widths = (patch.alpha >= 128).sum(axis=0)
    for x, width in ((40, 8), (90, 20), (139, 32)):
        assert widths[x - patch.box.left] == pytest.approx(width, abs=1.5)


@given(x=places, y=places, diameter=st.floats(1, 3))
def test_the_smallest_brush_always_labels_a_pixel(x: float, y: float, diameter: float) -> None:
    assert (disc(StrokePoint(x, y, diameter), 1.0, IMAGE).alpha >= 128).any()


def test_a_one_pixel_line_has_no_gap() -> None:
    patch = segment(StrokePoint(10.2, 10.7, 1), StrokePoint(60.9, 33.1, 1), 1.0, IMAGE)
    assert (patch.alpha.max(axis=0) == 255).all()
    assert patch.box == (10, 10, 61, 34)


def test_a_brush_off_the_image_gives_an_empty_patch() -> None:
    patch = disc(StrokePoint(-100, 20, 30), 1.0, IMAGE)
    assert patch.box.empty
    assert patch.alpha.size == 0


def test_a_curve_starts_at_the_first_point_passes_the_middles_and_ends_at_the_last() -> None:
    points = [StrokePoint(10, 10, 4), StrokePoint(30, 10, 4), StrokePoint(30, 30, 4), StrokePoint(10, 40, 8)]
    path = SmoothPath()
    path.begin(points[0])
    segments = [s for point in points[1:] for s in path.add(point)] + list(path.finish())
    assert segments[0][0] == points[0]
    assert segments[-1][1] == points[-1]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(segments))
    ends = {(round(end.x, 6), round(end.y, 6)) for _, end in segments}
    assert {(30.0, 20.0), (20.0, 35.0)} <= ends


def test_a_curve_has_no_corner_where_the_pointer_turned() -> None:
    path = SmoothPath()
    path.begin(StrokePoint(0, 0, 4))
    points = [StrokePoint(50, 0, 4), StrokePoint(50, 50, 4), StrokePoint(100, 50, 4)]
    segments = [s for point in points for s in path.add(point)]
    angles = np.array([math.atan2(b.y - a.y, b.x - a.x) for a, b in segments])
    assert np.abs(np.diff(angles)).max() < math.radians(30)


@given(
    x=st.floats(-50, 950),
    y=st.floats(-50, 750),
    dx=st.floats(8, 80),
    dy=st.floats(-80, 80),
    diameter=st.floats(150, 500),
    taper=st.floats(0.97, 1),
    hardness=st.sampled_from([1.0, 0.97, 0.9, 0.5, 0.0]),
)
def test_large_brushes_take_short_cuts_that_cannot_be_seen(
    x: float, y: float, dx: float, dy: float, diameter: float, taper: float, hardness: float
) -> None:
    image = Box(0, 0, 900, 700)
    start, end = StrokePoint(x, y, diameter), StrokePoint(x + dx, y + dy, diameter * taper)
    patch = segment(start, end, hardness, image)
    if patch.box.empty:
        return
    rows, columns = np.mgrid[patch.box.top : patch.box.bottom, patch.box.left : patch.box.right] + 0.5
    along = np.clip(((columns - x) * dx + (rows - y) * dy) / (dx * dx + dy * dy), 0, 1)
    radius = diameter / 2 * (1 + along * (taper - 1))
    distance = np.hypot(columns - x - along * dx, rows - y - along * dy)
    inside = np.clip((radius - distance) / np.maximum(1, radius * (1 - hardness)) + 0.5, 0, 1)
    if hardness < 1:
        inside = inside * inside * (3 - 2 * inside)
    assert np.abs(patch.alpha - inside * 255).max() <= 3
