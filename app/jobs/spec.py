"""What the window asks of a worker process, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from app.jobs.estimate import Estimate

LaneName = Literal["heavy", "light", "transfer"]
JobState = Literal["waiting", "running", "paused", "cancelling", "succeeded", "failed", "cancelled"]

WORKER_LOST = "WorkerLost"


@dataclass(frozen=True)
class JobSpec:
    """One piece of work.

    Attributes:
        verb: A name of `engine.api.verbs.VERBS`.
        request: The verb's request.
        title: What the queue shows.
        lane: "heavy" work comes one after the other; "light" work does not wait for it, and
            "transfer" (downloads, which take long and little of the machine) waits for neither.
        tags: What the sender wants to know the job by again (clip, version ...); never sent.
        outlives_project: It touches nothing of the open project, and goes on when that is closed.
        unseen: Lists of jobs leave it out: the window asks for itself.
    """

    verb: str
    request: Any
    title: str
    lane: LaneName = "heavy"
    tags: dict[str, str] = field(default_factory=dict)
    outlives_project: bool = False
    unseen: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a job ended, told exactly once.

    Attributes:
        kind: succeeded, failed or cancelled.
        value: What the verb returned as JSON values, or None.
        sentence: What happened, what was kept, what to do next; "" where it succeeded.
        details: For a report.
        error: Name of the engine's error class, or "".
    """

    kind: Literal["succeeded", "failed", "cancelled"]
    value: dict[str, Any] | None = None
    sentence: str = ""
    details: str = ""
    error: str = ""

    @property
    def out_of_memory(self) -> bool:
        """A smaller window or another device may help."""
        return self.error == "MemoryLimitError"

    @property
    def crashed(self) -> bool:
        """Its process went away; the job itself may be sound."""
        return self.error == WORKER_LOST


@dataclass
class JobView:
    """A job as the queue shows it.

    Attributes:
        id: "j1", "j2" ...
        spec: What was asked.
        state: Where it is.
        stage: What is being done.
        done: Steps of the stage that are done.
        total: Steps of the stage in all; 0 where that is not known.
        eta_s: Seconds that the stage will still take, or None while that cannot be told.
        outcome: How it ended, or None.
        estimate: The pace of its stages.
    """

    id: str
    spec: JobSpec
    state: JobState = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    eta_s: float | None = None
    outcome: Outcome | None = None
    estimate: Estimate = field(default_factory=Estimate)

    @property
    def share(self) -> float | None:
        """How much of the stage is done, 0..1, or None where that is not known."""
        return self.done / self.total if self.total else None

    @property
    def active(self) -> bool:
        """It has not ended."""
        return self.outcome is None
