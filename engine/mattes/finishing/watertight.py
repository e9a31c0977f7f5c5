"""Parts and background sum to 1 at every pixel, whatever was done to single parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
LEAST = 1e-3
"""Sums of mattes below this are nothing to scale up."""


@dataclass(frozen=True)
class Gaps:
    """Where finished parts leave something over and nobody else is near who could take it: seams between parts.

    Attributes:
        closed: (...) bool: no unfinished part and no background within reach of the pixel.
        around: (C, ...) float32: how much of each channel lies around the pixel after finishing, for gaps in which
            nothing is left of any part.
    """

    closed: NDArray[np.bool_]
    around: Planes


def composed(
    before: Planes,
    after: Planes,
    finished: Sequence[bool],
    locked: Sequence[bool],
    order: Sequence[int],
    gaps: Gaps | None = None,
) -> Planes:
    """Returns planes that sum to 1: a finished part gives to and takes from its neighbours by their scores.

    Locked parts keep their values. Finished parts get what they ask for, together never more than what locked parts
    leave. The rest goes to the other parts and the background in proportion to what they had; where they had nothing,
    the background takes it. In `gaps` the rest stays with the finished parts, or the background would shine through
    where two of them meet.

    Args:
        before: (C, ...) float32 of planes or of single pixels, background first; sums to 1.
        after: The same with finished planes replaced.
        finished: By channel: it was finished.
        locked: By channel: it must not change.
        order: Channels in canonical order: sums are taken in it, so that a permutation of parts changes no bit.
        gaps: Seams; None where there are none.
    """
    result = np.empty_like(before)
    fixed = [c for c in order if locked[c]]
    asked = [c for c in order if finished[c] and not locked[c]]
    others = [c for c in order if not finished[c] and not locked[c]]
    room = np.clip(1 - _sum(before, fixed), 0, 1)
    had = _sum(before, others)
    if gaps is not None:
        after = _filled(after, asked, room - had, gaps)
    wanted = _sum(after, asked)
    scale = np.where(wanted > room, room / np.maximum(wanted, 1e-12), 1)
    rest = np.maximum(room - np.minimum(wanted, room), 0)
    share = np.where(had > 1e-9, rest / np.maximum(had, 1e-12), 0)
    for channel in fixed:
        result[channel] = before[channel]
    for channel in asked:
        result[channel] = after[channel] * scale
    for channel in others:
        result[channel] = before[channel] * share
    result[0] += np.where(had > 1e-9, 0, rest) if not locked[0] else 0
    return result


def _filled(after: Planes, asked: Sequence[int], room: NDArray[np.float64], gaps: Gaps) -> Planes:
    """Returns the planes with the finished ones filling the room in seams: as they are, or as they lie around."""
    total, around = _sum(after, asked), _sum(gaps.around, asked)
    room = np.maximum(room, 0)
    full = gaps.closed & (total > LEAST)
    empty = gaps.closed & ~full & (around > LEAST)
    result = after.copy()
    for channel in asked:
        scaled = np.where(full, after[channel] * (room / np.maximum(total, LEAST)), after[channel])
        result[channel] = np.where(empty, gaps.around[channel] * (room / np.maximum(around, LEAST)), scaled)
    return result


def largest_deviation(planes: Planes) -> float:
    """Returns the largest |sum over channels - 1| of (C, H, W) planes."""
    return float(np.abs(planes.sum(axis=0, dtype=np.float64) - 1).max()) if planes.size else 0.0


def _sum(planes: Planes, channels: Sequence[int]) -> NDArray[np.float64]:
    total = np.zeros(planes.shape[1:], np.float64)
    for channel in channels:
        total += planes[channel]
    return total
