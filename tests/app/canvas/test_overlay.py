from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from app.canvas.overlay import Overlay, Shown
from app.canvas.overlay_style import OverlayMode, OverlayStyle, ViewMode, tints
from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.viewport import Viewport
from engine.domain.parts import PartSet

PARTS = PartSet.from_names(["a", "b", "c"])
ALL = frozenset(PARTS.ids)


def overlay(mode: OverlayMode = "both", view: ViewMode = "overlay", chosen: tuple[int, ...] = (1,)) -> Overlay:
    return Overlay(OverlayStyle(mode=mode, view=view), tints(PARTS, ALL, chosen, 0.45))


def drawn(made: Overlay, shown: Shown, viewport: Viewport) -> NDArray[np.uint32]:
    target = np.full((viewport.height, viewport.width), 0x12345678, np.uint32)
    made.draw(shown, viewport, 1.0, target, Box.of_image(target))
    return target


def channels(pixels: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Returns (..., 4) alpha, red, green, blue."""
    return np.stack([pixels >> shift & 255 for shift in (24, 16, 8, 0)], axis=-1).astype(np.int64)


def two_parts() -> NDArray[np.uint8]:
    labels = np.zeros((60, 80), np.uint8)
    labels[10:40, 10:40] = 1
    labels[10:40, 40:60] = 2
    return labels


def test_the_fill_is_the_part_colour_at_45_per_cent_premultiplied() -> None:
    pixels = channels(drawn(overlay("fill"), Shown(two_parts(), None), Viewport(80, 60, 80, 60)))
    assert (pixels[0, 0] == 0).all()
    np.testing.assert_allclose(pixels[20, 20], np.array([255, *PARTS.by_id(1).colour]) * 0.45, atol=1)
    np.testing.assert_allclose(pixels[20, 50], np.array([255, *PARTS.by_id(2).colour]) * 0.45, atol=1)


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0, 8.0])
def test_outlines_are_two_screen_pixels_inside_each_part_at_every_zoom(zoom: float) -> None:
    labels = two_parts()
    viewport = Viewport(round(80 * zoom), round(60 * zoom), 80, 60, zoom=zoom)
    pixels = drawn(overlay("outline"), Shown(labels, None), viewport)
    on_screen = labels[np.ix_(viewport.rows(0, viewport.height, 1), viewport.columns(0, viewport.width, 1))]
    square = np.ones((5, 5), bool)
    expected = np.zeros(on_screen.shape, bool)
    for part in (1, 2):
        mine = on_screen == part
        expected |= mine & ~ndimage.binary_erosion(mine, square, border_value=1)
    np.testing.assert_array_equal(pixels != 0, expected)
    assert set(np.unique(pixels)) == {0, 0xFFE69F00, 0xFF56B4E9}


@given(
    st.sampled_from(["both", "fill", "outline"]),
    st.sampled_from(["overlay", "matte", "cutout"]),
    st.floats(0.3, 9),
    st.floats(-10, 40),
    st.integers(0, 90),
    st.integers(0, 70),
)
def test_redrawing_a_rectangle_gives_what_redrawing_everything_gives(
    mode: OverlayMode, view: ViewMode, zoom: float, origin: float, left: int, top: int
) -> None:
    labels = two_parts()
    viewport = Viewport(120, 90, 80, 60, zoom=zoom, origin_x=origin, origin_y=origin / 2)
    made = overlay(mode, view)
    shown = Shown(labels, None, preview=Patch(Box(5, 5, 30, 20), np.full((15, 25), 255, np.uint8)), preview_label=2)
    target = drawn(made, shown, viewport)
    changed = Box(left, top, min(80, left + 9), min(60, top + 5))
    if changed.empty:
        return
    labels[changed.slices] = 3
    made.draw(shown, viewport, 1.0, target, viewport.device_box(changed, 1.0, 4))
    np.testing.assert_array_equal(target, drawn(made, shown, viewport))


def test_the_matte_is_the_coverage_of_the_chosen_part_on_both_sides_of_its_edge() -> None:
    labels = np.zeros((20, 40), np.uint8)
    labels[:, 20:] = 1
    coverage = np.full_like(labels, 255)
    coverage[:, 20], coverage[:, 19], coverage[:, 21] = 150, 200, 230
    pixels = channels(drawn(overlay(view="matte"), Shown(labels, coverage), Viewport(40, 20, 40, 20)))
    assert (pixels[..., 0] == 255).all()
    for x, grey in ((0, 0), (18, 0), (19, 55), (20, 150), (21, 230), (22, 255)):
        assert (pixels[:, x, 1:] == grey).all()


def test_the_soft_edge_is_the_same_when_zoomed_in() -> None:
    labels = np.zeros((20, 40), np.uint8)
    labels[:, 20:] = 1
    coverage = np.full_like(labels, 255)
    coverage[:, 10:20], coverage[:, 20:30] = 200, 150
    made = overlay(view="matte")
    small = drawn(made, Shown(labels, coverage), Viewport(40, 20, 40, 20))
    large = drawn(made, Shown(labels, coverage), Viewport(240, 120, 40, 20, zoom=6.0))
    np.testing.assert_array_equal(large, small.repeat(6, 0).repeat(6, 1))


def test_the_cut_out_is_clear_on_the_part_and_a_checker_elsewhere() -> None:
    pixels = channels(drawn(overlay(view="cutout"), Shown(two_parts(), None), Viewport(80, 60, 80, 60)))
    assert (pixels[10:40, 10:40] == 0).all()
    outside = pixels[:, 62:]
    assert (outside[..., 0] == 255).all()
    assert set(np.unique(outside[..., 1:])) == {0x66, 0x99}


def test_hidden_parts_are_neither_filled_nor_outlined() -> None:
    made = overlay()
    made.tints = tints(PARTS, frozenset({2}), (), 0.45)
    pixels = drawn(made, Shown(two_parts(), None), Viewport(80, 60, 80, 60))
    assert (pixels[:, :40] == 0).all()
    assert (pixels[10:40, 40:60] != 0).all()


def test_a_ghost_is_drawn_on_its_own_outline_only() -> None:
    ghost = np.zeros((60, 80), np.uint8)
    ghost[20:50, 30:70] = 3
    pixels = drawn(overlay(), Shown(np.zeros_like(ghost), None, ghost=ghost), Viewport(80, 60, 80, 60))
    rim = (ghost == 3) & ~ndimage.binary_erosion(ghost == 3, np.ones((3, 3)))
    np.testing.assert_array_equal(pixels != 0, rim)


def test_a_ghost_of_another_size_is_not_drawn() -> None:
    ghost = np.full((30, 30), 3, np.uint8)
    pixels = drawn(overlay(), Shown(np.zeros((60, 80), np.uint8), None, ghost=ghost), Viewport(80, 60, 80, 60))
    assert (pixels == 0).all()


@pytest.mark.parametrize("density", [1.25, 2.0])
def test_on_a_dense_screen_lines_get_more_device_pixels_and_dirty_rectangles_still_agree(density: float) -> None:
    labels = two_parts()
    viewport = Viewport(160, 120, 80, 60, zoom=2.0)
    made = overlay("both")
    target = np.zeros((round(120 * density), round(160 * density)), np.uint32)
    made.draw(Shown(labels, None), viewport, density, target, Box.of_image(target))
    row = target[round(50 * density), : round(70 * density)]
    assert (row == 0xFFE69F00).sum() == round(2 * density)
    labels[20:25, 30:35] = 3
    changed = viewport.device_box(Box(30, 20, 35, 25), density, round(4 * density) + 1)
    made.draw(Shown(labels, None), viewport, density, target, changed)
    again = np.zeros_like(target)
    made.draw(Shown(labels, None), viewport, density, again, Box.of_image(target))
    np.testing.assert_array_equal(target, again)
