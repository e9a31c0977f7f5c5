"""Cuts: where one shot of a clip ends and the next begins. No track, vote or window crosses one.

Two frames are compared on thumbnails 64 px wide, in two ways. Structure: blocks of one are searched for in the other
by normalised cross-correlation, so that a change of light does not count, within a reach that covers fast motion; what
is left unexplained, weighted by how much contrast a block has, is their difference. Colour: half the L1 distance of
their histograms, which motion hardly changes. A cut needs both. A frame starts a new shot where the difference to the
frame before stands out from its surroundings, and where the frames after it stay different from those before: a flash
or one damaged frame is no cut. Slow dissolves and fades are not found.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import FrameRange, FrameSource
from engine.errors import InputError
from engine.jobs import Job, Progress

CUTS_AUTO = "auto"
CUTS_NONE = "none"


@dataclass(frozen=True)
class CutSettings:
    """How cuts are told from motion.

    Over 13 handheld and action clips the greatest difference between neighbouring frames was 0.47; across the joins of
    all pairs of them the least was 0.71 (`tests/benchmarks/media_cuts.py` prints both for any clips).

    Attributes:
        thumbnail_px: Width of the thumbnails.
        block_px: Side of the blocks that are searched for.
        reach_px: How far a block may have moved, in thumbnail pixels (an eighth of the width per frame).
        structure: Least difference in structure, 0 to 1.
        threshold: Least difference of structure + `colour_weight` * colour.
        colour_weight: How much colour adds; small enough that a change of light alone is no cut.
        prominence: A cut's difference is at least this many times the median of its surroundings.
        surroundings: Frames to each side that the median looks at.
        persistence: Frames after a cut that must stay different from as many before it; shorter flashes are no cuts.
    """

    thumbnail_px: int = 64
    block_px: int = 16
    reach_px: int = 8
    structure: float = 0.3
    threshold: float = 0.58
    colour_weight: float = 0.5
    prominence: float = 1.6
    surroundings: int = 6
    persistence: int = 3


def find_cuts(
    source: FrameSource, frames: Sequence[int], *, settings: CutSettings | None = None
) -> Job[tuple[int, ...]]:
    """Yields progress and returns the numbers of the frames that start a new shot.

    Args:
        source: The clip.
        frames: Ascending numbers of the frames to look at; all exist. Every frame is read once, in order.
        settings: Thresholds.

    Raises:
        InputError: A frame cannot be decoded.
    """
    chosen = settings or CutSettings()
    # A thumbnail is needed from `persistence` frames before a cut to as many after it, and no longer: any clip fits.
    recent: deque[NDArray[np.uint8]] = deque(maxlen=2 * chosen.persistence)
    steps: list[float] = []
    lasting: set[int] = set()
    for at, number in enumerate(frames):
        recent.append(thumbnail(source.read(number), chosen.thumbnail_px))
        if at:
            steps.append(difference(recent[-2], recent[-1], chosen))
        last = at == len(frames) - 1
        ready = at + 1 - chosen.persistence
        for cut in range(max(1, ready), at + 1) if last else (ready,):
            first_held = at + 1 - len(recent)
            if cut >= 1 and steps[cut - 1] >= chosen.threshold and _lasts(recent, cut - first_held, chosen):
                lasting.add(cut)
        yield Progress("Looking for cuts", at + 1, len(frames))
    return tuple(frames[cut] for cut in sorted(lasting) if _stands_out(steps, cut - 1, chosen))


def parse_cuts(text: str) -> tuple[int, ...] | None:
    """Reads 'auto' (None: they are to be found), 'none' (no cuts) or the first frame of each new shot, '1043,1101'.

    Raises:
        InputError: The text is something else.
    """
    lowered = text.strip().lower()
    if lowered == CUTS_AUTO:
        return None
    if lowered == CUTS_NONE:
        return ()
    pieces = [piece.strip() for piece in lowered.split(",")]
    if not all(piece.isdecimal() for piece in pieces):
        raise InputError(f"'{text}' are no cuts. Write auto, none, or the first frame of each new shot: 1043,1101.")
    return tuple(sorted({int(piece) for piece in pieces}))


def scenes_between(frames: Sequence[int], cuts: Sequence[int]) -> tuple[FrameRange, ...]:
    """Returns the stretches without a cut that cover `frames`, ascending.

    Args:
        frames: Ascending frame numbers, or a range; at least one.
        cuts: First frames of new shots; those outside the frames change nothing.
    """
    first, stop = frames[0], frames[-1] + 1
    starts = [first, *sorted({cut for cut in cuts if first < cut < stop})]
    return tuple(FrameRange(a, b) for a, b in zip(starts, [*starts[1:], stop], strict=True))


def thumbnail(image: NDArray[np.uint8], width_px: int) -> NDArray[np.uint8]:
    """Returns an RGB thumbnail, `width_px` along the longer side of the image."""
    height, width = image.shape[:2]
    scale = width_px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA), np.uint8)


def difference(a: NDArray[np.uint8], b: NDArray[np.uint8], settings: CutSettings) -> float:
    """Returns how different two RGB thumbnails of one size are: 0 to 1 + `colour_weight`."""
    grey_a, grey_b = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (a, b))
    structure = 0.5 * (_unexplained(grey_a, grey_b, settings) + _unexplained(grey_b, grey_a, settings))
    if structure < settings.structure:
        return structure
    return structure + settings.colour_weight * _colour_distance(a, b)


_FLAT_STD = 4.0
"""Blocks with less contrast (8-bit standard deviation) are compared by their mean."""
_FLAT_RANGE = 96.0
"""Difference of means of two flat blocks that counts as wholly different."""


def _unexplained(a: NDArray[np.uint8], b: NDArray[np.uint8], settings: CutSettings) -> float:
    height, width = a.shape
    side, reach = min(settings.block_px, height, width), settings.reach_px
    total, weights = 0.0, 0.0
    for top in _block_starts(height, side):
        for left in _block_starts(width, side):
            block = a[top : top + side, left : left + side]
            window = b[
                max(0, top - reach) : top + side + reach,
                max(0, left - reach) : left + side + reach,
            ]
            spread = float(block.std())
            if spread < _FLAT_STD:
                there = b[top : top + side, left : left + side]
                gap = min(1.0, abs(float(block.mean()) - float(there.mean())) / _FLAT_RANGE)
                missing = gap if float(there.std()) < _FLAT_STD else 1.0
            else:
                found = cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED)
                missing = 1.0 - max(0.0, float(found.max()))
            weight = max(spread, _FLAT_STD)
            total += weight * missing
            weights += weight
    return total / weights


def _colour_distance(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Returns half the L1 distance of blurred 6 x 6 x 6 RGB histograms, 0 to 1."""
    first, second = (
        cv2.calcHist([cv2.GaussianBlur(image, (3, 3), 0)], [0, 1, 2], None, [6, 6, 6], [0, 256] * 3) for image in (a, b)
    )
    return float(0.5 * np.abs(first / first.sum() - second / second.sum()).sum())


def _block_starts(length: int, side: int) -> list[int]:
    count = max(1, round(length / side))
    return [round(i * (length - side) / max(1, count - 1)) for i in range(count)]


def _stands_out(steps: Sequence[float], at: int, settings: CutSettings) -> bool:
    reach = settings.surroundings
    around = [*steps[max(0, at - reach) : at], *steps[at + 1 : at + 1 + reach]]
    return not around or steps[at] >= settings.prominence * float(np.median(around))


def _lasts(recent: Sequence[NDArray[np.uint8]], cut: int, settings: CutSettings) -> bool:
    """Returns whether the thumbnails from position `cut` on stay different from those before it."""
    before = [recent[at] for at in range(max(0, cut - settings.persistence), cut)]
    after = [recent[at] for at in range(cut, min(len(recent), cut + settings.persistence))]
    return all(difference(a, b, settings) >= settings.threshold for a in before for b in after)
