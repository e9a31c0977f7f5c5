"""The queue of all heavy and light jobs: one worker process for each lane, and what the window knows of each job."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import QObject, QTimer, Signal

from app.i18n import named, tr
from app.jobs.lane import Lane
from app.jobs.spec import JobSpec, JobView, LaneName, Outcome
from engine.cli.worker_command import worker_command
from engine.errors import EngineError
from engine.jobs import Event, Progress, TrainStep

_SHOW_EVERY_MS = 60


class JobQueue(QObject):
    """Jobs by id, in the order they were asked for.

    Signals:
        changed(): The list or the state of a job changed; of progress it tells some times a second.
        told(str, object): Job id and an event of `engine.jobs`.
        finished(str, object): Job id and `Outcome`, exactly once for each job.
    """

    changed = Signal()
    told = Signal(str, object)
    finished = Signal(str, object)

    def __init__(self, parent: QObject | None = None, command: Sequence[str] | None = None) -> None:
        super().__init__(parent)
        line = command or worker_command()
        self._lanes: dict[LaneName, Lane] = {name: Lane(line, self) for name in get_args(LaneName)}
        self._jobs: dict[str, JobView] = {}
        self._numbers = itertools.count(1)
        self._show = QTimer(self)
        self._show.setSingleShot(True)
        self._show.setInterval(_SHOW_EVERY_MS)
        self._show.timeout.connect(self.changed)
        for lane in self._lanes.values():
            lane.told.connect(self._on_told)
            lane.ended.connect(self._on_ended)

    @property
    def jobs(self) -> tuple[JobView, ...]:
        """All jobs that were not cleared away."""
        return tuple(self._jobs.values())

    @property
    def active(self) -> tuple[JobView, ...]:
        """Jobs that run or wait."""
        return tuple(job for job in self._jobs.values() if job.active)

    def job(self, job_id: str) -> JobView | None:
        """Returns a job, or None where it was cleared away."""
        return self._jobs.get(job_id)

    def process_id(self, lane: LaneName) -> int | None:
        """Returns the id of a lane's process, or None where none runs."""
        return self._lanes[lane].process_id

    def warm(self) -> None:
        """Starts the heavy lane's process before it is needed."""
        self._lanes["heavy"].warm()

    def submit(self, spec: JobSpec) -> str:
        """Puts a job at the end of its lane and returns its id."""
        job_id = f"j{next(self._numbers)}"
        self._jobs[job_id] = JobView(job_id, spec)
        # The caller knows the id before anything is told of the job.
        QTimer.singleShot(0, self, self._start_next)
        self.changed.emit()
        return job_id

    def cancel(self, job_id: str) -> None:
        """Ends a running job within half a second, or takes a waiting one out."""
        job = self._jobs.get(job_id)
        if job is None or not job.active:
            return
        if job.state == "waiting":
            self._close(job, Outcome("cancelled", sentence=tr("Cancelled before it began.")))
            return
        job.state = "cancelling"
        self._lanes[job.spec.lane].cancel()
        self.changed.emit()

    def pause(self, job_id: str, *, on: bool) -> None:
        """Holds a running job, or lets it go on."""
        job = self._jobs.get(job_id)
        if job is not None and job.state in ("running", "paused"):
            self._lanes[job.spec.lane].pause(on=on)
            job.state = "paused" if on else "running"
            (job.estimate.hold if on else job.estimate.go_on)(time.monotonic())
            self.changed.emit()

    def end_now(self, job_id: str) -> None:
        """Ends a job before it returns, within half a second or so: the folder that it writes into is needed."""
        job = self._jobs.get(job_id)
        if job is None or not job.active:
            return
        if job.state == "waiting":
            self.cancel(job_id)
        else:
            self._lanes[job.spec.lane].shut_down()

    def leave_project(self) -> None:
        """Ends all jobs that read from the open project or write into it, before it returns."""
        mine = [job for job in self.active if not job.spec.outlives_project]
        for job in sorted(mine, key=lambda job: job.state != "waiting"):  # else one would start as another ends
            self.end_now(job.id)

    def clear(self) -> None:
        """Forgets the jobs that have ended."""
        self._jobs = {job.id: job for job in self._jobs.values() if job.active}
        self.changed.emit()

    def shut_down(self) -> None:
        """Cancels everything, waits, and leaves no process and no thread."""
        self._show.stop()
        for job in self.active:
            if job.state == "waiting":
                self._close(job, Outcome("cancelled", sentence=tr("Cancelled before it began.")))
        for lane in self._lanes.values():
            lane.shut_down()

    def _start_next(self) -> None:
        for name, lane in self._lanes.items():
            if lane.job:
                continue
            waiting = [job for job in self._jobs.values() if job.spec.lane == name and job.state == "waiting"]
            if waiting:
                waiting[0].state = "running"
                waiting[0].stage = tr("starting")
                try:
                    lane.start(waiting[0].id, waiting[0].spec)
                except EngineError as error:
                    self._close(waiting[0], Outcome("failed", sentence=str(error), error=type(error).__name__))
                self.changed.emit()

    def _on_told(self, job_id: str, event: Event) -> None:
        job = self._jobs.get(job_id)
        if job is None or not job.active:
            return
        if isinstance(event, Progress):
            self._progress(job, named(event.stage), event.done, event.total)
        elif isinstance(event, TrainStep):
            self._progress(job, tr("learning"), event.step, event.total)
        self.told.emit(job_id, event)
        if not self._show.isActive():
            self._show.start()

    def _progress(self, job: JobView, stage: str, done: int, total: int) -> None:
        job.stage, job.done, job.total = stage, done, total
        job.eta_s = job.estimate.told(stage, done, total, time.monotonic())

    def _on_ended(self, job_id: str, outcome: Outcome) -> None:
        job = self._jobs.get(job_id)
        if job is not None and job.active:
            self._close(job, outcome)
        QTimer.singleShot(0, self, self._start_next)

    def _close(self, job: JobView, outcome: Outcome) -> None:
        job.outcome, job.state, job.eta_s = outcome, outcome.kind, None
        self.changed.emit()
        self.finished.emit(job.id, outcome)
