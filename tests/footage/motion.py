"""Where things lie at a moment: affine maps, smooth paths, elastic ripples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.footage.layers import Floats, Warp

Matrix = NDArray[np.float64]


def shift(x: float, y: float) -> Matrix:
    """Returns the 3 x 3 matrix that moves points by (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def zoom(x: float, y: float | None = None) -> Matrix:
    """Returns the matrix that scales by x and y (or x both ways) around the origin."""
    return np.diag([x, x if y is None else y, 1.0])


def turn(degrees: float) -> Matrix:
    """Returns the matrix that turns points clockwise on the screen around the origin."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float64)


def placed_at(
    anchor: tuple[float, float], target: tuple[float, float], *, scale: float = 1.0, degrees: float = 0.0
) -> Matrix:
    """Returns the matrix that puts the photograph's point `anchor` on the frame's point `target`, scaled and turned."""
    return shift(*target) @ turn(degrees) @ zoom(scale) @ shift(-anchor[0], -anchor[1])


def warp_of(photograph_to_frame: Matrix) -> Warp:
    """Returns the warp of a texture that the matrix places in the frame."""
    back = np.linalg.inv(photograph_to_frame).astype(np.float32)

    def warp(xy: Floats) -> Floats:
        at = xy @ back[:2, :2].T + back[:2, 2]
        if np.abs(back[2, :2]).max() > 0:
            at /= (xy @ back[2, :2] + back[2, 2])[..., None]
        return np.asarray(at, np.float32)

    return warp


def along(keys: Sequence[tuple[float, Sequence[float]]], time: float) -> NDArray[np.float64]:
    """Returns values at `time` on the smooth path through (time, values) keys; it holds still before and after them."""
    times = np.array([key[0] for key in keys], np.float64)
    values = np.array([key[1] for key in keys], np.float64)
    time = float(np.clip(time, times[0], times[-1]))
    slopes = np.gradient(values, times, axis=0)
    slopes[[0, -1]] = 0
    left = int(np.clip(np.searchsorted(times, time, side="right") - 1, 0, len(times) - 2))
    span = times[left + 1] - times[left]
    u = (time - times[left]) / span
    return np.asarray(
        (2 * u**3 - 3 * u**2 + 1) * values[left]
        + (u**3 - 2 * u**2 + u) * span * slopes[left]
        + (3 * u**2 - 2 * u**3) * values[left + 1]
        + (u**3 - u**2) * span * slopes[left + 1]
    )


def bump(xy: Floats, centre: tuple[float, float], radius: float) -> Floats:
    """Returns (H, W) weights that fall smoothly from 1 at `centre` to nearly 0 at twice `radius`."""
    distance = ((xy - np.asarray(centre, np.float32)) ** 2).sum(axis=-1)
    return np.asarray(np.exp(-distance / np.float32(radius) ** 2), np.float32)
