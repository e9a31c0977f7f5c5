from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.quick.candidates import Box, Candidate
from engine.quick.frame_view import FrameView
from engine.quick.fusion import Prior
from engine.quick.gate import GateSettings, agreement, blended, vouched
from engine.quick.painted import PaintedFrame
from engine.quick.plausible import painted_areas
from engine.temporal.flow import pixel_grid

NONE = np.zeros(1, np.float32)
SIZE = 40
NOWHERE, ALL = np.zeros((SIZE, SIZE), np.float32), np.ones((SIZE, SIZE), np.float32)


def prior_of(trust: float, *, side: int = 10) -> Prior:
    """A prior that says: a square part in the corner, and `trust` everywhere."""
    parts = np.zeros((SIZE, SIZE, 1), np.float32)
    parts[:side, :side] = 1
    return Prior(parts, np.full((SIZE, SIZE), trust, np.float32))


def everywhere() -> NDArray[np.float32]:
    """A network that sees the part in every pixel."""
    probabilities = np.full((2, SIZE, SIZE), 0.9, np.float32)
    probabilities[0] = 0.1
    return probabilities


def test_the_network_has_the_last_word_about_a_part_that_nobody_vouches_for() -> None:
    for trust in (0.0, 1.0):
        assert np.allclose(blended(everywhere(), prior_of(trust), NONE, ALL), everywhere())


def test_a_part_that_is_vouched_for_is_mixed_by_half_at_its_edges_and_taken_over_elsewhere() -> None:
    mixed = blended(everywhere(), prior_of(1.0), np.ones(1, np.float32), ALL)
    assert mixed[1, 5, 5] == pytest.approx(1.0)
    assert mixed[1, 20, 20] == pytest.approx(0.0)
    share = GateSettings().edge_share
    assert mixed[1, 5, 9] == pytest.approx(0.9 + share * 0.1)
    assert np.abs(mixed.sum(0) - 1).max() < 1e-6


def test_a_part_that_is_vouched_for_does_not_grow_over_what_is_unexplained() -> None:
    labels = blended(everywhere(), prior_of(0.05), np.ones(1, np.float32), ALL).argmax(0)
    assert labels[:10, :10].all()
    assert not labels[14:].any()
    assert not labels[:, 14:].any()


def test_beside_an_edge_the_network_decides() -> None:
    for trust in (0.05, 0.3, 1.0):
        labels = blended(everywhere(), prior_of(trust), np.ones(1, np.float32), ALL).argmax(0)
        assert labels[5, 11]
        assert not labels[5, 14]


def test_what_comes_into_the_picture_is_left_to_the_network_though_its_part_is_vouched_for() -> None:
    labels = blended(everywhere(), prior_of(0.05), np.ones(1, np.float32), NOWHERE).argmax(0)
    assert labels.all()


def test_a_part_is_vouched_for_by_explained_pixels_or_by_both_sides_and_only_at_a_size_it_can_have() -> None:
    area = (100.0,)
    assert vouched(prior_of(0.9), NONE, area) == 1
    assert vouched(prior_of(0.3), NONE, area) == 0
    assert vouched(prior_of(0.3), np.array([0.6], np.float32), area) == 1
    assert vouched(prior_of(0.9, side=2), NONE, area) == 0
    assert 0 < vouched(prior_of(0.6), NONE, area)[0] < 1


def test_without_painted_frames_of_the_clip_nothing_is_vouched_for() -> None:
    assert vouched(prior_of(1.0), np.ones(1, np.float32), ()) == 0


def _painted() -> PaintedFrame:
    soft = np.zeros((64, 80, 2), np.uint8)
    soft[20:36, 24:44, 0] = 255
    return PaintedFrame(3, FrameView(np.zeros((64, 80, 3), np.uint8)), soft)


def _chain(positions: NDArray[np.float32]) -> Candidate:
    height, width = positions.shape[0] // 2, positions.shape[1] // 2
    ones = np.ones((height, width), np.float32)
    return Candidate("chain", 0, Box(0, 0, height, width), positions, ones, ones)


@pytest.mark.parametrize("shift", [0, 4, 40])
def test_agreement_is_the_overlap_of_what_both_sides_carry(shift: int) -> None:
    painted = _painted()
    height, width = painted.soft.shape[:2]
    sides = [_chain(pixel_grid(height, width) + np.array([by, 0], np.float32)) for by in (0, shift)]
    one = painted.soft[::2, ::2, 0].astype(np.float64)
    other = np.roll(one, -shift // 2, axis=1) if shift else one
    expected = np.minimum(one, other).sum() / max(np.maximum(one, other).sum(), 1.0)
    assert agreement(sides, [painted])[0] == pytest.approx(expected, abs=0.02)
    assert agreement(sides[:1], [painted])[0] == 0
    assert painted_areas([painted])[0] > 0
