"""What training took on this machine: the only source of estimates, empty until the first run."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.domain.profile import Backbone
from engine.errors import OutputError

_KEPT = 50


@dataclass(frozen=True)
class MeasuredRun:
    """One finished run.

    Attributes:
        backbone: Which one.
        device: "cpu", "cuda" ... as it was chosen.
        resolution: Side of the training image for SMITE; 0 for quick, which chooses by itself.
        steps: Steps that were done in this session of the run.
        seconds_per_step: Measurements and checkpoints included.
        setup_s: Seconds before the first step: loading, reading, flow.
        peak_bytes: Most memory that was used on the device, or 0 where that cannot be told.
        measured_at: ISO time.
    """

    backbone: Backbone
    device: str
    resolution: int
    steps: int
    seconds_per_step: float
    setup_s: float
    peak_bytes: int
    measured_at: str


@dataclass(frozen=True)
class TrainEstimate:
    """What a run will likely take here: seconds, and bytes of memory (0: not known)."""

    seconds: float
    peak_bytes: int
    measured_at: str


def note_run(file: Path, run: MeasuredRun) -> None:
    """Adds a run; where the file cannot be written, the next estimate is a little older."""
    rows = [*_rows(file), asdict(run)][-_KEPT:]
    try:
        write_text(file, json.dumps(rows, indent=1) + "\n")
    except OutputError:
        return


def estimate(file: Path, backbone: Backbone, device: str, resolution: int, steps: int) -> TrainEstimate | None:
    """Returns an estimate from the last run of this kind on this machine, or None where there was none."""
    for row in reversed(_rows(file)):
        try:
            run = MeasuredRun(**row)
            if (run.backbone, run.device, run.resolution) == (backbone, device, resolution):
                seconds = run.setup_s + steps * run.seconds_per_step
                return TrainEstimate(float(seconds), int(run.peak_bytes), str(run.measured_at))
        except TypeError:
            continue
    return None


def peak_memory(device: str) -> int:
    """Returns the most bytes that this process has used on a device, or 0 where that cannot be told."""
    if device.startswith("cuda") and "torch" in sys.modules:
        return int(sys.modules["torch"].cuda.max_memory_allocated(device))
    if platform.system() == "Linux":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return 0


def now() -> str:
    """Returns the time as records keep it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _rows(file: Path) -> list[Mapping[str, Any]]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
