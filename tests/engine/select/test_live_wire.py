from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from engine.select.live_wire import LiveWire


def ball(height: int = 300, width: int = 400, radius: float = 60) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width] + 0.5
    inside = np.hypot(columns - width / 2, rows - height / 2) < radius
    return np.where(inside[..., None], np.uint8(210), np.uint8(50)).repeat(3, axis=-1)


def deepest(path: list[tuple[float, float]], radius: float) -> float:
    """Returns how far the middle of any step of the path strays from the circle."""
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in itertools.pairwise(path)]
    return max(abs(math.hypot(x - 200, y - 150) - radius) for x, y in [*path, *middles])


@pytest.mark.parametrize("step", [1.0, 2.5])
def test_a_path_follows_the_edge_instead_of_the_chord(step: float) -> None:
    start, end = (260.0, 150.0), (200.0, 210.0)
    path = LiveWire(ball(), start, step).path(*end)
    chord = 60 - 60 / math.sqrt(2)
    assert deepest(path, 60) < 2.5 * step < chord


def test_a_path_begins_at_the_anchor_and_ends_at_the_pointer_exactly() -> None:
    path = LiveWire(ball(), (260.25, 150.75), 1.0).path(212.5, 205.25)
    assert path[0] == (260.25, 150.75)
    assert path[-1] == (212.5, 205.25)


def test_on_a_flat_picture_the_path_is_straight() -> None:
    flat = np.full((200, 200, 3), 90, np.uint8)
    path = LiveWire(flat, (100.5, 100.5), 1.0).path(140.5, 120.5)
    for x, y in path:
        assert abs((x - 100.5) * 20 - (y - 100.5) * 40) / math.hypot(20, 40) < 3


def test_out_of_reach_the_path_is_a_straight_line() -> None:
    wire = LiveWire(ball(), (260.0, 150.0), 1.0)
    assert not wire.reaches(10.0, 150.0)
    assert wire.path(10.0, 150.0) == [(260.0, 150.0), (10.0, 150.0)]


@pytest.mark.parametrize("anchor", [(0.5, 0.5), (399.5, 299.5)])
def test_an_anchor_in_the_corner_of_the_image_works(anchor: tuple[float, float]) -> None:
    path = (
        LiveWire(ball(), anchor, 1.0).path(200.0, 150.0)
        if anchor[0] < 1
        else LiveWire(ball(), anchor, 1.0).path(350.0, 280.0)
    )
    assert all(0 <= x <= 400 and 0 <= y <= 300 for x, y in path)
