"""What training will take, from earlier runs on this machine."""

from __future__ import annotations

from pathlib import Path

from engine.domain.profile import Backbone
from engine.hardware.measured import Work, measured_runs
from engine.hardware.predict import PlannedJob, Prediction, predict

TrainEstimate = Prediction


def estimate(file: Path, backbone: Backbone, device: str, resolution: int, steps: int) -> TrainEstimate | None:
    """Returns an estimate from the last runs of this kind on this machine, or None where there was none."""
    job = PlannedJob(Work("train", backbone, device, resolution), steps)
    return predict(job, measured_runs(file), None)
