from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import ndimage

from engine.evaluation.measures import boundary_f, intersection_over_union, tolerance_px
from tests.engine.evaluation.plain_measures import plain_f, plain_j

GOLDEN = Path(__file__).parents[4] / "shared" / "reference"
needs_golden = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden files of the authors' code are not here")


@needs_golden
@pytest.mark.parametrize(
    ("name", "measure"), [("jaccard_per_object", intersection_over_union), ("f_measure_per_object", boundary_f)]
)
def test_j_and_f_equal_the_authors_numbers(name: str, measure: object) -> None:
    tensors = load_file(GOLDEN / "metrics.safetensors")
    expected = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))["values"][name]["value"]
    truth, found = tensors["y_true"], tensors["y_pred"]
    scored = np.ones(truth.shape[1:], np.bool_)
    labels = [int(label) for label in np.unique(truth) if label not in (0, 255)]
    assert callable(measure)
    got = [[measure(found[i] == label, truth[i] == label, scored) for label in labels] for i in range(len(truth))]
    np.testing.assert_allclose(got, expected, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.integers(1, 24), width=st.integers(1, 24), level=st.floats(0.2, 0.8))
def test_j_and_f_equal_their_definitions_pixel_by_pixel(seed: int, height: int, width: int, level: float) -> None:
    found, truth = _blobs(seed, height, width, level), _blobs(seed + 1, height, width, level)
    scored = np.ones(found.shape, np.bool_)
    assert intersection_over_union(found, truth, scored) == plain_j(found, truth)
    assert boundary_f(found, truth, scored) == pytest.approx(plain_f(found, truth), abs=1e-12)


def test_f_matches_boundaries_within_the_tolerance_and_not_beyond() -> None:
    truth = np.zeros((200, 400), np.bool_)
    truth[50:150, 100:300] = True
    scored = np.ones(truth.shape, np.bool_)
    reach = tolerance_px(*truth.shape)
    assert reach == 4
    assert boundary_f(np.roll(truth, reach, axis=1), truth, scored) == 1.0
    assert boundary_f(np.roll(truth, reach + 1, axis=1), truth, scored) < 0.7


def test_masks_without_a_boundary_score_one_or_nothing() -> None:
    empty, some = np.zeros((20, 20), np.bool_), np.zeros((20, 20), np.bool_)
    some[5:9, 5:9] = True
    scored = np.ones((20, 20), np.bool_)
    assert (boundary_f(empty, empty, scored), intersection_over_union(empty, empty, scored)) == (1.0, 1.0)
    assert (boundary_f(some, empty, scored), intersection_over_union(empty, some, scored)) == (0.0, 0.0)


def test_pixels_that_are_not_scored_count_neither_way() -> None:
    truth = np.zeros((60, 60), np.bool_)
    truth[20:40, 20:40] = True
    found = truth.copy()
    found[20:40, 30:60] = True
    scored = np.ones((60, 60), np.bool_)
    scored[:, 30:] = False
    assert intersection_over_union(found, truth, scored) == 1.0
    assert boundary_f(found, truth, scored) == 1.0


def _blobs(seed: int, height: int, width: int, level: float) -> NDArray[np.bool_]:
    noise = np.random.default_rng(seed).random((height, width))
    smooth = ndimage.gaussian_filter(noise, 1.5)
    return np.asarray(smooth > np.quantile(smooth, level))
