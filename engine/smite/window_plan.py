"""Which frames the network sees together, and which window answers for which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Frames of one network call, and those of them whose maps are taken from it."""

    frames: tuple[int, ...]
    answers: tuple[int, ...]


def plan_windows(frames: Sequence[int], length: int, overlap: int) -> list[Window]:
    """Cuts a scene into windows of equal length; where two overlap, the later one answers (code).

    Args:
        frames: Ascending frame numbers of one scene.
        length: Frames of a window; a shorter scene is one window.
        overlap: Frames that neighbours share, cut to less than `length`. The last window is moved back to keep its
            length, so that it may share more.

    Returns:
        Windows whose answers are each frame of the scene exactly once, in order.
    """
    if not frames:
        return []
    stride = length - min(overlap, length - 1)
    last = max(len(frames) - length, 0)
    starts = [*range(0, last, stride), last]
    ends = [*starts[1:], len(frames)]
    return [
        Window(tuple(frames[start : start + length]), tuple(frames[start:end]))
        for start, end in zip(starts, ends, strict=True)
    ]
