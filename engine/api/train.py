"""Train: references in, profile out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from engine.api.quick_training import learn_with_quick
from engine.api.reference_snapshot import SnapshotContent, is_snapshot, read_snapshot
from engine.atomic import output_error
from engine.domain.parts import PartSet
from engine.domain.profile import Backbone, Profile
from engine.domain.settings import TrainSettings
from engine.errors import InputError, MemoryLimitError, OutputError
from engine.hardware.fit import smaller_side
from engine.hardware.measured import MeasuredRun, note_run, now, peak_memory
from engine.jobs import Event, Job, Message, TrainStep, watched
from engine.media.references import read_references
from engine.profiles import read_profile, write_profile
from engine.profiles.training_run import TrainingRun, small_picture, write_picture

PLATE = "plate.png"
"""In a run's folder: the watched picture without anything on it."""


@dataclass(frozen=True)
class TrainRequest:
    """What to learn and where to put it.

    Attributes:
        references: Folder with images and masks, in a layout of CONTRACTS.md, or a snapshot of a project's references.
        out: Profile file to write.
        backbone: Which backbone learns.
        parts: Part table; None takes what the masks hold.
        partial: What the masks leave unpainted is unknown, not background.
        start: Profile to start from.
        overwrite: Replace `out` if it exists.
        run: Folder that keeps checkpoints and the state to go on from; the same request goes on where it stopped.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory only.
        measured: File that notes what training takes on this machine, or None.
        settings: How it is learned.
    """

    references: Path
    out: Path
    backbone: Backbone = "quick"
    parts: PartSet | None = None
    partial: bool = False
    start: Path | None = None
    overwrite: bool = False
    run: Path | None = None
    cache_folder: Path | None = None
    measured: Path | None = None
    settings: TrainSettings = field(default_factory=TrainSettings)


@dataclass(frozen=True)
class Trained:
    """A profile that was written."""

    path: Path
    profile: Profile

    def to_json(self) -> dict[str, Any]:
        """Returns where it is and how it did, as JSON values."""
        training = self.profile.training
        return {
            "profile": str(self.path),
            "parts": list(self.profile.parts.names),
            "steps": training.get("steps"),
            "kept_step": training.get("kept_step", training.get("steps")),
            "holdout_iou": training.get("holdout_iou"),
        }


def train_in_window(request: TrainRequest) -> Job[Trained]:
    """As `train`, but returns what may cross the worker's pipe."""
    profile = yield from train(request)
    return Trained(request.out, profile)


def train(request: TrainRequest) -> Job[Profile]:
    """Learns a profile, writes it, and returns it.

    Yields:
        Messages on the references, then a TrainStep for every step.

    Raises:
        InputError: References or the starting profile cannot be used.
        MissingModelError: The SMITE backbone has no weights on this machine.
        OutputError: The profile cannot be written; checked before learning starts.
    """
    check_profile_target(request.out, overwrite=request.overwrite)
    began = time.monotonic()
    start = read_profile(request.start) if request.start else None
    if start is not None and start.backbone != request.backbone:
        raise InputError(
            f"'{request.start}' was learned by the backbone '{start.backbone}', not '{request.backbone}'. "
            f"Start from a {request.backbone} profile, or pass --backbone {start.backbone}."
        )
    found = yield from _references(request)
    run = TrainingRun(request.run, found.picture) if request.run is not None else None
    if run is not None:
        shown = run.picture or next((r for r in found.references if r.holdout), found.references[0])
        write_picture(run.folder / PLATE, small_picture(shown.image))
    learning = _timed(_learn(request, found, start, run), request, began)
    profile = yield from learning
    profile = replace(profile, training={**profile.training, "learned_at": now()})
    write_profile(request.out, profile)
    return profile


def check_profile_target(path: Path, *, overwrite: bool) -> None:
    """Raises OutputError before any work where `path` cannot take a profile."""
    if path.is_dir():
        raise OutputError(f"'{path}' is a folder. Give the name of a file, for example {path / 'profile.safetensors'}.")
    if path.exists() and not overwrite:
        raise OutputError(f"'{path}' exists. Nothing was changed. Choose another name, or --overwrite to replace it.")
    if path.suffix != ".safetensors":
        raise OutputError(f"A profile's name ends in .safetensors; got '{path.name}'.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise output_error(error, path) from error


def _references(request: TrainRequest) -> Job[SnapshotContent]:
    if is_snapshot(request.references):
        found = yield from read_snapshot(request.references)
    else:
        folder = yield from read_references(request.references, parts=request.parts, partial=request.partial)
        found = SnapshotContent(folder.parts, folder.references, None, None)
    if not found.references:
        raise InputError("There are no references. Paint at least one image before learning.")
    return found


def _learn(
    request: TrainRequest, found: SnapshotContent, start: Profile | None, run: TrainingRun | None
) -> Job[Profile]:
    if request.backbone == "quick":
        return (
            yield from learn_with_quick(
                found.references,
                found.parts,
                request.settings,
                clip=found.clip,
                start=start,
                run=run,
                cache_folder=request.cache_folder,
            )
        )
    return (yield from _learn_with_smite(request, found, start, run))


def _learn_with_smite(
    request: TrainRequest, found: SnapshotContent, start: Profile | None, run: TrainingRun | None
) -> Job[Profile]:
    """Learns at the resolution that was asked for; where its first step does not fit into memory, at smaller ones."""
    from engine.smite import learn as learn_smite

    checkpoint = request.out.with_name(f".{request.out.stem}.training.safetensors") if run is None else None
    settings = request.settings
    while True:
        learning = learn_smite(found.references, found.parts, settings, start=start, checkpoint=checkpoint, run=run)
        begun: list[float] = []
        try:
            profile = yield from watched(learning, partial(_note_step, begun))
        except MemoryLimitError:
            smaller = smaller_side(settings.resolution)
            if begun or smaller is None:
                raise
            yield Message(
                f"Learning at {settings.resolution} pixels did not fit into the device's memory; going on with "
                f"{smaller}. Edges of the result will be a little coarser.",
                "warning",
            )
            settings = replace(settings, resolution=smaller)
            continue
        if checkpoint is not None:
            checkpoint.unlink(missing_ok=True)
        return profile


def _note_step(times: list[float], event: Event) -> None:
    if isinstance(event, TrainStep):
        times.append(time.monotonic())


def _timed(learning: Job[Profile], request: TrainRequest, began: float) -> Generator[Event, None, Profile]:
    """Passes a learning through and notes what it took, where the request asks for that."""
    steps: list[float] = []
    profile = yield from watched(learning, partial(_note_step, steps))
    if request.measured is not None and len(steps) > 1:
        settings, device = request.settings, request.settings.device
        row = MeasuredRun(
            backbone=request.backbone,
            device=device,
            resolution=settings.resolution if request.backbone == "smite" else 0,
            steps=len(steps),
            seconds_per_step=(steps[-1] - steps[0]) / (len(steps) - 1),
            setup_s=steps[0] - began,
            peak_bytes=peak_memory(_used(device)),
            measured_at=now(),
        )
        note_run(request.measured, row)
    return profile


def _used(device: str) -> str:
    """Returns the device that "auto" stands for."""
    if device != "auto":
        return device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
