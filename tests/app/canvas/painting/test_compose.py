from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from app.canvas.painting.compose import paint
from app.canvas.painting.nearest import other_label
from app.canvas.painting.rules import Rules

SHAPE = (6, 7)
some_labels = arrays.arrays(np.uint8, SHAPE, elements=st.sampled_from([0, 1, 2, 3, 255]))
some_coverage = arrays.arrays(np.uint8, SHAPE, elements=st.integers(128, 255))
some_alpha = arrays.arrays(np.uint8, SHAPE, elements=st.integers(0, 255))
every_label = st.sampled_from([0, 1, 2, 3, 255])


def reference_pixel(label: int, cover: int, alpha: int, painted: int, *, writable: bool) -> tuple[int, int]:
    """Returns what one pixel becomes, written as a person would say it."""
    if not writable or alpha == 0:
        return label, cover
    if painted == 255:
        return (255, 255) if alpha >= 128 and label != 255 else (label, cover)
    if label == painted:
        return label, max(cover, alpha)
    if alpha >= 128:
        return painted, alpha
    return (label, cover) if label == 255 else (label, min(cover, 255 - alpha))


@given(some_labels, some_coverage, some_alpha, every_label, st.frozensets(st.integers(1, 3)), st.booleans())
def test_painting_is_the_rule_for_one_pixel_on_every_pixel(
    labels: NDArray[np.uint8],
    coverage: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    painted: int,
    locked: frozenset[int],
    protect: bool,
) -> None:
    writable = Rules(locked=locked, protect_others=protect, current=2).writable(painted)
    expected = [
        reference_pixel(int(p), int(c), int(a), painted, writable=bool(writable[p]))
        for p, c, a in zip(labels.flat, coverage.flat, alpha.flat, strict=True)
    ]
    paint(labels, coverage, alpha, painted, writable)
    assert list(zip(labels.flat, coverage.flat, strict=True)) == expected


@given(some_labels, some_coverage, st.lists(some_alpha, min_size=2, max_size=4), every_label)
def test_a_stroke_that_crosses_itself_is_its_greatest_coverage_in_any_order(
    labels: NDArray[np.uint8], coverage: NDArray[np.uint8], alphas: list[NDArray[np.uint8]], painted: int
) -> None:
    writable = Rules().writable(painted)
    results = []
    for order in (alphas, alphas[::-1], [np.maximum.reduce(alphas)]):
        result = labels.copy(), coverage.copy()
        for alpha in order:
            paint(*result, alpha, painted, writable)
        results.append(result)
    for result in results[1:]:
        np.testing.assert_array_equal(result[0], results[0][0])
        np.testing.assert_array_equal(result[1], results[0][1])


@given(some_labels, some_coverage, some_alpha, every_label)
def test_a_label_covers_at_least_half_of_its_pixel(
    labels: NDArray[np.uint8], coverage: NDArray[np.uint8], alpha: NDArray[np.uint8], painted: int
) -> None:
    paint(labels, coverage, alpha, painted, Rules().writable(painted))
    assert coverage.min() >= 128


def test_protection_leaves_background_unknown_and_the_own_part_writable() -> None:
    table = Rules(protect_others=True, current=2).writable(2)
    assert set(np.flatnonzero(table)) == {0, 2, 255}


def test_the_eraser_under_protection_takes_the_current_part_only() -> None:
    table = Rules(protect_others=True, current=2).writable(0)
    assert set(np.flatnonzero(table)) == {0, 2, 255}


def test_a_lock_beats_being_current() -> None:
    rules = Rules(locked=frozenset({2}), current=2)
    assert rules.writable(0)[2] == 0
    assert not rules.allows(2)


def test_the_rest_of_a_soft_pixel_belongs_to_the_nearest_other_label() -> None:
    labels = np.zeros((40, 60), np.uint8)
    labels[:, 20:] = 3
    labels[:, 50:] = 7
    coverage = np.full_like(labels, 255)
    coverage[:, 12:35] = 200
    rest = other_label(labels, coverage)
    assert (rest[:, 12:20] == 3).all()
    assert (rest[:, 20:34] == 0).all()
    assert (rest[:, :12] == 0).all()
    assert (rest[:, 50:] == 7).all()


@given(some_labels, some_coverage)
def test_the_other_label_is_as_near_as_any(labels: NDArray[np.uint8], coverage: NDArray[np.uint8]) -> None:
    rest = other_label(labels, coverage)
    rows, columns = np.indices(SHAPE)
    for row, column in zip(*np.nonzero(coverage < 255), strict=True):
        others = labels != labels[row, column]
        if not others.any():
            assert rest[row, column] == labels[row, column]
            continue
        distance = np.where(others, np.hypot(rows - row, columns - column), np.inf)
        # The distance transform beyond two pixels is an approximation, a few per cent off.
        near = distance <= distance.min() * (1.0 if distance.min() < 3 else 1.05) + 1e-9
        assert rest[row, column] in labels[near]
    np.testing.assert_array_equal(rest[coverage == 255], labels[coverage == 255])
