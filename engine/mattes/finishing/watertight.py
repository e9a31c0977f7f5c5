"""Parts and background sum to 1 at every pixel, whatever was done to single parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]


def composed(
    before: Planes, after: Planes, finished: Sequence[bool], locked: Sequence[bool], order: Sequence[int]
) -> Planes:
    """Returns planes that sum to 1: a finished part gives to and takes from its neighbours by their scores.

    Locked parts keep their values. Finished parts get what they ask for, together never more than what locked parts
    leave. The rest goes to the other parts and the background in proportion to what they had; where they had nothing,
    the background takes it.

    Args:
        before: (C, ...) float32 of planes or of single pixels, background first; sums to 1.
        after: The same with finished planes replaced.
        finished: By channel: it was finished.
        locked: By channel: it must not change.
        order: Channels in canonical order: sums are taken in it, so that a permutation of parts changes no bit.
    """
    result = np.empty_like(before)
    fixed = [c for c in order if locked[c]]
    asked = [c for c in order if finished[c] and not locked[c]]
    others = [c for c in order if not finished[c] and not locked[c]]
    room = np.clip(1 - _sum(before, fixed), 0, 1)
    wanted = _sum(after, asked)
    scale = np.where(wanted > room, room / np.maximum(wanted, 1e-12), 1)
    rest = np.maximum(room - np.minimum(wanted, room), 0)
    had = _sum(before, others)
    share = np.where(had > 1e-9, rest / np.maximum(had, 1e-12), 0)
    for channel in fixed:
        result[channel] = before[channel]
    for channel in asked:
        result[channel] = after[channel] * scale
    for channel in others:
        result[channel] = before[channel] * share
    result[0] += np.where(had > 1e-9, 0, rest) if not locked[0] else 0
    return result


def largest_deviation(planes: Planes) -> float:
    """Returns the largest |sum over channels - 1| of (C, H, W) planes."""
    return float(np.abs(planes.sum(axis=0, dtype=np.float64) - 1).max()) if planes.size else 0.0


def _sum(planes: Planes, channels: Sequence[int]) -> NDArray[np.float64]:
    total = np.zeros(planes.shape[1:], np.float64)
    for channel in channels:
        total += planes[channel]
    return total
