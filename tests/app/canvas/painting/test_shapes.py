from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.painting.shapes import ellipse, polygon, rectangle

IMAGE = Box(0, 0, 120, 90)
point = st.tuples(st.floats(5, 115), st.floats(5, 85))


@given(st.lists(point, min_size=3, max_size=3))
def test_a_triangle_covers_its_area(corners: list[tuple[float, float]]) -> None:
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    around = sum(math.dist(corners[i], corners[i - 1]) for i in range(3))
    # Samples are a quarter of a pixel apart; the filler counts the samples on the outline in.
    assert polygon(corners, IMAGE).alpha.sum() / 255 == pytest.approx(area, abs=0.2 * around + 1)


def test_coverage_of_a_square_between_pixels_is_the_share_of_each() -> None:
    patch = polygon([(10.5, 20.5), (14.5, 20.5), (14.5, 24.5), (10.5, 24.5)], IMAGE)
    whole = np.zeros((90, 120))
    whole[patch.box.slices] = patch.alpha / 255
    assert whole[22, 12] == 1
    assert whole[22, 10] == pytest.approx(0.5, abs=0.26)
    assert whole[20, 10] == pytest.approx(0.25, abs=0.26)
    assert whole[22, 9] == 0


def test_a_polygon_larger_than_a_strip_has_no_seam() -> None:
    tall = Box(0, 0, 20, 700)
    patch = polygon([(2, 3), (18, 3), (18, 690), (2, 690)], tall)
    assert (patch.alpha[1:-1, 1:-1] == 255).all()


def test_two_corners_enclose_nothing() -> None:
    assert polygon([(1, 1), (20, 30)], IMAGE).box.empty


def test_a_rectangle_holds_the_pixels_of_both_corners_and_stays_on_the_image() -> None:
    assert rectangle((20.2, 30.9), (10.7, 12.1), IMAGE).box == (10, 12, 21, 31)
    assert rectangle((-5, -5), (500, 500), IMAGE).box == IMAGE


def test_an_ellipse_covers_its_area() -> None:
    patch = ellipse((20, 10), (100, 70), IMAGE)
    assert patch.alpha.sum() / 255 == pytest.approx(math.pi * 40 * 30, rel=0.01)


@given(st.integers(1, 239))
def test_mirroring_twice_about_the_same_axis_gives_the_patch_back(twice_axis: int) -> None:
    alpha = np.arange(12, dtype=np.uint8).reshape(3, 4)
    wide = Box(-500, 0, 500, 90)
    patch = Patch(Box(40, 20, 44, 23), alpha)
    back = patch.mirrored(twice_axis / 2, wide).mirrored(twice_axis / 2, wide)
    assert back.box == patch.box
    np.testing.assert_array_equal(back.alpha, alpha)


def test_a_mirror_in_the_middle_maps_the_first_column_on_the_last() -> None:
    patch = Patch(Box(0, 5, 2, 6), np.array([[10, 20]], np.uint8))
    mirrored = patch.mirrored(60.0, IMAGE)
    assert mirrored.box == (118, 5, 120, 6)
    np.testing.assert_array_equal(mirrored.alpha, [[20, 10]])
