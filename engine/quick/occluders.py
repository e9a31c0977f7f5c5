"""Occluders for learning: strips of texture that the network must not take for a part only because it is unknown."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.examples import Example


def random_strip(side: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Returns a (side, side) mask of a strip across the square, 8 to 50 % of its side wide, at any angle and place."""
    angle, middle = rng.uniform(0, np.pi), rng.uniform(0, side, 2)
    y, x = np.mgrid[:side, :side]
    distance = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle)
    return np.asarray(np.abs(distance) < side * rng.uniform(0.04, 0.25))


def unknown_texture(donor: Example, side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns (side, side, 3) uint8 Lab: a random colour with grain, or background of a picture where it has some."""
    texture = _grain(side, rng)
    height, width = donor.lab.shape[:2]
    if rng.random() < 0.5 or min(height, width) < side:
        return texture
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    window = (slice(top, top + side), slice(left, left + side))
    background = donor.target[window].max(2) == 0
    texture[background] = donor.lab[window][background]
    return np.ascontiguousarray(np.rot90(texture, int(rng.integers(4))))


def _grain(side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    colour = rng.uniform((15, 98, 98), (240, 158, 158))
    noise = rng.normal(0, 1, (side, side, 3)).astype(np.float32)
    stretch = rng.uniform(0.6, 6.0, 2)
    noise = cv2.GaussianBlur(noise, (0, 0), float(stretch[0]), sigmaY=float(stretch[1]))
    noise *= rng.uniform((0, 0, 0), (45, 10, 10)) / max(float(noise.std()), 1e-6)
    return np.asarray(np.clip(colour + noise, 0, 255), np.uint8)
