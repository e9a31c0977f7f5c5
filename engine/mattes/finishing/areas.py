"""Holes and specks: connected areas of a matte's decision, by size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_EDGE = 0.5
_RIM = np.ones((3, 3), np.uint8)


def fill_holes(matte: Plane, largest_px: int) -> Plane:
    """Fills holes of at most `largest_px` pixels: areas below one half that the matte closes in on all sides.

    Args:
        matte: (H, W) float32 in [0, 1].
        largest_px: Area in pixels; areas that touch the plate's border are no holes.
    """
    if largest_px <= 0:
        return matte
    return _with_areas(matte, matte <= _EDGE, largest_px, value=1.0, at_border=False)


def despeckle(matte: Plane, largest_px: int) -> Plane:
    """Takes away specks of at most `largest_px` pixels: areas above one half that stand alone.

    Args:
        matte: (H, W) float32 in [0, 1].
        largest_px: Area in pixels.
    """
    if largest_px <= 0:
        return matte
    return _with_areas(matte, matte > _EDGE, largest_px, value=0.0, at_border=True)


def _with_areas(matte: Plane, mask: NDArray[np.bool_], largest_px: int, *, value: float, at_border: bool) -> Plane:
    count, numbered, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    left, top, width, height, area = stats.T
    small = area <= largest_px
    small[0] = False
    if not at_border:
        inside = (left > 0) & (top > 0) & (left + width < matte.shape[1]) & (top + height < matte.shape[0])
        small &= inside
    if not small[1:count].any():
        return matte
    chosen = small[numbered]
    result = np.where(chosen, np.float32(value), matte)
    # The soft rim of what was filled or taken away would stay behind as a ring.
    rim = (cv2.dilate(chosen.astype(np.uint8), _RIM) > 0) & ~chosen
    if value:
        result[rim & (matte > _EDGE)] = 1.0
    else:
        result[rim & (matte <= _EDGE) & ~_near_other(mask & ~chosen)] = 0.0
    return np.asarray(result, np.float32)


def _near_other(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0, np.bool_)
