"""Brush strokes as exact coverage: a disc swept along a smooth curve, so that no spacing of dabs shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch

MIN_DIAMETER_PX = 1.0
MAX_DIAMETER_PX = 2000.0
# Below this diameter a disc between four pixel centres would cover none of them by half.
_ONE_PIXEL_DIAMETER = 1.5
# Picking the pixels of the rim costs more for each than working all of them out.
_RIM_WORTH_FINDING = 0.25
_RIM = 1
_FRACTION_BITS = 6


@dataclass(frozen=True)
class StrokePoint:
    """A place of the brush: centre in image pixels (pixel centres at +0.5) and diameter there."""

    x: float
    y: float
    diameter: float


def disc(point: StrokePoint, hardness: float, image: Box) -> Patch:
    """Returns the coverage of one dab; see `segment`."""
    return segment(point, point, hardness, image)


def segment(start: StrokePoint, end: StrokePoint, hardness: float, image: Box) -> Patch:
    """Returns the coverage of a brush swept in a straight line, its diameter changing evenly.

    Coverage is one half exactly on the brush's circle, whatever the hardness, so that what is labelled is what the
    ring encloses; it falls from full to none over `max(1 px, radius * (1 - hardness))`.

    Args:
        start: Where the sweep begins.
        end: Where it ends.
        hardness: 0 to 1.
        image: Box of the whole image, to which the patch is cut.
    """
    if max(start.diameter, end.diameter) < _ONE_PIXEL_DIAMETER:
        return _pixel_line(start, end, image)
    reach = [(p, _outer_radius(p.diameter / 2, hardness)) for p in (start, end)]
    box = Box.around(
        min(p.x - r for p, r in reach),
        min(p.y - r for p, r in reach),
        max(p.x + r for p, r in reach),
        max(p.y + r for p, r in reach),
    ).clipped(image)
    if box.empty:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    if _rim_share(start, end, hardness, box) < _RIM_WORTH_FINDING:
        return Patch(box, _rim_only(start, end, hardness, box))
    return Patch(box, _everywhere(start, end, hardness, box))


def _everywhere(start: StrokePoint, end: StrokePoint, hardness: float, box: Box) -> NDArray[np.uint8]:
    """Returns the coverage on a box, worked out on a grid that is as coarse as the softness allows."""
    width = min(start.diameter, end.diameter) / 2 * (1 - hardness)
    # Between grid points a smooth step strays by 255 * 6 / 8 * (grid / width)^2: a fifth of a level at most.
    grid = 4 if width >= 128 else 2 if width >= 64 else 1
    columns, rows = box.width // grid + 3, box.height // grid + 3
    first_x, first_y = box.left + grid / 2 - grid, box.top + grid / 2 - grid
    x = np.arange(columns, dtype=np.float32)[None, :] * grid + np.float32(first_x - start.x)
    y = np.arange(rows, dtype=np.float32)[:, None] * grid + np.float32(first_y - start.y)
    coarse = _falloff(*_distance(x, y, start, end), hardness)
    if grid > 1:
        coarse = cv2.resize(coarse, (columns * grid, rows * grid), interpolation=cv2.INTER_LINEAR)
    return coarse[grid : grid + box.height, grid : grid + box.width]


def _rim_share(start: StrokePoint, end: StrokePoint, hardness: float, box: Box) -> float:
    """Returns about which share of the box is neither wholly inside nor wholly outside the brush."""
    radius = max(start.diameter, end.diameter) / 2
    width = 2 * (_outer_radius(radius, hardness) - min(start.diameter, end.diameter) / 2) + 4
    around = 2 * math.pi * radius + 2 * math.hypot(end.x - start.x, end.y - start.y)
    return width * around / (box.width * box.height)


def _rim_only(start: StrokePoint, end: StrokePoint, hardness: float, box: Box) -> NDArray[np.uint8]:
    """Returns the coverage on a box, worked out on the brush's rim only: its inside is filled."""
    alpha = np.zeros((box.height, box.width), np.uint8)
    radii = [p.diameter / 2 for p in (start, end)]
    # Drawn circles may be a pixel off: the rim is taken that much wider.
    outer = max(_outer_radius(r, hardness) for r in radii) + 1.5
    core = min(2 * r - _outer_radius(r, hardness) for r in radii) - 1.5
    _fill_capsule(alpha, (start, end), outer, box, _RIM)
    if core > 0:
        _fill_capsule(alpha, (start, end), core, box, 255)
    rim = np.flatnonzero(alpha == _RIM)
    rows, columns = np.divmod(rim, box.width)
    x = columns.astype(np.float32) + np.float32(box.left + 0.5 - start.x)
    y = rows.astype(np.float32) + np.float32(box.top + 0.5 - start.y)
    distance, radius = _distance(x, y, start, end)
    alpha.ravel()[rim] = _falloff(distance, radius, hardness)
    return alpha


