"""Measures what spreading, tracking and teaching take, so that the next one can be told before it is asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.core import Core
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.planning.words import time_words
from engine.api.step_times import Step, StepTime, expected_seconds, note_step
from engine.errors import EngineError
from engine.jobs import Event, FrameDone, Progress, TrainStep
from engine.profiles.card import read_card
from engine.results.folder import ResultReader

_STEPS: dict[str, Step] = {"spread": "spread", "track": "track", "teach": "teach"}


@dataclass
class _Running:
    began: float
    setup_until: float
    frames: set[int]


class StepClock(QObject):
    """Listens to the queue.

    Signals:
        changed(): Another step was measured.
    """

    changed = Signal()

    def __init__(self, core: Core, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core, self._file = core, file
        self._running: dict[str, _Running] = {}
        self._backbones: dict[Path, str] = {}
        core.queue.told.connect(self._on_told)
        core.queue.finished.connect(self._on_finished)

    def expected(self, step: Step, how: str, frames: int) -> float | None:
        """Returns the seconds that a step on the current clip will likely take, or None where none was measured."""
        megapixels = self._megapixels()
        return expected_seconds(self._file, step, how, frames, megapixels) if megapixels else None

    def backbone(self, profile: Path) -> str:
        """Returns which backbone a profile is of; "profile" where its file does not say."""
        if profile not in self._backbones:
            try:
                self._backbones[profile] = str(read_card(profile).backbone)
            except EngineError:
                return "profile"
        return self._backbones[profile]

    def _megapixels(self) -> float:
        record = self._core.results.record
        return record.plate_hw[0] * record.plate_hw[1] / 1e6 if record is not None else 0.0

    def _on_told(self, job_id: str, event: Event) -> None:
        job, now = self._core.queue.job(job_id), time.monotonic()
        if job is None or job.spec.verb not in _STEPS:
            return
        running = self._running.setdefault(job_id, _Running(now, now, set()))
        if isinstance(event, TrainStep) or (isinstance(event, Progress) and event.stage == "loading the model"):
            running.setup_until = now
        elif isinstance(event, FrameDone):
            running.frames.add(event.frame)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        running, job = self._running.pop(job_id, None), self._core.queue.job(job_id)
        if running is None or job is None or outcome.kind != "succeeded":
            return
        now = time.monotonic()
        megapixels = _plate_of(job.spec)
        frames = len(running.frames) or (1 if job.spec.verb == "teach" else 0)
        if frames and megapixels:
            how = self.backbone(job.spec.request.start) if job.spec.verb == "teach" else ""
            step, setup = _STEPS[job.spec.verb], running.setup_until - running.began
            note_step(self._file, StepTime(step, how, frames, megapixels, setup, now - running.began))
            self.changed.emit()


def expected_text(seconds: float | None) -> str:
    """Returns "about 4 s", "about 3 min", or that nothing is known yet."""
    if seconds is None:
        return tr("time not measured yet")
    if seconds < 1:
        return tr("under 1 s")
    return tr("about {time}").format(time=time_words(seconds))


def _plate_of(spec: JobSpec) -> float:
    """Returns the megapixels of a job's plate, 0 where they are not known."""
    request: Any = spec.request
    try:
        height, width = ResultReader(request.result).record.plate_hw
    except EngineError:
        return 0.0
    return height * width / 1e6
