from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy import ndimage

from app.canvas.painting.box import Box
from app.canvas.painting.regions import closed_rim, connected, grown, holes, reshape, smoothed, soft_edge
from app.canvas.painting.rules import Rules

SHAPE = (14, 17)
some_labels = arrays.arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 1, 2]))
some_masks = arrays.arrays(np.bool_, SHAPE)


@given(some_labels, st.integers(0, SHAPE[1] - 1), st.integers(0, SHAPE[0] - 1))
def test_a_region_is_the_component_that_scipy_finds(labels: NDArray[np.uint8], x: int, y: int) -> None:
    before = labels.copy()
    components, _ = ndimage.label(labels == labels[y, x])
    np.testing.assert_array_equal(connected(labels, x, y), components == components[y, x])
    np.testing.assert_array_equal(labels, before)


@given(some_masks)
def test_holes_are_what_scipy_fills(mask: NDArray[np.bool_]) -> None:
    np.testing.assert_array_equal(mask | holes(mask), ndimage.binary_fill_holes(mask))


@given(some_masks, st.integers(0, 4))
def test_growing_takes_what_is_within_the_distance(mask: NDArray[np.bool_], distance: int) -> None:
    expected = ndimage.distance_transform_edt(~mask) <= distance + 1e-4 if mask.any() else mask
    np.testing.assert_array_equal(grown(mask, distance), expected)


@given(some_masks, st.integers(1, 4))
def test_shrinking_is_growing_the_outside(mask: NDArray[np.bool_], distance: int) -> None:
    np.testing.assert_array_equal(grown(mask, -distance), ~grown(~mask, distance))


def test_smoothing_keeps_straight_edges_and_takes_teeth() -> None:
    mask = np.zeros((60, 60), bool)
    mask[:, :30] = True
    np.testing.assert_array_equal(smoothed(mask, 3), mask)
    toothed = mask.copy()
    toothed[30, 30:34] = True
    np.testing.assert_array_equal(smoothed(toothed, 3), mask)


@given(some_labels, some_masks, st.frozensets(st.integers(0, 2)))
def test_reshaping_never_changes_or_feeds_a_locked_label(
    labels: NDArray[np.uint8], wanted: NDArray[np.bool_], locked: frozenset[int]
) -> None:
    box = Box.of_image(labels)
    result = reshape(labels, 1, wanted, box, Rules(locked=locked - {0, 1}).writable(1))
    for label in locked - {0, 1}:
        np.testing.assert_array_equal(result.labels == label, labels == label)


def test_what_a_part_leaves_goes_to_the_nearest_other_part() -> None:
    labels = np.full((9, 20), 2, np.uint8)
    labels[:, 10:] = 3
    labels[3:6, 2:5] = 1
    result = reshape(labels, 1, np.zeros(labels.shape, bool), Box.of_image(labels), Rules().writable(1))
    assert (result.labels[:, :10] == 2).all()
    assert not (result.labels == 1).any()


def test_the_inner_rim_of_a_soft_ring_is_closed_when_the_ring_is_filled() -> None:
    labels = np.zeros((30, 30), np.uint8)
    labels[5:25, 5:25] = 1
    labels[10:20, 10:20] = 0
    coverage = np.full_like(labels, 255)
    coverage[9, 9:21] = 180
    coverage[5, 5:25] = 180
    filled = connected(labels, 15, 15)
    rim = closed_rim(labels, coverage, filled, 1)
    assert rim[9, 10:20].all()
    assert not rim[5].any()


def test_a_soft_edge_lies_on_both_sides_of_a_part() -> None:
    labels = np.zeros((20, 20), np.uint8)
    labels[:, 10:] = 1
    coverage = np.full_like(labels, 255)
    coverage[:, 8:12] = 200
    edge = soft_edge(labels, coverage, 1)
    assert edge[:, 8:12].all()
    assert edge.sum() == 20 * 4
