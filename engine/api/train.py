"""Train: references in, profile out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from engine.atomic import output_error
from engine.domain.parts import PartSet
from engine.domain.profile import Backbone, Profile
from engine.domain.settings import TrainSettings
from engine.errors import InputError, OutputError
from engine.jobs import Job
from engine.media.references import read_references
from engine.profiles import read_profile, write_profile


@dataclass(frozen=True)
class TrainRequest:
    """What to learn and where to put it.

    Attributes:
        references: Folder with images and masks, in a layout of CONTRACTS.md.
        out: Profile file to write.
        backbone: Which backbone learns.
        parts: Part table; None takes what the masks hold.
        partial: What the masks leave unpainted is unknown, not background.
        start: Profile to start from.
        overwrite: Replace `out` if it exists.
        settings: How it is learned.
    """

    references: Path
    out: Path
    backbone: Backbone = "quick"
    parts: PartSet | None = None
    partial: bool = False
    start: Path | None = None
    overwrite: bool = False
    settings: TrainSettings = field(default_factory=TrainSettings)


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
    start = read_profile(request.start) if request.start else None
    if start is not None and start.backbone != request.backbone:
        raise InputError(
            f"'{request.start}' was learned by the backbone '{start.backbone}', not '{request.backbone}'. "
            f"Start from a {request.backbone} profile, or pass --backbone {start.backbone}."
        )
    found = yield from read_references(request.references, parts=request.parts, partial=request.partial)
    if request.backbone == "quick":
        from engine.quick.learn import learn as learn_quick

        profile = yield from learn_quick(found.references, found.parts, request.settings, start=start)
    else:
        from engine.smite import learn as learn_smite

        checkpoint = request.out.with_name(f".{request.out.stem}.training.safetensors")
        profile = yield from learn_smite(
            found.references, found.parts, request.settings, start=start, checkpoint=checkpoint
        )
        checkpoint.unlink(missing_ok=True)
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
