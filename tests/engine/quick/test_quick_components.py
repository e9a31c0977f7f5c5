"""The component rule where no painted frame vouches for where the object is."""

from __future__ import annotations

import numpy as np
import pytest

from engine.quick.components import ObjectLook, object_looks, rule
from engine.quick.frame_view import FrameView
from engine.quick.painted import PaintedFrame

HEIGHT, WIDTH = 80, 200
RED, GREY = (200, 30, 30), (90, 90, 90)


def _picture(boxes: list[tuple[int, int]]) -> tuple[FrameView, np.ndarray]:
    """Red boxes, 40 px high, between the given columns; the probability is .9 on them."""
    image = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    probabilities = np.zeros((2, HEIGHT, WIDTH), np.float32)
    for left, right in boxes:
        image[20:60, left:right] = RED
        probabilities[1, 20:60, left:right] = 0.9
    probabilities[0] = 1.0 - probabilities[1]
    return FrameView(image), probabilities


def _look() -> tuple[ObjectLook, ...]:
    view, probabilities = _picture([(20, 90)])
    soft = np.zeros((HEIGHT, WIDTH, 2), np.uint8)
    soft[..., 0] = np.where(probabilities[1] > 0.5, 255, 0)
    return object_looks([PaintedFrame(0, view, soft)], [(1,)])


def _kept(boxes: list[tuple[int, int]], vouched: int | None = None) -> np.ndarray:
    view, probabilities = _picture(boxes)
    support = np.zeros((1, HEIGHT, WIDTH), np.float32)
    if vouched is not None:
        support[0, :, slice(*boxes[vouched])] = 0.2
    return np.asarray(rule(view, probabilities, support, _look()).probabilities[1, 40] > 0.5)


def test_an_object_that_a_post_cuts_in_two_keeps_both_halves() -> None:
    kept = _kept([(40, 75), (95, 130)])
    assert kept[40:75].all()
    assert kept[95:130].all()


@pytest.mark.parametrize("boxes", [[(10, 80), (95, 130)], [(10, 50), (150, 185)]])
def test_what_is_too_much_or_too_far_is_not_the_other_half(boxes: list[tuple[int, int]]) -> None:
    kept = _kept(boxes)
    assert kept[slice(*boxes[0])].all()
    assert not kept[slice(*boxes[1])].any()


def test_of_two_alike_the_one_that_paint_vaguely_vouches_for_is_kept() -> None:
    boxes = [(5, 70), (120, 190)]
    assert _kept(boxes, vouched=0)[5:70].all()
    assert not _kept(boxes, vouched=0)[120:190].any()
    assert _kept(boxes, vouched=1)[120:190].all()
