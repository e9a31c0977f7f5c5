from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import InputError
from engine.select.grabcut import grab_cut
from engine.select.hints import Hints, Selection

RNG = np.random.default_rng(1)


def scene(height: int, width: int, centre: tuple[float, float], radius: float) -> tuple[NDArray, NDArray]:
    """Returns a picture of a textured ball before a textured wall, and where the ball is."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    ball = np.hypot(columns - centre[0], rows - centre[1]) < radius
    wall = np.stack([90 + 20 * np.sin(columns / 9), 110 + 15 * np.sin(rows / 7), np.full(rows.shape, 120)], axis=-1)
    fur = np.stack([190 + 20 * np.sin(rows / 5), 120 + 10 * np.sin(columns / 4), np.full(rows.shape, 50)], axis=-1)
    image = np.where(ball[..., None], fur, wall) + RNG.normal(0, 5, (height, width, 3))
    return image.clip(0, 255).astype(np.uint8), ball


def whole(selection: Selection, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(shape[:2], bool)
    left, top, right, bottom = selection.box
    mask[top:bottom, left:right] = selection.mask
    return mask


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(
    ("size", "radius"), [((200, 300), 45), ((200, 300), 12), ((900, 1400), 200), ((900, 1400), 30)]
)
def test_one_click_selects_the_ball_whatever_its_size(size: tuple[int, int], radius: float) -> None:
    centre = (size[1] * 0.4, size[0] * 0.5)
    image, ball = scene(*size, centre, radius)
    selection = grab_cut(image, Hints(inside=(centre,), reach_px=4 * radius))
    assert iou(whole(selection, image.shape), ball) > 0.9


@pytest.mark.parametrize("radius", [12, 60])
def test_a_box_selects_the_ball_in_it(radius: float) -> None:
    image, ball = scene(240, 320, (150.0, 120.0), radius)
    box = (int(147 - radius), int(117 - radius), int(153 + radius), int(123 + radius))
    assert iou(whole(grab_cut(image, Hints(box=box)), image.shape), ball) > 0.9


def test_on_a_large_frame_the_outline_lies_on_the_edge_of_the_full_size_picture() -> None:
    image, ball = scene(1100, 1600, (800.0, 550.0), 300)
    mask = whole(grab_cut(image, Hints(box=(480, 230, 1120, 870))), image.shape)
    rows, columns = np.mgrid[:1100, :1600] + 0.5
    distance = np.abs(np.hypot(columns - 800, rows - 550) - 300)
    assert distance[mask != ball].max() < 9
    assert (mask != ball).sum() < 2 * np.pi * 300 * 2


def test_a_click_outside_takes_a_second_ball_out() -> None:
    first, ball = scene(200, 300, (80.0, 100.0), 35)
    second, other = scene(200, 300, (220.0, 100.0), 35)
    image = np.where(other[..., None], second, first)
    hints = Hints(inside=((80.0, 100.0),), outside=((220.0, 100.0),))
    mask = whole(grab_cut(image, hints), image.shape)
    assert not (mask & other).any()
    assert iou(mask, ball) > 0.9


def test_pieces_without_a_click_are_dropped() -> None:
    first, _ball = scene(200, 300, (80.0, 100.0), 35)
    second, other = scene(200, 300, (220.0, 100.0), 35)
    image = np.where(other[..., None], second, first)
    mask = whole(grab_cut(image, Hints(inside=((80.0, 100.0),))), image.shape)
    assert not (mask & other).any()


def test_the_same_click_gives_the_same_region() -> None:
    image, _ = scene(200, 300, (120.0, 100.0), 45)
    first, second = (grab_cut(image, Hints(inside=((120.0, 100.0),))) for _ in range(2))
    assert first.box == second.box
    np.testing.assert_array_equal(first.mask, second.mask)


def test_without_a_click_inside_or_a_box_there_is_a_sentence() -> None:
    image, _ = scene(50, 60, (30.0, 25.0), 10)
    with pytest.raises(InputError, match="click inside the region"):
        grab_cut(image, Hints(outside=((3.0, 3.0),)))


def test_a_box_off_the_image_gives_a_sentence() -> None:
    image, _ = scene(50, 60, (30.0, 25.0), 10)
    with pytest.raises(InputError, match="off the image"):
        grab_cut(image, Hints(box=(500, 500, 600, 600)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (9, 9)])
def test_tiny_images_give_a_region_and_no_error(shape: tuple[int, int]) -> None:
    image = RNG.integers(0, 256, (*shape, 3), np.uint8)
    selection = grab_cut(image, Hints(inside=((0.5, 0.5),)))
    assert selection.mask.shape == (selection.box[3] - selection.box[1], selection.box[2] - selection.box[0])
