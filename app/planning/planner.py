"""What this machine can do, as a worker told of it, and what jobs will take on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.i18n import tr
from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec, Outcome
from engine.api.machine import Machine, MachineRequest
from engine.domain.profile import Backbone
from engine.domain.settings import Preset, SegmentSettings, TrainSettings
from engine.errors import InputError
from engine.hardware.calibration import Calibration
from engine.hardware.devices import DeviceFacts, chosen_device
from engine.hardware.fit import fit
from engine.hardware.measured import CALIBRATION_FILE, MEASURED_FILE, MeasuredRun, Work, measured_runs
from engine.hardware.predict import PlannedJob, Prediction, predict

_LOOK_AFTER_MS = 3_000
"""The first labels after the start must not share the processor with a measurement."""
_SIDE, _WINDOW = 512, 16


@dataclass(frozen=True)
class ClipFacts:
    """What the time of a run depends on, beside its settings.

    Attributes:
        frames: Frames of the clip.
        pixels: Pixels of a frame.
        painted: Painted frames that would be learned.
        learns: No profile is chosen: what is painted is learned first.
        backbone: Which backbone would run.
        side: Side at which SMITE's profile was learned.
    """

    frames: int
    pixels: int
    painted: int
    learns: bool
    backbone: Backbone
    side: int = _SIDE


class Planner(QObject):
    """Predictions.

    Attributes:
        measured: File that notes what jobs took here.
        machine: The machine, or None while nobody has looked.
        looks_unasked: `look_soon` does anything.

    Signals:
        changed(): The machine was measured, or a job was noted.
    """

    changed = Signal()

    def __init__(self, queue: JobQueue, folder: Path, parent: QObject | None = None) -> None:
        """Takes the queue, and the folder that keeps measurements."""
        super().__init__(parent)
        self._queue = queue
        self.measured = folder / MEASURED_FILE
        self._calibration = folder / CALIBRATION_FILE
        self.machine: Machine | None = None
        self.looks_unasked = True
        self._job = ""
        self._runs: tuple[MeasuredRun, ...] = ()
        self._runs_read_ns = -1
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LOOK_AFTER_MS)
        self._later.timeout.connect(self.look)
        queue.finished.connect(self._on_finished)

    def look_soon(self) -> None:
        """Asks a worker for the machine in a while, once."""
        if self.looks_unasked and self.machine is None and not self._job and not self._later.isActive():
            self._later.start()

    def look(self) -> None:
        """Asks a worker for the devices and their measurement now, once."""
        if self.machine is None and not self._job:
            request = MachineRequest(self._calibration)
            title = tr("Measuring this machine")
            self._job = self._queue.submit(
                JobSpec("machine", request, title, lane="light", outlives_project=True, unseen=True)
            )

    def shut_down(self) -> None:
        """Asks nothing more."""
        self._later.stop()

    def training(self, backbone: Backbone, settings: TrainSettings, steps: int) -> Prediction | None:
        """Returns what learning will take, or None where that cannot be told yet."""
        side = settings.resolution if backbone == "smite" else 0
        work = Work("train", backbone, settings.device, side)
        return self._predicted(PlannedJob(work, steps))

    def segmenting(self, facts: ClipFacts, settings: SegmentSettings, preset: Preset) -> Prediction | None:
        """Returns what segmenting the whole clip with a preset will take, or None where that cannot be told yet."""
        settings = replace(settings, preset=preset)
        work = Work(
            verb="segment",
            backbone=facts.backbone,
            device=settings.device,
            resolution=facts.side if facts.backbone == "smite" else 0,
            preset=preset,
            temporal=settings.temporal,
            learns=facts.learns,
        )
        return self._predicted(PlannedJob(work, facts.frames, facts.pixels, settings, _WINDOW, facts.painted))

    def fitting_notes(self, device_name: str, side: int) -> tuple[str, ...]:
        """Returns the sentences on what SMITE does smaller to fit into a device's free memory."""
        device, _ = self._device(device_name)
        return fit(device, side=side, window=_WINDOW).notes if device is not None else ()

    def _predicted(self, job: PlannedJob) -> Prediction | None:
        device, calibration = self._device(job.work.device)
        if device is not None and job.work.verb == "segment" and job.work.backbone == "smite":
            window = fit(device, side=job.work.resolution, window=_WINDOW).window
            job = replace(job, window=max(1, window))
        return predict(job, self._known_runs(), calibration, device)

    def _device(self, wanted: str) -> tuple[DeviceFacts | None, Calibration | None]:
        if self.machine is None:
            return None, None
        try:
            device = chosen_device(self.machine.devices, wanted)
        except InputError:
            return None, None
        return device, self.machine.calibrations.get(device.name)

    def _known_runs(self) -> tuple[MeasuredRun, ...]:
        try:
            changed_ns = self.measured.stat().st_mtime_ns
        except OSError:
            return ()
        if changed_ns != self._runs_read_ns:
            self._runs, self._runs_read_ns = measured_runs(self.measured), changed_ns
        return self._runs

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        job = self._queue.job(job_id)
        if job_id == self._job:
            self._job = ""
            if outcome.kind == "succeeded" and outcome.value is not None:
                self.machine = Machine.from_json(outcome.value)
                self.changed.emit()
        elif job is not None and job.spec.verb in ("segment", "train"):
            self.changed.emit()
