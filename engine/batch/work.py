"""One shot of a batch: what it tells while it runs, and what became of it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from engine.api.segment_request import SegmentRequest
from engine.errors import EngineError
from engine.jobs import Progress

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


def run_shot(
    name: str,
    request: SegmentRequest,
    tell: Callable[[ShotProgress], None],
    cancelled: Callable[[], bool],
) -> ShotOutcome:
    """Segments one shot in this process; a shot that was begun before goes on where it stopped.

    Args:
        name: The shot's name.
        request: What to do.
        tell: Takes progress, about twice a second.
        cancelled: Asked between steps; once it says yes the shot ends, and finished frames stay.
    """
    from engine.api.segment import segment

    began = told = time.monotonic()
    job = segment(request)
    try:
        while True:
            event = next(job)
            if cancelled():
                return ShotOutcome(name, "cancelled", "Cancelled; finished frames are kept.")
            now = time.monotonic()
            if isinstance(event, Progress) and now - told >= _TELL_EVERY_S:
                told = now
                tell(ShotProgress(name, event.stage, event.done, event.total))
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
