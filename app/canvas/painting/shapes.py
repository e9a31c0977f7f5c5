"""Closed shapes as antialiased coverage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch

Point = tuple[float, float]

_SUBPIXELS = 4
_FRACTION_BITS = 8
_STRIP_ROWS = 256


def polygon(points: Sequence[Point], image: Box) -> Patch:
    """Returns the coverage of a closed polygon, 4 x 4 samples a pixel, by the even-odd rule.

    Args:
        points: Corners in image pixels, pixel centres at +0.5; fewer than three enclose nothing.
        image: Box of the whole image, to which the patch is cut.
    """
    corners = np.asarray(points, np.float64).reshape(-1, 2)
    if len(corners) < 3:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    box = Box.around(left, top, right, bottom).clipped(image)
    if box.empty:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    return Patch(box, np.vstack(list(_strips(corners, box))))


def _strips(corners: NDArray[np.float64], box: Box) -> Iterator[NDArray[np.uint8]]:
    """Yields the coverage in strips of rows: the samples of a whole 4K frame at once would take 130 MB."""
    for top in range(box.top, box.bottom, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, box.bottom - top)
        samples = np.zeros((rows * _SUBPIXELS, box.width * _SUBPIXELS), np.uint8)
        placed = (corners - (box.left, top)) * _SUBPIXELS - 0.5
        fixed = np.round(placed * (1 << _FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(samples, [fixed], 255, lineType=cv2.LINE_8, shift=_FRACTION_BITS)
        yield cv2.resize(samples, (box.width, rows), interpolation=cv2.INTER_AREA)


def rectangle(a: Point, b: Point, image: Box) -> Patch:
    """Returns the rectangle between two corners, snapped to whole pixels: both corners' pixels are in it."""
    left, right = sorted((a[0], b[0]))
    top, bottom = sorted((a[1], b[1]))
    whole = Box(int(np.floor(left)), int(np.floor(top)), int(np.floor(right)) + 1, int(np.floor(bottom)) + 1)
    box = whole.clipped(image)
    return Patch(box, np.full((box.height, box.width), 255, np.uint8))


def ellipse(a: Point, b: Point, image: Box) -> Patch:
    """Returns the coverage of the ellipse that fits between two corners."""
    centre = np.array(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
    radii = np.array((abs(a[0] - b[0]) / 2, abs(a[1] - b[1]) / 2))
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    points = centre + radii * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    return polygon([(float(x), float(y)) for x, y in points], image)
