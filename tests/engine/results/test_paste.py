from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.labels import UNKNOWN, Painted
from engine.domain.scores import FrameScores, PlateMap
from engine.results.paste import pasted
from engine.results.resample import labels_on_plate, scores_on_plate


def random_scores(rng: np.random.Generator, place: PlateMap) -> FrameScores:
    values = rng.dirichlet((1, 1, 1), (6, 7)).transpose(2, 0, 1).astype(np.float32)
    return FrameScores(3, values, (1, 2), place, (0.4, 0.6), "flow", "done")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([PlateMap(2, 2), PlateMap(1.5, 1.5, 4, 3), PlateMap(1, 1, 0, 0)]))
def test_painted_labels_come_back_to_the_bit(seed: int, place: PlateMap) -> None:
    rng = np.random.default_rng(seed)
    painted = rng.integers(0, 3, (15, 18)).astype(np.uint8)
    scores, labels = pasted(random_scores(rng, place), Painted(painted))
    assert (labels == painted).all()
    box, stack = scores_on_plate(scores, (15, 18), labels)
    assert (stack.argmax(axis=0) == painted[box]).all()
    assert np.abs(scores.values.sum(axis=0) - 1).max() < 1e-5


def test_unknown_pixels_keep_what_the_backbone_said() -> None:
    rng = np.random.default_rng(5)
    before = random_scores(rng, PlateMap(2, 2))
    painted = np.full((12, 14), UNKNOWN, np.uint8)
    painted[:4, :4] = 2
    after, labels = pasted(before, Painted(painted))
    unknown = painted == UNKNOWN
    assert (labels[unknown] == labels_on_plate(before, (12, 14))[unknown]).all()
    assert np.allclose(after.values[:, 3:, 3:], before.values[:, 3:, 3:], atol=1e-5)
    assert after.confidence == before.confidence


def test_paint_outside_the_scored_box_widens_it() -> None:
    scores = random_scores(np.random.default_rng(2), PlateMap(1, 1, 10, 10))
    painted = np.zeros((30, 40), np.uint8)
    painted[0, 0] = painted[29, 39] = 1
    after, labels = pasted(scores, Painted(painted))
    assert (labels == painted).all()
    assert after.values[1, 0, 0] == 1
    assert after.values.shape[1:] == (30, 40)


def test_coverage_becomes_the_soft_score() -> None:
    scores = random_scores(np.random.default_rng(2), PlateMap(1, 1))
    painted = Painted(np.ones((6, 7), np.uint8), np.full((6, 7), 204, np.uint8))
    after, labels = pasted(scores, painted)
    assert (labels == 1).all()
    assert after.values[1] == pytest.approx(0.8 + 0.2 * scores.values[1], abs=1e-5)
