"""What jobs took on this machine: the first source of every estimate, empty until the first run."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from engine.domain.profile import Backbone
from engine.notes import add_row, read_rows

MEASURED_FILE = "measured.json"
CALIBRATION_FILE = "calibration.json"
_WINDOW_APP = "SMITE Studio"
_KEPT = 100
WorkVerb = Literal["train", "segment"]


@dataclass(frozen=True)
class Work:
    """A kind of work, as far as its time depends on it.

    Attributes:
        verb: Learning a profile, or segmenting a clip.
        backbone: Which one.
        device: "cpu", "cuda:0" ... as it was chosen; "auto" is a kind of its own.
        resolution: Side of the training image for SMITE; 0 for quick, which chooses by itself.
        preset: Preset of a segmentation; "" for learning, whose steps say it all.
        temporal: off, vote or guided; "" for learning.
        learns: The segmentation learns painted frames first.
    """

    verb: WorkVerb
    backbone: Backbone
    device: str = "auto"
    resolution: int = 0
    preset: str = ""
    temporal: str = ""
    learns: bool = False


@dataclass(frozen=True)
class MeasuredRun:
    """One finished run.

    Attributes:
        backbone: Which one.
        device: "cpu", "cuda" ... as it was chosen.
        resolution: Side of the training image for SMITE; 0 for quick, which chooses by itself.
        steps: Steps that were done in this session of the run; of a segmentation, frames.
        seconds_per_step: Measurements and checkpoints included.
        setup_s: Seconds before the first step: loading, reading, flow, and what a segmentation learns first.
        peak_bytes: Most memory that was used on the device, or 0 where that cannot be told.
        measured_at: ISO time.
        verb: As in `Work`, like all that follow.
        preset: See there.
        temporal: See there.
        learns: See there.
        pixels: Pixels of a plate; 0 for learning.
    """

    backbone: Backbone
    device: str
    resolution: int
    steps: int
    seconds_per_step: float
    setup_s: float
    peak_bytes: int
    measured_at: str
    verb: WorkVerb = "train"
    preset: str = ""
    temporal: str = ""
    learns: bool = False
    pixels: int = 0

    @property
    def work(self) -> Work:
        """What kind of work it was."""
        return Work(self.verb, self.backbone, self.device, self.resolution, self.preset, self.temporal, self.learns)


def note_run(file: Path, run: MeasuredRun) -> None:
    """Adds a run; where the file cannot be written, the next estimate is a little older."""
    add_row(file, asdict(run), keep=_KEPT)


def measured_runs(file: Path) -> tuple[MeasuredRun, ...]:
    """Returns the noted runs, oldest first; rows that cannot be read are left out."""
    runs = []
    for row in read_rows(file):
        try:
            run = MeasuredRun(**row)
            sound = run.seconds_per_step >= 0 and run.setup_s >= 0 and run.steps > 0
        except TypeError:
            continue
        if sound:
            runs.append(run)
    return tuple(runs)


def runs_like(runs: Sequence[MeasuredRun], work: Work) -> tuple[MeasuredRun, ...]:
    """Returns the runs of one kind of work, oldest first."""
    return tuple(run for run in runs if run.work == work)


def user_file(name: str) -> Path:
    """Returns where the window keeps its measurements, so that the command line reads and adds to the same."""
    return Path(user_data_path(_WINDOW_APP, appauthor=False)) / name


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
