from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.scores import FrameScores, PlateMap
from engine.results.quantise import largest_remainder
from engine.results.resample import labels_on_plate, scores_on_plate, to_plate, to_scores


def scores_of(values: NDArray[np.float32], place: PlateMap) -> FrameScores:
    ids = tuple(range(1, len(values)))
    return FrameScores(7, values.astype(np.float32), ids, place, tuple(0.5 for _ in ids), "test", "done")


def bilinear_oracle(values: NDArray[np.float32], place: PlateMap, x: int, y: int) -> float:
    """The value at the centre of plate pixel (x, y), by the definition of PlateMap, edges repeated."""
    u = (x + 0.5 - place.offset_x) / place.scale_x - 0.5
    v = (y + 0.5 - place.offset_y) / place.scale_y - 0.5
    rows, columns = values.shape
    u, v = min(max(u, 0), columns - 1), min(max(v, 0), rows - 1)
    left, top = int(u), int(v)
    right, bottom = min(left + 1, columns - 1), min(top + 1, rows - 1)
    a, b = u - left, v - top
    upper = (1 - a) * values[top, left] + a * values[top, right]
    lower = (1 - a) * values[bottom, left] + a * values[bottom, right]
    return float((1 - b) * upper + b * lower)


@pytest.mark.parametrize(
    "place", [PlateMap(2, 2), PlateMap(1, 1), PlateMap(1.5, 1.5, 3, 2), PlateMap(2.25, 1.75, 1, 0)]
)
def test_scores_land_on_the_plate_where_the_map_says(place: PlateMap) -> None:
    rng = np.random.default_rng(0)
    values = rng.random((9, 11)).astype(np.float32)
    box = (slice(2, 14), slice(3, 17))
    got = to_plate(values, place, box)
    want = [[bilinear_oracle(values, place, x, y) for x in range(3, 17)] for y in range(2, 14)]
    # OpenCV's sampling positions have a resolution of 1/32 of a pixel.
    assert np.abs(got - want).max() < 1 / 32


def test_averaging_onto_scores_keeps_the_mass_of_a_plane() -> None:
    rng = np.random.default_rng(1)
    plane = rng.random((12, 20)).astype(np.float32)
    small = to_scores(plane, PlateMap(2.5, 2), (6, 8))
    assert small.mean() == pytest.approx(plane.mean(), rel=1e-5)
    assert small[0, 0] == pytest.approx((plane[:2, :2].sum() + 0.5 * plane[:2, 2].sum()) / 5, rel=1e-5)


def test_labels_are_the_strongest_channel_and_ties_go_to_background() -> None:
    values = np.zeros((3, 2, 2), np.float32)
    values[0], values[1] = 0.5, 0.5
    values[:, 0, 1] = (0.1, 0.2, 0.7)
    labels = labels_on_plate(scores_of(values, PlateMap(1, 1)), (2, 2))
    assert labels.tolist() == [[0, 2], [0, 0]]


def test_pixels_outside_the_box_are_background() -> None:
    values = np.zeros((2, 2, 2), np.float32)
    values[1] = 1
    labels = labels_on_plate(scores_of(values, PlateMap(1, 1, 3, 1)), (5, 8))
    assert labels[1:3, 3:5].tolist() == [[1, 1], [1, 1]]
    assert labels.sum() == 4


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.sampled_from([0.5, 1.0, 1.7, 3.0]))
def test_plate_scores_sum_to_one_and_name_the_given_labels(seed: int, num_parts: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.dirichlet(np.full(num_parts + 1, 0.3), (5, 6)).transpose(2, 0, 1)
    scores = scores_of(values, PlateMap(scale, scale, 1, 2))
    labels = rng.integers(0, num_parts + 1, (20, 24)).astype(np.uint8)
    box, stack = scores_on_plate(scores, (20, 24), labels)
    assert np.abs(stack.sum(axis=0) - 1).max() < 1e-6
    strongest = stack.max(axis=0)
    named = np.take_along_axis(stack, labels[box][None].astype(np.intp), axis=0)[0]
    assert (named == strongest).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.sampled_from([255, 65535]))
def test_whole_number_scores_sum_to_full_scale_and_stay_within_one_step(seed: int, num_parts: int, full: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.dirichlet(np.full(num_parts + 1, 0.2), (4, 5)).transpose(2, 0, 1).astype(np.float32)
    codes = largest_remainder(values, full)
    assert (codes.sum(axis=0, dtype=np.int64) == full).all()
    exact = values.astype(np.float64) / values.sum(axis=0, dtype=np.float64) * full
    assert np.abs(codes - exact).max() < 1 + 1e-6


def test_leftover_steps_go_to_the_largest_remainders() -> None:
    values = np.array([0.1, 0.3, 0.6], np.float32).reshape(3, 1, 1)
    # 0.1, 0.3 and 0.6 of 8 are 0.8, 2.4 and 4.8: rounded down 0, 2, 4, so two steps are left, for 0.8 and 4.8.
    assert largest_remainder(values, 8).ravel().tolist() == [1, 2, 5]
