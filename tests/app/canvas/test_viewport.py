from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canvas.painting.box import Box
from app.canvas.viewport import MAX_ZOOM, MIN_ZOOM, Viewport


def made(**changes: float) -> Viewport:
    return Viewport(width=800, height=600, image_width=1920, image_height=1080, **changes)


@given(st.floats(100, 700), st.floats(100, 500), st.floats(0.2, 20))
def test_zooming_keeps_the_pixel_under_the_cursor(x: float, y: float, zoom: float) -> None:
    viewport = made()
    viewport.fit()
    before = viewport.to_image(x, y)
    if not (0 <= before[0] <= 1920 and 0 <= before[1] <= 1080):
        return
    viewport.zoom_about(x, y, zoom)
    assert viewport.to_image(x, y) == pytest.approx(before, abs=1e-6)


def test_zoom_ends_at_five_and_at_6400_per_cent() -> None:
    viewport = made()
    viewport.zoom_about(400, 300, 1e-9)
    assert viewport.zoom == MIN_ZOOM == 0.05
    viewport.zoom_about(400, 300, 1e9)
    assert viewport.zoom == MAX_ZOOM == 64


def test_fit_shows_the_whole_image_in_the_middle() -> None:
    viewport = made()
    viewport.fit()
    left, top = viewport.to_widget(0, 0)
    right, bottom = viewport.to_widget(1920, 1080)
    assert left >= 0
    assert top >= 0
    assert left == pytest.approx(800 - right)
    assert top == pytest.approx(600 - bottom)
    assert left == pytest.approx(8)


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(0.05, 64))
def test_the_image_cannot_be_lost_by_panning(dx: float, dy: float, zoom: float) -> None:
    viewport = made()
    viewport.zoom_about(400, 300, zoom)
    viewport.pan(dx, dy)
    assert viewport.sees(Box(0, 0, 1920, 1080))


@given(st.floats(0.05, 64), st.floats(-50, 1900), st.floats(-50, 1000), st.sampled_from([1.0, 1.25, 2.0]))
def test_device_pixels_on_the_image_name_pixels_of_the_image(zoom: float, x: float, y: float, density: float) -> None:
    viewport = made(zoom=zoom, origin_x=x, origin_y=y)
    box = viewport.image_box(density)
    if box.empty:
        return
    rows, columns = viewport.rows(box.top, box.bottom, density), viewport.columns(box.left, box.right, density)
    assert rows.min() >= -1
    assert rows.max() <= 1080
    assert columns.min() >= -1
    assert columns.max() <= 1920
    assert (np.diff(rows) >= 0).all()


@given(st.floats(0.05, 64), st.floats(0, 1800), st.floats(0, 1000))
def test_the_device_box_of_a_pixel_holds_every_device_pixel_that_shows_it(zoom: float, x: float, y: float) -> None:
    viewport = made(zoom=zoom, origin_x=x, origin_y=y)
    pixel = Box(1000, 500, 1001, 501)
    box = viewport.device_box(pixel, 1.0, 0)
    columns = np.flatnonzero(viewport.columns(0, 800, 1.0) == 1000)
    rows = np.flatnonzero(viewport.rows(0, 600, 1.0) == 500)
    if columns.size and rows.size:
        assert box.left <= columns[0]
        assert columns[-1] < box.right
        assert box.top <= rows[0]
        assert rows[-1] < box.bottom
