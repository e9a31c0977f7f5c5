"""Moving and softening edges of a matte."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Indices = NDArray[np.intp]

_EDGE = 0.5
_NEAR_PX = 6
_ROW = 4096
_SMOOTHING_PX = 1.0
"""Of the distance field, so that the direction of an edge does not follow its pixel steps."""

_FEATHER_SIGMA = 0.5
"""Sigma of the blur per pixel of feather: the ramp from 5 % to 95 % is then about 1.6 times as wide as the feather."""


def grow(matte: Plane, pixels: float) -> Plane:
    """Moves the edge outwards by `pixels` (inwards where negative), parts of a pixel included; its softness stays.

    Each pixel takes the value that lies `pixels` further inside along the edge's normal. Beyond the plate the matte
    goes on as at its border, so that an edge that leaves the plate is not pulled in.

    Args:
        matte: (H, W) float32 in [0, 1].
        pixels: Distance in pixels.
    """
    if pixels == 0 or not (matte > _EDGE).any() or (matte > _EDGE).all():
        return matte
    margin = int(np.ceil(abs(pixels))) + 4
    padded = cv2.copyMakeBorder(matte, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    distance = signed_distance(padded)
    # Far inside and outside the normal means nothing: values there stay as they are.
    rows, columns = np.nonzero(np.abs(distance) < abs(pixels) + _NEAR_PX)
    inward_y, inward_x = -_slope(distance, rows, columns, axis=0), -_slope(distance, rows, columns, axis=1)
    length = np.maximum(np.hypot(inward_x, inward_y), 1e-6)
    result = padded.copy()
    result[rows, columns] = _sampled(padded, columns + pixels * inward_x / length, rows + pixels * inward_y / length)
    return np.ascontiguousarray(result[margin:-margin, margin:-margin], np.float32)


def _slope(plane: Plane, rows: Indices, columns: Indices, *, axis: int) -> Plane:
    """Returns central differences at some pixels, one-sided at the border."""
    at = [rows, columns]
    ahead, behind = np.minimum(at[axis] + 1, plane.shape[axis] - 1), np.maximum(at[axis] - 1, 0)
    at[axis] = ahead
    high = plane[at[0], at[1]]
    at[axis] = behind
    return np.asarray((high - plane[at[0], at[1]]) / (ahead - behind), np.float32)


def _sampled(plane: Plane, x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]) -> Plane:
    """Returns a plane's values at some places, between its pixels too; OpenCV wants them as a picture."""
    count = len(x)
    at_x, at_y = (np.zeros((-(-count // _ROW), _ROW), np.float32) for _ in range(2))
    at_x.flat[:count], at_y.flat[:count] = x, y
    found = cv2.remap(plane, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.ravel()[:count], np.float32)


def feather(matte: Plane, pixels: float, bias: float) -> Plane:
    """Softens the edge over about `pixels`; `bias` -1 puts the softening inside the edge, 1 outside.

    Args:
        matte: (H, W) float32 in [0, 1].
        pixels: Width in pixels.
        bias: -1..1.
    """
    if pixels == 0:
        return matte
    moved = grow(matte, bias * pixels / 2)
    sigma = pixels * _FEATHER_SIGMA
    size = 2 * int(np.ceil(3 * sigma)) + 1
    blurred = cv2.GaussianBlur(moved, (size, size), sigma, borderType=cv2.BORDER_REPLICATE)
    result: Plane = np.clip(blurred, 0, 1)
    return result


def border(matte: Plane, pixels: int) -> Plane:
    """Fills a frame of `pixels` along the plate's border with what the matte is just inside of it.

    Args:
        matte: (H, W) float32 in [0, 1].
        pixels: Width of the frame.
    """
    most = (min(matte.shape) - 1) // 2
    width = min(pixels, most)
    if width <= 0:
        return matte
    inside = np.ascontiguousarray(matte[width:-width, width:-width])
    filled: Plane = cv2.copyMakeBorder(inside, width, width, width, width, cv2.BORDER_REPLICATE)
    return filled


def signed_distance(matte: Plane) -> Plane:
    """Returns the distance to the edge at one half in pixels, negative inside, slightly smoothed."""
    inside = (matte > _EDGE).astype(np.uint8)
    outer = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    inner = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance: Plane = cv2.GaussianBlur(outer - inner, (0, 0), _SMOOTHING_PX, borderType=cv2.BORDER_REPLICATE)
    return distance
