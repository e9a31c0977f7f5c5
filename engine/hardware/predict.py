"""How long a job will take here, and how much memory: from earlier runs of its kind, else from the calibration."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.domain.settings import SegmentSettings
from engine.hardware.calibration import Calibration
from engine.hardware.devices import DeviceFacts
from engine.hardware.measured import MeasuredRun, Work, runs_like
from engine.hardware.network_work import call_bytes, frame_operations, train_bytes, train_operations, weights_bytes

_LAST_RUNS = 5
_LEAST_SPREAD = 1.15
"""Two runs of the same work differ by this factor on a machine that does nothing else."""
_GUESS_SPREAD = 2.0
"""How far an estimate from the calibration alone may be off, either way; tests/benchmarks/hardware_prediction.py."""
_REFERENCE_PIXELS = 640 * 360


@dataclass(frozen=True)
class PlannedJob:
    """A job whose time is asked for.

    Attributes:
        work: Its kind.
        steps: Learning steps, or frames to segment.
        pixels: Pixels of a plate; 0 for learning.
        settings: How a clip is segmented; None for learning.
        window: Frames of a window, where memory makes it shorter than usual.
        painted: Painted frames that a segmentation by SMITE learns first.
    """

    work: Work
    steps: int
    pixels: int = 0
    settings: SegmentSettings | None = None
    window: int = 16
    painted: int = 1


@dataclass(frozen=True)
class Prediction:
    """What a job will likely take.

    Attributes:
        seconds: The best guess.
        low_s: It may as well be as short as this.
        high_s: It may as well be as long as this.
        peak_bytes: Memory on the device, 0 where that cannot be told.
        source: "measured": earlier runs of this kind on this machine; "calibrated": worked out.
        measured_at: When that was measured, ISO time.
    """

    seconds: float
    low_s: float
    high_s: float
    peak_bytes: int
    source: Literal["measured", "calibrated"]
    measured_at: str

    def to_json(self) -> dict[str, Any]:
        """Returns the prediction as JSON values."""
        return {
            "seconds": round(self.seconds, 1),
            "low_s": round(self.low_s, 1),
            "high_s": round(self.high_s, 1),
            "peak_bytes": self.peak_bytes,
            "source": self.source,
            "measured_at": self.measured_at,
        }


def predict(
    job: PlannedJob, runs: Sequence[MeasuredRun], calibration: Calibration | None, device: DeviceFacts | None = None
) -> Prediction | None:
    """Returns what a job will take, or None where this machine was never measured.

    Args:
        job: The job.
        runs: What was noted on this machine.
        calibration: What the device was measured to do, or None.
        device: The device, for memory; None where it is not known yet.
    """
    alike = runs_like(runs, job.work)[-_LAST_RUNS:]
    if alike:
        return _from_runs(job, alike)
    if calibration is None:
        return None
    seconds = _setup_s(job, calibration) + job.steps * _step_s(job, calibration)
    return Prediction(
        seconds=seconds,
        low_s=seconds / _GUESS_SPREAD,
        high_s=seconds * _GUESS_SPREAD,
        peak_bytes=_peak_bytes(job, device),
        source="calibrated",
        measured_at=calibration.measured_at,
    )


def _from_runs(job: PlannedJob, runs: Sequence[MeasuredRun]) -> Prediction:
    """Each run tells a time for this job; the middle one is the guess, the outermost ones its range."""
    told = [run.setup_s + job.steps * run.seconds_per_step * _size_factor(job.pixels, run.pixels) for run in runs]
    seconds = statistics.median(told)
    return Prediction(
        seconds=seconds,
        low_s=min(min(told), seconds / _LEAST_SPREAD),
        high_s=max(max(told), seconds * _LEAST_SPREAD),
        peak_bytes=max(run.peak_bytes for run in runs),
        source="measured",
        measured_at=runs[-1].measured_at,
    )


@dataclass(frozen=True)
class QuickCosts:
    """What a preset of the quick backbone takes, in optical flows of a frame (`Calibration.flow_s`).

    Attributes:
        steps: Learning steps.
        first: Everything else until the first frame is finished: reading, flow, drafts.
        frame: For each frame of 640 x 360.
    """

    steps: int
    first: float
    frame: float


# tests/benchmarks/hardware_prediction.py on the shot "camera" at 640 x 360, two painted frames. In processor seconds of
# one thread a learning step takes 4.8 flows, a frame 4.0, a draft 0.9; on a quiet machine with two cores, where flow
# gains more from threads than the network does, about 13, 18 and 2.6. What stands here lies between.
_QUICK_STEP, _QUICK_FIRST = 7.5, 130.0
_QUICK = {
    "draft": QuickCosts(steps=0, first=12.0, frame=1.5),
    "standard": QuickCosts(steps=250, first=_QUICK_FIRST, frame=8.0),
    "best": QuickCosts(steps=500, first=_QUICK_FIRST, frame=8.0),
}
_NETWORK_SHARE = 0.45
"""Share of the calibrated rate that the whole network gets: its layers are of many sizes, some bound by memory."""
_USUAL_SIDE = 512
_LOADING_S = 15.0
"""Importing the libraries and reading five gigabytes of weights from an SSD."""


def _setup_s(job: PlannedJob, calibration: Calibration) -> float:
    if job.work.backbone == "smite":
        steps = smite_steps(job.work.preset, job.painted) if job.work.verb == "segment" and job.work.learns else 0
        rate = calibration.network_flops * _NETWORK_SHARE
        return _LOADING_S + steps * train_operations(job.work.resolution or _USUAL_SIDE) / rate
    if job.work.verb == "train":
        return _QUICK_FIRST * calibration.flow_s
    costs = _QUICK[job.work.preset]
    learning = costs.steps * _QUICK_STEP if job.work.learns else 0.0
    return (costs.first + learning) * calibration.flow_s


def _step_s(job: PlannedJob, calibration: Calibration) -> float:
    if job.work.backbone == "quick":
        if job.work.verb == "train":
            return _QUICK_STEP * calibration.flow_s
        frame = _QUICK[job.work.preset].frame * calibration.flow_s
        return frame * _size_factor(job.pixels, _REFERENCE_PIXELS)
    if job.work.verb == "train":
        operations = train_operations(job.work.resolution)
    else:
        operations = frame_operations(job.work.resolution or _USUAL_SIDE, job.settings or SegmentSettings(), job.window)
    return operations / (calibration.network_flops * _NETWORK_SHARE)


def smite_steps(preset: str, painted: int) -> int:
    """Returns the learning steps of SMITE's presets (`engine.smite.presets`, which brings torch)."""
    return {"draft": 60, "standard": 200}.get(preset, max(200, 300 * painted))


def _size_factor(pixels: int, of_run: int) -> float:
    """Returns how much longer a frame takes at another size: half of the work is done at a fixed working size."""
    if not pixels or not of_run:
        return 1.0
    return math.sqrt(pixels / of_run)


def _peak_bytes(job: PlannedJob, device: DeviceFacts | None) -> int:
    if device is None or job.work.backbone == "quick":
        return 0
    side = job.work.resolution or _USUAL_SIDE
    if job.work.verb == "train":
        return weights_bytes(device) + train_bytes(side, device)
    return weights_bytes(device) + call_bytes(side, job.window, device)
