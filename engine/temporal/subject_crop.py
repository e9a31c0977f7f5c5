"""Subject crop: where the subject is in each frame, as boxes that move smoothly (SMITE 7.4, "two-step approach")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from engine.domain.edits import Rect

_FEWEST_PIXELS = 3  # code: fewer do not make a subject


@dataclass(frozen=True)
class CropSettings:
    """How boxes are made.

    Attributes:
        grow: Share of the box that is added on each side (code: 0.04).
        reach: Frames before and behind over which a box is smoothed; it holds the subject of all of them.
        max_aspect: Longest to shortest side, of frames that are squeezed to a square and of boxes (code: 1.5).
        worthwhile: In mode "auto" boxes are used where they cover less than this share of the frame on average.
        smallest_px: Shortest side of a box: below it there is nothing to see.
    """

    grow: float = 0.04
    reach: int = 4
    max_aspect: float = 1.5
    worthwhile: float = 0.6
    smallest_px: int = 64


def foreground_box(foreground: NDArray[np.bool_]) -> Rect | None:
    """Returns the half-open box around all True pixels of (H, W), or None where there are fewer than three."""
    if np.count_nonzero(foreground) < _FEWEST_PIXELS:
        return None
    rows, columns = np.flatnonzero(foreground.any(axis=1)), np.flatnonzero(foreground.any(axis=0))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def scaled(box: Rect, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> Rect:
    """Returns a box of an image in the pixels of the same image at another size, rounded outwards."""
    x, y = to_hw[1] / from_hw[1], to_hw[0] / from_hw[0]
    left, top, right, bottom = box
    return (int(left * x), int(top * y), int(np.ceil(right * x)), int(np.ceil(bottom * y)))


def grown(box: Rect, frame_hw: tuple[int, int], share: float) -> Rect:
    """Returns the box with a share of its size added on each side, cut to the frame."""
    left, top, right, bottom = box
    dx, dy = int(share * (right - left)), int(share * (bottom - top))
    return (max(left - dx, 0), max(top - dy, 0), min(right + dx, frame_hw[1]), min(bottom + dy, frame_hw[0]))


def smooth_boxes(found: Sequence[Rect | None], frame_hw: tuple[int, int], settings: CropSettings) -> list[Rect]:
    """Returns one box a frame that holds the subject, moves smoothly, and lies inside the frame.

    Each edge is the outermost within `reach` frames, then averaged over as many: the average of edges that all lie
    outside the subject lies outside it too. Frames where nothing was found take what lies between their neighbours.

    Args:
        found: The subject's box in each frame of a scene, in plate pixels, or None.
        frame_hw: Plate size.
        settings: How far boxes are smoothed and grown.
    """
    known = [place for place, box in enumerate(found) if box is not None]
    if not known:
        return [(0, 0, frame_hw[1], frame_hw[0])] * len(found)
    edges = np.array([box for box in found if box is not None], np.float64)
    places = np.arange(len(found))
    filled = np.stack([np.interp(places, known, edge) for edge in edges.T], axis=1)
    filled[:, 2:] *= -1  # all four edges now point outwards
    reach = settings.reach
    if reach > 0:
        outermost = minimum_filter1d(filled, 2 * reach + 1, axis=0, mode="nearest")
        filled = gaussian_filter1d(outermost, reach / 2, axis=0, mode="nearest", radius=reach)
    filled[:, 2:] *= -1
    rounded = np.concatenate([np.floor(filled[:, :2]), np.ceil(filled[:, 2:])], axis=1).astype(int)
    return [_fitted((row[0], row[1], row[2], row[3]), frame_hw, settings) for row in rounded.tolist()]


def square_around(foreground: NDArray[np.bool_], longest_px: int = 512) -> Rect | None:
    """Returns the square in which the subject of a tall or wide frame is looked for anew (code: pass B).

    Its side is the frame's shorter one, at most `longest_px`; it is centred on the subject and moved into the frame.

    Args:
        foreground: (H, W) what was found in the squeezed frame.
        longest_px: Side that loses nothing to the network.

    Returns:
        The square, or None where the subject would not fit into it.
    """
    height, width = foreground.shape
    side = min(height, width, longest_px)
    rows, columns = np.nonzero(foreground)
    middle = (width // 2, height // 2)
    if len(rows):
        tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
        if tall > side or (wide > side and len(rows) / (tall * wide) > 0.5):
            return None
        middle = (int(columns.mean()), int(rows.mean()))
    left = min(max(middle[0] - side // 2, 0), width - side)
    top = min(max(middle[1] - side // 2, 0), height - side)
    return (left, top, left + side, top + side)


def is_worthwhile(boxes: Sequence[Rect], frame_hw: tuple[int, int], settings: CropSettings) -> bool:
    """Tells whether working on the boxes shows the subject markedly larger than working on whole frames."""
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    return float(np.mean(areas)) < settings.worthwhile * frame_hw[0] * frame_hw[1]


def is_elongated(frame_hw: tuple[int, int], settings: CropSettings) -> bool:
    """Tells whether a frame is so tall or wide that squeezing it to a square loses the subject."""
    return max(frame_hw) > settings.max_aspect * min(frame_hw)


def fade_at_cut_edges(values: NDArray[np.float32], box: Rect, frame_hw: tuple[int, int], share: float) -> None:
    """Lets the scores of a box turn into background towards those of its edges that lie inside the plate, in place.

    Outside its box a frame is background; without the ramp a part that reaches the edge would end in a step.

    Args:
        values: (K+1, h, w) scores of the box, background first, summing to 1.
        box: Where they lie on the plate.
        frame_hw: Plate size.
        share: Width of the ramp as a share of the box; no wider than what `grown` added, so that the subject keeps all.
    """
    left, top, right, bottom = box
    height, width = values.shape[1:]
    down = _ramp(height, share, starts=top > 0, ends=bottom < frame_hw[0])
    across = _ramp(width, share, starts=left > 0, ends=right < frame_hw[1])
    values[1:] *= down[:, None] * across
    values[0] = 1.0 - values[1:].sum(axis=0)


def _ramp(length: int, share: float, *, starts: bool, ends: bool) -> NDArray[np.float32]:
    """Returns (length,) ones that fall to 0 at the ends that are asked for."""
    distance = (np.arange(length) + 0.5) / max(share * length, 1.0)
    rising = np.minimum(distance, 1.0) if starts else np.ones(length)
    falling = np.minimum(distance[::-1], 1.0) if ends else np.ones(length)
    return (rising * falling).astype(np.float32)


def _fitted(box: Rect, frame_hw: tuple[int, int], settings: CropSettings) -> Rect:
    """Returns a box that is grown, neither tiny nor elongated where the frame allows, and inside the frame."""
    left, top, right, bottom = grown(box, frame_hw, settings.grow)
    wide, tall = right - left, bottom - top
    least = max(wide / settings.max_aspect, tall / settings.max_aspect, settings.smallest_px)
    left, right = _widened(left, right, least, frame_hw[1])
    top, bottom = _widened(top, bottom, least, frame_hw[0])
    return (left, top, right, bottom)


def _widened(start: int, stop: int, least: float, limit: int) -> tuple[int, int]:
    """Returns the interval with at least `least` pixels around its middle, moved inside 0..limit."""
    length = min(max(stop - start, int(np.ceil(least))), limit)
    start = min(max((start + stop - length) // 2, 0), limit - length)
    return start, start + length
