"""Long work as generators: every job yields events and returns its result.

A `yield` is the point at which a job can be cancelled: the caller closes the generator, and the job's `finally`
blocks and context managers restore what they changed. Jobs yield at least twice a second where the work allows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

R = TypeVar("R")


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps of a stage are finished; `total` 0 means that it is not known."""

    stage: str
    done: int
    total: int
    unit: Literal["steps", "bytes"] = "steps"


@dataclass(frozen=True)
class FrameDone:
    """A frame's labels and scores are on disk, as a draft or finished."""

    frame: int
    state: Literal["draft", "done"] = "done"


@dataclass(frozen=True)
class Message:
    """Something the user should know that stops nothing ("Frames 1012-1015 are missing.")."""

    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class TrainStep:
    """One step of learning: losses by name, and hold-out IoU by part name where it was measured at this step.

    `preview` is a picture that shows how learning goes, where one was written at this step; `checkpoint` is the
    profile as it was at this step, where it was kept.
    """

    step: int
    total: int
    losses: dict[str, float]
    holdout_iou: dict[str, float] | None = None
    preview: Path | None = None
    checkpoint: Path | None = None


Event = Progress | FrameDone | Message | TrainStep
Job = Generator[Event, None, R]


def watched(job: Job[R], tell: Callable[[Event], None]) -> Job[R]:
    """Passes a job through and tells each of its events before it is yielded; closing it closes the job."""
    try:
        while True:
            try:
                event = next(job)
            except StopIteration as stop:
                result: R = stop.value
                return result
            tell(event)
            yield event
    finally:
        job.close()


def run_to_end(job: Job[R]) -> R:
    """Returns the job's result, dropping its events."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            result: R = stop.value
            return result
