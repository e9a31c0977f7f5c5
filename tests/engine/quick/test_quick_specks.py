from __future__ import annotations

import numpy as np

from engine.quick.specks import without_specks

SIDE = 40


def _frame(speck: slice, probability: float) -> tuple[np.ndarray, np.ndarray]:
    """A body that fills half of the frame and, on it, a patch that is called wheel with some probability."""
    probabilities = np.zeros((3, SIDE, SIDE), np.float32)
    probabilities[0, :, 20:], probabilities[1, :, :20] = 1.0, 1.0
    probabilities[:, speck, 2:10] = np.array([0.1, 0.9 - probability, probability], np.float32)[:, None, None]
    return probabilities, np.zeros((2, SIDE, SIDE), np.float32)


def test_a_small_unsure_island_goes_to_the_class_that_comes_second() -> None:
    probabilities, support = _frame(slice(2, 6), 0.5)
    found = without_specks(probabilities, support, (800.0, 600.0))
    labels = found.argmax(0)
    assert not (labels == 2).any()
    assert (labels[2:6, 2:10] == 1).all()
    assert np.allclose(found.sum(0), 1.0)
    assert (probabilities.argmax(0)[2:6, 2:10] == 2).all()


def test_what_is_large_sure_or_vouched_for_stays() -> None:
    large = _frame(slice(2, 20), 0.5)
    sure = _frame(slice(2, 6), 0.7)
    vouched = _frame(slice(2, 6), 0.5)
    vouched[1][1, 2:6, 2:10] = 0.4
    for probabilities, support in (large, sure, vouched):
        assert without_specks(probabilities, support, (800.0, 600.0)) is probabilities


def test_without_painted_areas_nothing_changes() -> None:
    probabilities, support = _frame(slice(2, 6), 0.5)
    assert without_specks(probabilities, support, ()) is probabilities
