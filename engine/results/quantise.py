"""From scores that sum to 1 to whole numbers that sum to full scale at every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def largest_remainder(values: NDArray[np.float32], full_scale: int) -> NDArray[np.uint16]:
    """Returns (K+1, h, w) codes that sum to exactly `full_scale` at every pixel, each less than one step off.

    What rounding down leaves over goes, one step each, to the channels with the largest remainders; equal remainders
    to the earlier channel (Hamilton's method).

    Args:
        values: (K+1, h, w) scores, not negative; scaled to sum to 1.
        full_scale: 255 or 65535.
    """
    scaled = np.clip(values, 0, None).astype(np.float64)
    scaled *= full_scale / np.maximum(scaled.sum(axis=0, keepdims=True), 1e-12)
    codes = np.floor(scaled + 1e-6).astype(np.uint16)
    missing = full_scale - codes.sum(axis=0, dtype=np.int64)
    open_pixels = missing > 0  # most pixels belong to one channel alone and need no ranking
    remainders = (scaled - codes)[:, open_pixels]
    rank = np.argsort(np.argsort(-remainders, axis=0, kind="stable"), axis=0, kind="stable")
    codes[:, open_pixels] += (rank < missing[open_pixels]).astype(np.uint16)
    return codes
