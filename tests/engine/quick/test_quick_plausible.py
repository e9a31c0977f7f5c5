from __future__ import annotations

import numpy as np

from engine.quick.examples import Example
from engine.quick.fusion import Prior
from engine.quick.occluders import random_strip, unknown_texture
from engine.quick.plausible import plausible


def prior_of(trust: float, *, size: int = 40) -> Prior:
    """A prior that says: a 10 x 10 part in the corner, trusted there; `trust` elsewhere."""
    parts, certain = np.zeros((size, size, 1), np.float32), np.full((size, size), trust, np.float32)
    parts[:10, :10], certain[:10, :10] = 1, 1
    return Prior(parts, certain)


def everywhere(size: int = 40) -> np.ndarray:
    probabilities = np.zeros((2, size, size), np.float32)
    probabilities[1] = 0.9
    probabilities[0] = 0.1
    return probabilities


def test_a_part_that_fills_an_unexplained_occluder_goes_back_to_what_was_painted() -> None:
    labels = plausible(everywhere(), prior_of(0.0), (100.0,)).argmax(0)
    assert labels[:10, :10].all()
    assert labels.sum() == 100


def test_a_part_stays_where_its_size_can_be_true_or_painted_frames_explain_it() -> None:
    for trust, area in ((0.0, 900.0), (1.0, 100.0)):
        answer = everywhere()
        assert (plausible(answer, prior_of(trust), (area,)) == answer).all()


def test_without_painted_frames_of_the_clip_no_size_is_implausible() -> None:
    answer = everywhere()
    assert plausible(answer, prior_of(0.0), ()) is answer


def test_strips_cross_the_square_and_textures_show_background_only() -> None:
    rng = np.random.default_rng(4)
    shares = [random_strip(64, rng).mean() for _ in range(40)]
    assert min(shares) > 0
    assert max(shares) < 0.75
    lab = np.full((80, 80, 3), 7, np.uint8)  # a colour that no random texture has on average
    target = np.zeros((80, 80, 2), np.uint8)
    target[20:60, 20:60, 0] = 255
    lab[target[..., 0] > 0] = 250
    donor = Example("plain", lab, np.zeros((80, 80, 2), np.uint8), target)
    for _ in range(20):
        texture = unknown_texture(donor, 64, rng)
        assert not (texture == 250).all(axis=2).any()
