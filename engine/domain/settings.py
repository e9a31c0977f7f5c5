"""Settings of the verbs, with the source of each default."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from engine.errors import InputError

Preset = Literal["draft", "standard", "best"]
Attention = Literal["frame", "window"]
Temporal = Literal["off", "vote", "guided"]
TrackerName = Literal["flow", "cotracker"]
CropMode = Literal["on", "off", "auto"]

DEFAULT_SEED = 0
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


@dataclass(frozen=True)
class TrainSettings:
    """How a profile is learned. What only one backbone knows lives in that backbone's own settings.

    Attributes:
        preset: draft, standard or best: how much time is spent.
        steps: Number of learning steps, or None for the preset's.
        resolution: Side of the training image for SMITE, a multiple of 64; 512 is the paper's.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        seed: All noise comes from a CPU generator with this seed.
        model: Folder or hub id of the pretrained model for SMITE, or None for the default one.
        subject: Class of subjects with constants of its own for SMITE: horses, faces, cars, non-text; or None.
    """

    preset: Preset = "standard"
    steps: int | None = None
    resolution: int = 512
    device: str = "auto"
    seed: int = DEFAULT_SEED
    model: str | None = None
    subject: str | None = None

    def __post_init__(self) -> None:
        _check_choice("preset", self.preset, get_args(Preset))
        _check_device(self.device)
        if self.steps is not None and self.steps < 1:
            raise InputError(f"The number of steps must be at least 1; got {self.steps}.")
        if self.resolution < 64 or self.resolution % 64:
            raise InputError(f"The resolution must be a multiple of 64; got {self.resolution}.")

    def to_json(self) -> dict[str, Any]:
        """Returns the settings as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class SegmentSettings:
    """How a clip is segmented.

    Attributes:
        preset: draft is flow alone, without learning (quick); standard and best learn.
        attention: SMITE: every frame for itself (the paper's Baseline-I) or joint over a window.
        temporal: off, voting along tracks (Eq. 4), or voting with latent guidance (Eq. 8, SMITE only).
        tracker: What follows points: the built-in flow tracker or the CoTracker plug-in.
        window: Frames a vote looks at, or None for the backbone's own (paper: 7; authors' code: 15).
        crop: Work on the subject's box instead of the whole frame.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        seed: All noise comes from a CPU generator with this seed.
        model: Folder or hub id of the pretrained model for SMITE, or None for the one that the profile names.
    """

    preset: Preset = "standard"
    attention: Attention = "window"
    temporal: Temporal = "vote"
    tracker: TrackerName = "flow"
    window: int | None = None
    crop: CropMode = "auto"
    device: str = "auto"
    seed: int = DEFAULT_SEED
    model: str | None = None

    def __post_init__(self) -> None:
        for name, choices in (
            ("preset", Preset),
            ("attention", Attention),
            ("temporal", Temporal),
            ("tracker", TrackerName),
            ("crop", CropMode),
        ):
            _check_choice(name, getattr(self, name), get_args(choices))
        _check_device(self.device)
        if self.window is not None and self.window < 1:
            raise InputError(f"The window must hold at least one frame; got {self.window}.")

    def to_json(self) -> dict[str, Any]:
        """Returns the settings as JSON values."""
        return asdict(self)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}; got '{value}'.")


def _check_device(name: str) -> None:
    if _DEVICE.fullmatch(name) is None:
        raise InputError(f"The device must be auto, cpu, mps, cuda or cuda:1; got '{name}'.")
