"""Edge refinement: in the band of a matte's edge, the plate itself says how much of each pixel belongs to the part.

In the neighbourhood of an edge the compositing equation I = a F + (1 - a) B (Porter, Duff, 1984) is solved for a by
projecting the pixel's colour onto the line between the mean colours of what surely is the part (F) and surely is not
(B). Matte and colours are then weighed by their variances: that of the colours is the spread of F and B against their
distance; that of the matte is its slope times the distance by which its edge may be off. So a sharp edge follows the
plate, and a soft one, which a small displacement hardly changes, stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Colours = NDArray[np.float32]
Box = tuple[slice, slice]


@dataclass(frozen=True)
class RefineSettings:
    """Constants of the refinement (ours; chosen on clips with known alpha, see the finishing benchmark).

    Attributes:
        sure: How far from 0 and 1 a matte may be and still surely be one of the two.
        reach: Radius of the neighbourhood in widths of the soft edge.
        band: How far from the edge values may change, in widths of the soft edge.
        noise: Colour variance that every plate has, values in [0, 1].
        off: By how much the matte's edge may be off, standard deviation in widths of the soft edge.
        furthest: Nothing moves further than an edge would that is off by so many standard deviations: colours that
            mislead (a rim of light along an edge) make no fringe.
        smoothing_px: Side of the box over which belief is averaged: neighbours believe alike, or edges get steps.
    """

    sure: float = 0.05
    reach: float = 1.25
    band: float = 1.5
    noise: float = 2e-4
    off: float = 0.2
    furthest: float = 3.0
    smoothing_px: int = 3


SETTINGS = RefineSettings()
_LEAST_RADIUS = 2
_TILE_PX = 160


def refine(matte: Plane, guide: Colours, strength: float, radius: int, settings: RefineSettings = SETTINGS) -> Plane:
    """Returns the matte with its edge where the plate's colours have it, blended in by `strength`.

    Args:
        matte: (H, W) float32 in [0, 1].
        guide: (H, W, 3) float32 in [0, 1], the plate there in linear light: mixtures are mixtures of light.
        strength: 0..1.
        radius: Width of the soft edge in pixels.
        settings: Constants.
    """
    width = max(radius, _LEAST_RADIUS)
    band = edge_band(matte, round(settings.band * width))
    if strength == 0 or not band.any():
        return matte
    result = matte.copy()
    for inner in _tiles(band):
        outer, place = _with_margin(inner, 2 * round(settings.reach * width), matte.shape)
        alpha, belief = colour_alpha(matte[outer], guide[outer], width, settings)
        alpha = np.clip(alpha, *_bounds(matte[outer], width, settings))
        belief = cv2.blur(belief, (settings.smoothing_px, settings.smoothing_px))
        weight = np.where(band[inner], np.float32(strength) * belief[place], np.float32(0))
        result[inner] += weight * (alpha[place] - result[inner])
    return result


def _tiles(band: NDArray[np.bool_]) -> Iterator[Box]:
    """Yields the tiles in which something may change: an edge is thin, its bounding box is mostly not."""
    for top in range(0, band.shape[0], _TILE_PX):
        for left in range(0, band.shape[1], _TILE_PX):
            tile = (slice(top, top + _TILE_PX), slice(left, left + _TILE_PX))
            if band[tile].any():
                yield tile


def _with_margin(inner: Box, margin: int, shape: tuple[int, ...]) -> tuple[Box, Box]:
    """Returns a box with a margin inside of `shape`, and where the box lies in it."""
    outer, place = [], []
    for span, size in zip(inner, shape, strict=False):
        start, stop = max(0, span.start - margin), min(size, span.stop + margin)
        outer.append(slice(start, stop))
        place.append(slice(span.start - start, min(span.stop, size) - start))
    return (outer[0], outer[1]), (place[0], place[1])


def edge_band(matte: Plane, reach: int) -> NDArray[np.bool_]:
    """Returns (H, W) bool: pixels within `reach` of an edge or of a soft value."""
    soft = ((matte > 0.02) & (matte < 0.98)).astype(np.uint8)
    hard = (matte > 0.5).astype(np.uint8)
    edge = cv2.morphologyEx(hard, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) | soft
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(edge, kernel) > 0, np.bool_)


def colour_alpha(matte: Plane, guide: Colours, width: int, settings: RefineSettings) -> tuple[Plane, Plane]:
    """Returns what colours alone say of each pixel: alpha (H, W) in [0, 1], and how far to believe it in [0, 1]."""
    size = 2 * round(settings.reach * width) + 1
    # What is sure begins a soft edge's half width away from the edge: nearer pixels may be mixtures.
    core = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * (width // 2) + 1, 2 * (width // 2) + 1))
    inside = cv2.erode((matte > 1 - settings.sure).astype(np.uint8), core)
    outside = cv2.erode((matte < settings.sure).astype(np.uint8), core)
    front, front_spread, has_front = _local_colour(guide, inside.astype(np.float32), size)
    back, back_spread, has_back = _local_colour(guide, outside.astype(np.float32), size)
    line = front - back
    length = np.maximum(_dot(line, line), 1e-8)
    alpha = np.clip(_dot(guide - back, line) / length, 0, 1)
    off = guide - (back + alpha[..., None] * line)
    residual = _dot(off, off)
    spread = settings.noise + alpha**2 * front_spread + (1 - alpha) ** 2 * back_spread
    of_colours = (spread + residual) / length
    of_matte = (_slope(matte, width) * settings.off * width) ** 2
    belief = np.where(has_front & has_back, of_matte / (of_matte + of_colours), 0)
    return np.asarray(alpha, np.float32), np.asarray(belief, np.float32)


def _bounds(matte: Plane, width: int, settings: RefineSettings) -> tuple[Plane, Plane]:
    """Returns the least and the largest value that an edge gives a pixel while it is off as far as it may be."""
    reach = max(1, round(settings.furthest * settings.off * width))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.erode(matte, kernel), np.float32), np.asarray(cv2.dilate(matte, kernel), np.float32)


def _slope(matte: Plane, width: int) -> Plane:
    """Returns the steepest change of the matte per pixel within a width of each pixel."""
    across, down = cv2.Sobel(matte, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(matte, cv2.CV_32F, 0, 1, scale=0.125)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * width + 1, 2 * width + 1))
    steepest: Plane = cv2.dilate(np.hypot(across, down), kernel)
    return steepest


def _dot(first: NDArray[np.floating[Any]], second: NDArray[np.floating[Any]]) -> Plane:
    """Returns the inner product of the colours at each pixel; `sum` over so short an axis takes five times as long."""
    return np.asarray(np.einsum("hwc,hwc->hw", first, second), np.float32)


def _local_colour(guide: Colours, weight: Plane, size: int) -> tuple[Colours, Plane, NDArray[np.bool_]]:
    """Returns mean and total variance of the colours under a weight around each pixel, and whether there are any."""
    stacked = np.dstack([weight, guide * weight[..., None], _dot(guide, guide) * weight])
    # Boxes of 5 channels in two calls: OpenCV filters up to four at once.
    total = np.dstack([cv2.blur(stacked[..., :4], (size, size)), cv2.blur(stacked[..., 4], (size, size))])
    known = total[..., 0] > 1e-4
    share = np.where(known, total[..., 0], 1)
    mean = total[..., 1:4] / share[..., None]
    variance = np.maximum(total[..., 4] / share - _dot(mean, mean), 0)
    return np.asarray(mean, np.float32), np.asarray(variance, np.float32), np.asarray(known, np.bool_)
