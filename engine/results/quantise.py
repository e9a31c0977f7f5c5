"""From scores that sum to 1 to whole numbers that sum to full scale at every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WHOLE = 1e-3
"""Of a step: a channel that lacks less than this has the pixel for itself."""


def largest_remainder(values: NDArray[np.float32], full_scale: int) -> NDArray[np.uint16]:
    """Returns (K+1, h, w) codes that sum to exactly `full_scale` at every pixel, each less than one step off.

    What rounding down leaves over goes, one step each, to the channels with the largest remainders; equal remainders
    to the earlier channel (Hamilton's method).

    Args:
        values: (K+1, h, w) scores, not negative; scaled to sum to 1.
        full_scale: 255 or 65535.
    """
    total = np.maximum(values.sum(axis=0), 1e-12)
    codes = np.zeros(values.shape, np.uint16)
    first = np.argmax(values, axis=0)
    strongest = np.take_along_axis(values, first[None], axis=0)[0]
    np.put_along_axis(codes, first[None], np.uint16(full_scale), axis=0)
    # Most pixels belong to one channel alone; only the others are worth a ranking.
    shared = strongest < total * np.float32(1 - _WHOLE / full_scale)
    codes[:, shared] = _shared_codes(values[:, shared], full_scale)
    return codes


def _shared_codes(values: NDArray[np.float32], full_scale: int) -> NDArray[np.uint16]:
    """Returns the codes of (K+1, n) pixels."""
    scaled = np.clip(values, 0, None).astype(np.float64)
    scaled *= full_scale / np.maximum(scaled.sum(axis=0), 1e-12)
    codes = np.floor(scaled + 1e-6).astype(np.uint16)
    missing = full_scale - codes.sum(axis=0, dtype=np.int64)
    rank = np.argsort(np.argsort(codes - scaled, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray(codes + (rank < missing), np.uint16)
