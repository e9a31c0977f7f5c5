"""One task of a batch: what it is, what it tells while it runs, and what became of it."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from engine.api.segment_request import SegmentRequest
from engine.api.summary import SegmentSummary
from engine.domain.frames import FrameRange
from engine.errors import EngineError
from engine.jobs import Job, Progress

State = Literal["waiting", "running", "done", "failed", "cancelled"]
_TELL_EVERY_S = 0.5


@dataclass(frozen=True)
class ShotProgress:
    """How far a shot is.

    Attributes:
        shot: Its name.
        stage: What is being done.
        done: Steps done.
        total: Steps in all, 0 where that is not known.
        attempt: 1 for the first try.
    """

    shot: str
    stage: str
    done: int
    total: int
    attempt: int = 1


@dataclass(frozen=True)
class ShotOutcome:
    """What became of a shot.

    Attributes:
        shot: Its name.
        state: done, failed or cancelled.
        sentence: Why it failed, or "".
        again: Another try may help: a fault or a lost process, not a wrong input.
        frames: How many frames the result holds.
        confidence: Mean confidence per part name.
        flicker: Mean flicker per part name.
        seconds: Time of the last try.
        attempts: How often it was tried.
    """

    shot: str
    state: State
    sentence: str = ""
    again: bool = False
    frames: int = 0
    confidence: Mapping[str, float] = field(default_factory=dict)
    flicker: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    attempts: int = 1

    def to_json(self) -> dict[str, Any]:
        """Returns the outcome as JSON values."""
        return asdict(self)


def outcome_from_json(row: Mapping[str, Any]) -> ShotOutcome:
    """Returns what `ShotOutcome.to_json` made a table of; raises ValueError, KeyError or TypeError for others."""
    state = row["state"]
    if state not in get_args(State):
        raise ValueError(f"unknown state '{state}'")
    return ShotOutcome(
        str(row["shot"]),
        state,
        str(row.get("sentence", "")),
        row.get("again") is True,
        int(row.get("frames", 0)),
        _shares(row.get("confidence", {})),
        _shares(row.get("flicker", {})),
        _number(row.get("seconds", 0.0)),
        int(row.get("attempts", 1)),
    )


def _shares(table: Mapping[str, Any]) -> dict[str, float]:
    shares = {str(name): _number(value) for name, value in table.items()}
    if any(not 0 <= value <= 1 for value in shares.values()):
        raise ValueError("a share is not between 0 and 1")
    return shares


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no figure")
    return number


@dataclass(frozen=True)
class Task:
    """One thing that a process or a worker does.

    Attributes:
        name: Unique in the batch.
        shot: The shot it belongs to.
        request: What to segment.
        piece: The range of a long shot that it is, or None for a whole shot.
        pieces: Results of ranges to join first, with the frames to take from each.
    """

    name: str
    shot: str
    request: SegmentRequest
    piece: FrameRange | None = None
    pieces: tuple[tuple[Path, FrameRange], ...] = ()


def run_task(
    task: Task,
    tell: Callable[[ShotProgress], None],
    cancelled: Callable[[], bool],
) -> ShotOutcome:
    """Does one task in this process; what was begun before goes on where it stopped.

    Args:
        task: A shot, a range of one, or the joining of ranges.
        tell: Takes progress, about twice a second.
        cancelled: Asked between steps; once it says yes the task ends, and finished frames stay.
    """
    began = told = time.monotonic()
    name, where = task.shot, f"{task.piece}: " if task.piece is not None else ""
    job = _job(task)
    try:
        while True:
            event = next(job)
            if cancelled():
                return ShotOutcome(name, "cancelled", "Cancelled; finished frames are kept.")
            now = time.monotonic()
            if isinstance(event, Progress) and now - told >= _TELL_EVERY_S:
                told = now
                tell(ShotProgress(name, f"{where}{event.stage}", event.done, event.total))
    except StopIteration as stop:
        summary = stop.value
    except EngineError as error:
        return ShotOutcome(name, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - one shot's fault must not end the others
        details = traceback.format_exc(limit=3)
        return ShotOutcome(name, "failed", f"A fault ({type(error).__name__}: {error}).\n{details}", again=True)
    finally:
        job.close()
    return ShotOutcome(
        name,
        "done",
        frames=len(summary.frames),
        confidence=summary.confidence,
        flicker=summary.flicker,
        seconds=round(time.monotonic() - began, 2),
    )


def _job(task: Task) -> Job[SegmentSummary]:
    from engine.api.segment import segment
    from engine.batch.joining import join, widened

    if task.pieces:
        return join(task.request, task.pieces)
    if task.piece is not None:
        return segment(replace(task.request, only=widened(task.request, task.piece)))
    return segment(task.request)
