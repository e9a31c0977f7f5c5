"""Which frames the network sees together, and which window answers for which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.temporal.windows import WindowPlan, slices


@dataclass(frozen=True)
class Window:
    """Frames of one network call, and those of them whose maps are taken from it."""

    frames: tuple[int, ...]
    answers: tuple[int, ...]


def plan_windows(frames: Sequence[int], plan: WindowPlan) -> list[Window]:
    """Cuts a scene, given as ascending frame numbers, into windows that answer for each of its frames exactly once."""
    return [
        Window(tuple(frames[cut.start : cut.stop]), tuple(frames[cut.start : cut.start + cut.final]))
        for cut in slices(len(frames), plan)
    ]


def shortened(plan: WindowPlan, length: int) -> WindowPlan:
    """Returns a plan of another length whose overlap keeps its share of it."""
    return WindowPlan(length, min(plan.overlap * length // plan.length, length - 1))
