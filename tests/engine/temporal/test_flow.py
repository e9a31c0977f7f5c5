from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.temporal.flow import FlowPair, consistency, dense_flow, flow_pair, from_fixed_point, to_fixed_point


def _pattern(height: int, width: int, shift: tuple[float, float] = (0, 0)) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, 1, (height + 40, width + 40)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    matrix = np.array([[1, 0, shift[0] - 20], [0, 1, shift[1] - 20]], np.float64)
    moved = cv2.warpAffine(smooth, matrix, (width, height), flags=cv2.INTER_CUBIC)
    return np.clip(128 + 300 * moved, 0, 255).astype(np.uint8)


def test_flow_of_a_shift_is_that_shift_in_both_directions() -> None:
    pair = flow_pair(_pattern(80, 120), _pattern(80, 120, (3.0, -2.0)))
    forward, backward = pair.flow(reverse=False), pair.flow(reverse=True)
    middle = (slice(20, -20), slice(20, -20))
    assert np.median(np.abs(forward.field[middle] - (3, -2))) < 0.1
    assert np.median(np.abs(backward.field[middle] - (-3, 2))) < 0.1
    assert forward.visibility[middle].mean() > 0.95


@pytest.mark.parametrize("shape", [(1, 1), (2, 50), (17, 33), (31, 7)])
def test_images_of_any_size_have_a_flow(shape: tuple[int, int]) -> None:
    image = _pattern(*shape)
    field = dense_flow(image, image)
    assert field.shape == (*shape, 2)
    assert np.abs(field).max() < 0.5


def test_visibility_follows_its_closed_form_for_constant_fields() -> None:
    field = np.full((9, 9, 2), 0.0, np.float32)
    back = np.full((9, 9, 2), 0.0, np.float32)
    field[..., 0], back[..., 0] = 2.0, -1.0
    visibility = consistency(field, back)
    assert visibility[4, 2] == pytest.approx(np.exp(-1.0 / 1.05**2), rel=1e-5)
    assert visibility[4, 8] == 0.0  # leads out of the image


def test_fixed_point_keeps_a_sixteenth_of_a_pixel_and_clips_what_is_too_far() -> None:
    field = np.array([[[1.03, -7.5], [1e6, -1e6]]], np.float32)
    kept = from_fixed_point(to_fixed_point(field))
    assert np.abs(kept[0, 0] - field[0, 0]).max() <= 1 / 32
    assert kept[0, 1, 0] == pytest.approx(2047.94, abs=0.01)


def test_reversing_a_pair_swaps_its_fields() -> None:
    pair = FlowPair(np.full((4, 4, 2), 16, np.int16), np.full((4, 4, 2), -16, np.int16))
    assert pair.flow(reverse=False).field[0, 0, 0] == 1.0
    assert pair.flow(reverse=True).field[0, 0, 0] == -1.0
