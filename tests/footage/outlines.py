"""Closed outlines in photograph pixels, and their antialiased coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
SUBPIXELS = 4


@dataclass(frozen=True)
class Outline:
    """A closed curve in photograph pixels (centres at +0.5), with curves inside it that are cut out again.

    Attributes:
        points: (N, 2) float64 x, y.
        holes: Closed curves whose inside is not covered.
    """

    points: NDArray[np.float64]
    holes: tuple[NDArray[np.float64], ...] = ()

    def coverage(self, size_hw: tuple[int, int], density: int, softness: float = 0.5) -> NDArray[np.float32]:
        """Returns how much of each texel lies inside: (h * density, w * density) float32 in [0, 1].

        Args:
            size_hw: Height and width of the photograph in pixels.
            density: Texels for each photograph pixel.
            softness: Standard deviation in photograph pixels of the lens blur that photographed edges carry too.
        """
        factor = density * SUBPIXELS
        fine = np.zeros((size_hw[0] * factor, size_hw[1] * factor), np.uint8)
        for curve, value in ((self.points, 255), *((hole, 0) for hole in self.holes)):
            cv2.fillPoly(fine, [np.round(curve * factor * 16 - 8).astype(np.int32)], value, shift=4)
        texels = cv2.resize(fine, (size_hw[1] * density, size_hw[0] * density), interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(texels.astype(np.float32) / 255, (0, 0), max(softness * density, 0.1))
        return np.asarray(blurred, np.float32)


def polygon(*points: Point, holes: Sequence[Sequence[Point]] = ()) -> Outline:
    """Returns the outline with straight sides."""
    return Outline(np.array(points, np.float64), tuple(np.array(hole, np.float64) for hole in holes))


def curve(*points: Point, steps: int = 12) -> Outline:
    """Returns the smooth closed curve through `points` (Catmull-Rom)."""
    knots = np.array(points, np.float64)
    before, after, beyond = (np.roll(knots, shift, axis=0) for shift in (1, -1, -2))
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (knot[:, None, :] for knot in (before, knots, after, beyond))
    smooth = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return Outline(smooth.reshape(-1, 2))


def ellipse(centre: Point, radii: Point, angle_degrees: float = 0.0) -> Outline:
    """Returns an ellipse whose first radius points `angle_degrees` clockwise from the x axis."""
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    angle = np.deg2rad(angle_degrees)
    x, y = radii[0] * np.cos(turn), radii[1] * np.sin(turn)
    return Outline(
        np.stack(
            [
                centre[0] + x * np.cos(angle) - y * np.sin(angle),
                centre[1] + x * np.sin(angle) + y * np.cos(angle),
            ],
            axis=1,
        )
    )
