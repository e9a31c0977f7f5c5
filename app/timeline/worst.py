"""The worst frames of a result, from confidence and flicker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float32]

REACH = 8
"""Frames to each side that one correction is spread over by default: worst frames nearer than that are one place."""

MOST_WORST = 100
"""More places than that nobody visits."""


@dataclass(frozen=True)
class WorstFrame:
    """The worst frame of its surroundings.

    Attributes:
        frame: Source number.
        part: Index of the part that is worst there.
        badness: [0, 1], see `badness`.
    """

    frame: int
    part: int
    badness: float


def badness(confidence: Figures, flicker: Figures) -> Figures:
    """Returns how bad each part is in each frame, [0, 1].

    1 - confidence * (1 - flicker): a part is good where it is both sure and steady, and either alone makes it bad. A
    missing figure counts as perfect, so that the other one decides; where both are missing, so is the badness.

    Args:
        confidence: (K, T) float32 in [0, 1], NaN where it is missing.
        flicker: (K, T) float32 in [0, 1], NaN where it is missing.

    Returns:
        (K, T) float32, NaN where nothing is known.
    """
    sure = np.where(np.isnan(confidence), np.float32(1), confidence)
    steady = 1 - np.where(np.isnan(flicker), np.float32(0), flicker)
    unknown = np.isnan(confidence) & np.isnan(flicker)
    return np.asarray(np.where(unknown, np.float32(np.nan), 1 - np.clip(sure * steady, 0, 1)), np.float32)


def worst_frames(
    bad: Figures, numbers: NDArray[np.int64], cuts: Sequence[int] = (), *, limit: int = MOST_WORST
) -> tuple[WorstFrame, ...]:
    """Returns the worst frames of all parts together, the worst first, one for each surroundings.

    A frame is as bad as its worst part. The worst frame is taken; frames within `REACH` of it, in numbers and without a
    cut between, belong to the same place and are left out; and so on with what is left. Of equally bad frames the
    earlier one goes first, of equally bad parts the one that stands first in the part table. Frames of which nothing
    is known, and frames without any fault, are never among them.

    Args:
        bad: (K, T) float32 in [0, 1], NaN where nothing is known; one row gives the worst frames of that part.
        numbers: (T,) int64 source numbers, ascending.
        cuts: First frames of new shots, ascending.
        limit: How many to return at most.
    """
    if not bad.size:
        return ()
    known = np.where(np.isnan(bad), np.float32(0), bad)
    part, left = known.argmax(axis=0), known.max(axis=0)
    scene = np.searchsorted(np.asarray(cuts, np.int64), numbers, side="right")
    found: list[WorstFrame] = []
    while len(found) < limit:
        peak = int(left.argmax())
        if left[peak] <= 0:
            break
        frame = int(numbers[peak])
        found.append(WorstFrame(frame, int(part[peak]), float(left[peak])))
        near = slice(*np.searchsorted(numbers, [frame - REACH, frame + REACH + 1]))
        left[near][scene[near] == scene[peak]] = 0
    return tuple(found)


def step_worst(worst: Sequence[WorstFrame], frame: int, step: int) -> int | None:
    """Returns the frame to jump to from `frame`: the next (`step` 1) or previous (-1) in the order of badness.

    Whoever stands at one of them, or within `REACH` of it, goes on from there, round and round; whoever stands
    elsewhere goes to the worst. None where there is no worst frame.
    """
    if not worst:
        return None
    near = [rank for rank, place in enumerate(worst) if abs(place.frame - frame) <= REACH]
    if not near:
        return worst[0].frame
    here = min(near, key=lambda rank: (abs(worst[rank].frame - frame), rank))
    return worst[(here + step) % len(worst)].frame