def _fill_capsule(
    alpha: NDArray[np.uint8], ends: tuple[StrokePoint, StrokePoint], radius: float, box: Box, value: int
) -> None:
    scale = 1 << _FRACTION_BITS
    centres = np.array([(p.x - box.left - 0.5, p.y - box.top - 0.5) for p in ends])
    along = centres[1] - centres[0]
    length = float(np.hypot(*along))
    for centre in np.round(centres * scale).astype(int):
        cv2.circle(alpha, centre.tolist(), round(radius * scale), value, -1, cv2.LINE_8, _FRACTION_BITS)
    if length > 0:
        across = np.array((-along[1], along[0])) / length * radius
        corners = np.stack((centres[0] + across, centres[1] + across, centres[1] - across, centres[0] - across))
        fixed = np.round(corners * scale).astype(np.int32)
        cv2.fillConvexPoly(alpha, fixed, value, cv2.LINE_8, _FRACTION_BITS)


def _distance(
    x: NDArray[np.float32], y: NDArray[np.float32], start: StrokePoint, end: StrokePoint
) -> tuple[NDArray[np.float32], NDArray[np.float32] | float]:
    dx, dy = end.x - start.x, end.y - start.y
    length_squared = dx * dx + dy * dy
    if length_squared < 1e-6:
        from_centre: NDArray[np.float32] = np.sqrt(x * x + y * y)
        return from_centre, max(start.diameter, end.diameter) / 2
    along: NDArray[np.float32] = x * np.float32(dx / length_squared) + y * np.float32(dy / length_squared)
    np.clip(along, 0, 1, out=along)
    across_x: NDArray[np.float32] = x - along * np.float32(dx)
    across_y: NDArray[np.float32] = y - along * np.float32(dy)
    across_x *= across_x
    across_y *= across_y
    across_x += across_y
    np.sqrt(across_x, out=across_x)
    if start.diameter == end.diameter:
        return across_x, start.diameter / 2
    along *= np.float32((end.diameter - start.diameter) / 2)
    along += np.float32(start.diameter / 2)
    return across_x, along


def _falloff(distance: NDArray[np.float32], radius: NDArray[np.float32] | float, hardness: float) -> NDArray[np.uint8]:
    width = np.maximum(np.float32(1), radius * np.float32(1 - hardness))
    inside = np.subtract(radius, distance, out=distance)
    inside /= width
    inside += np.float32(0.5)
    np.clip(inside, 0, 1, out=inside)
    if hardness < 1:
        inside *= inside * (3 - 2 * inside)
    inside *= 255
    inside += np.float32(0.5)
    return inside.astype(np.uint8)


def _outer_radius(radius: float, hardness: float) -> float:
    return radius + max(1.0, radius * (1 - hardness)) / 2


def _pixel_line(start: StrokePoint, end: StrokePoint, image: Box) -> Patch:
    steps = max(1, math.ceil(max(abs(end.x - start.x), abs(end.y - start.y))))
    columns = np.floor(np.linspace(start.x, end.x, steps + 1)).astype(int)
    rows = np.floor(np.linspace(start.y, end.y, steps + 1)).astype(int)
    box = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    alpha = np.zeros((box.height, box.width), np.uint8)
    alpha[rows - box.top, columns - box.left] = 255
    return Patch(box, alpha).clipped(image)


@dataclass
class SmoothPath:
    """Turns the points of a pointer into short straight segments of a smooth curve.

    The curve is the quadratic B-spline of the points: it runs through the middles between neighbours, begins at the
    first point and, after `finish`, ends at the last.
    """

    _points: list[StrokePoint] = field(default_factory=list)
    _head: StrokePoint | None = None

    def begin(self, point: StrokePoint) -> None:
        """Starts a new curve."""
        self._points = [point]
        self._head = point

    def add(self, point: StrokePoint) -> Iterator[tuple[StrokePoint, StrokePoint]]:
        """Yields the segments that the new point makes certain."""
        self._points = [*self._points[-1:], point]
        if len(self._points) == 2 and self._head is not None:
            corner = self._points[0]
            yield from self._curve(self._head, corner, _middle(corner, point))

    def finish(self) -> Iterator[tuple[StrokePoint, StrokePoint]]:
        """Yields what is missing up to the last point."""
        if self._head is not None and self._points and self._head != self._points[-1]:
            yield self._head, self._points[-1]
        self._points, self._head = [], None

    def _curve(
        self, start: StrokePoint, corner: StrokePoint, end: StrokePoint
    ) -> Iterator[tuple[StrokePoint, StrokePoint]]:
        bend = math.hypot(start.x - 2 * corner.x + end.x, start.y - 2 * corner.y + end.y)
        # A quadratic strays from its chords by bend / (4 n^2): a quarter of a pixel cannot be seen.
        count = max(1, math.ceil(math.sqrt(bend)))
        previous = start
        for index in range(1, count + 1):
            t = index / count
            weights = ((1 - t) ** 2, 2 * t * (1 - t), t * t)
            point = StrokePoint(
                *(
                    sum(w * v for w, v in zip(weights, values, strict=True))
                    for values in (
                        (start.x, corner.x, end.x),
                        (start.y, corner.y, end.y),
                        (start.diameter, corner.diameter, end.diameter),
                    )
                )
            )
            yield previous, point
            previous = point
        self._head = end


def _middle(a: StrokePoint, b: StrokePoint) -> StrokePoint:
    return StrokePoint((a.x + b.x) / 2, (a.y + b.y) / 2, (a.diameter + b.diameter) / 2)
