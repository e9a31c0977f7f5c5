from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.temporal.flicker import flicker
from engine.temporal.flow import Flow

HEIGHT, WIDTH = 60, 80


def test_a_part_that_keeps_to_the_motion_does_not_flicker() -> None:
    assert flicker(_square(10, 10), _square(17, 13), _moving_by(-7, -3), (1,)) == {1: 0.0}


def test_a_matte_that_slides_over_what_stands_still_flickers() -> None:
    assert flicker(_square(10, 10), _square(17, 13), _moving_by(0, 0), (1,))[1] > 0.3


def test_a_small_part_that_flow_has_lost_is_compared_by_its_own_move() -> None:
    assert flicker(_square(10, 10), _square(40, 30), _moving_by(0, 0), (1,)) == {1: 0.0}


def test_holes_in_a_part_that_flow_has_lost_still_flicker() -> None:
    holed = _square(40, 30)
    holed[30:50, 46:52] = 0
    assert 0.1 < flicker(_square(10, 10), holed, _moving_by(0, 0), (1,))[1] < 0.5


def test_a_part_that_vanishes_flickers_fully() -> None:
    gone = np.zeros((HEIGHT, WIDTH), np.uint8)
    assert flicker(_square(10, 10), gone, _moving_by(0, 0), (1,)) == {1: 1.0}
    assert flicker(gone, _square(10, 10), _moving_by(0, 0), (1,)) == {1: 1.0}


def test_a_hole_counts_by_its_share_of_the_part() -> None:
    holed = _square(10, 10)
    holed[15:21, 15:21] = 0
    value = flicker(_square(10, 10), holed, _moving_by(0, 0), (1,))[1]
    assert value == 4 * 4 / 400  # the outer ring of the 6 x 6 hole lies within the one pixel of slack


def test_edges_that_move_by_one_pixel_do_not_count() -> None:
    assert flicker(_square(10, 10), _square(11, 10), _moving_by(0, 0), (1,)) == {1: 0.0}


def test_pixels_without_visible_flow_do_not_count() -> None:
    hidden = Flow(np.zeros((HEIGHT, WIDTH, 2), np.float32), np.zeros((HEIGHT, WIDTH), np.float32))
    assert flicker(_square(10, 10), np.zeros((HEIGHT, WIDTH), np.uint8), hidden, (1,)) == {1: 0.0}


def test_a_part_that_neither_frame_shows_has_no_flicker() -> None:
    assert flicker(_square(10, 10), _square(10, 10), _moving_by(0, 0), (1, 9)) == {1: 0.0, 9: 0.0}


def test_labels_at_plate_size_are_read_at_the_flows_working_size() -> None:
    before, now = (np.kron(each, np.ones((3, 3), np.uint8)) for each in (_square(10, 10), _square(17, 13)))
    assert flicker(before, now, _moving_by(-7, -3), (1,)) == {1: 0.0}


def _square(x: int, y: int) -> NDArray[np.uint8]:
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[y : y + 20, x : x + 20] = 1
    return labels


def _moving_by(x: float, y: float) -> Flow:
    field = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    field[...] = (x, y)
    return Flow(field, np.ones((HEIGHT, WIDTH), np.float32))
