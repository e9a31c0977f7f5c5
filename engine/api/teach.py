"""Teach: corrected frames become references, a profile learns on from where it stood, and what is stale is named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from engine.api.spread import clip_of
from engine.api.train import TrainRequest, check_profile_target, train
from engine.domain.frames import frames_text
from engine.domain.labels import UNKNOWN, LabelMap
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.settings import TrainSettings
from engine.errors import InputError
from engine.jobs import Job
from engine.media.label_png import write_label_png
from engine.media.references import read_references
from engine.profiles import read_profile
from engine.results.folder import ResultReader
from engine.results.record import write_record
from engine.results.review import read_review, write_review

WARM_STEPS = 30
"""SMITE's steps of a warm start (UX 3.6: 20 to 50); the quick backbone finds its own number."""


@dataclass(frozen=True)
class TeachRequest:
    """Which frames to learn, and from where.

    Attributes:
        result: Result folder; its frames are learned as they are shown.
        frames: Numbers of the frames.
        start: Profile to learn on from.
        out: Profile file to write.
        references: Folder with the references that were learned before, learned along; None learns `frames` alone.
        clip: The clip, where it no longer lies where the result says.
        keep: Lock the learned frames: what is taught is approved, and a run again with this result as its base leaves
            them as they are.
        overwrite: Replace `out` if it exists.
        measured: File that notes what training takes on this machine, or None.
        settings: How it is learned; without steps, SMITE takes `WARM_STEPS`.
    """

    result: Path
    frames: tuple[int, ...]
    start: Path
    out: Path
    references: Path | None = None
    clip: Path | None = None
    keep: bool = True
    overwrite: bool = False
    measured: Path | None = None
    settings: TrainSettings = field(default_factory=TrainSettings)

    def __post_init__(self) -> None:
        if not self.frames:
            raise InputError("There is no frame to learn. Name at least one corrected frame.")


@dataclass(frozen=True)
class TeachSummary:
    """What was learned, and what it makes stale.

    Attributes:
        profile: The profile that was written.
        learned: Frames that were learned.
        stale: Frames of the result that the new profile may answer otherwise: all that are neither locked nor learned.
    """

    profile: Path
    learned: tuple[int, ...]
    stale: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        return {"profile": str(self.profile), "learned": list(self.learned), "stale": list(self.stale)}

    def to_text(self) -> str:
        """Returns the summary for a person."""
        lines = [f"Learned {frames_text(self.learned)}. Profile: {self.profile}"]
        if self.stale:
            lines.append(f"To be segmented again: {frames_text(self.stale)}. Locked frames stay as they are.")
        return "\n".join(lines)


def teach(request: TeachRequest) -> Job[TeachSummary]:
    """Learns frames of a result as they are shown, and marks in its record what the new profile makes stale.

    Yields:
        What training yields.

    Raises:
        InputError: Result, frames, references or the starting profile cannot be used.
        OutputError: The profile cannot be written; checked before learning starts.
    """
    check_profile_target(request.out, overwrite=request.overwrite)
    reader = ResultReader(request.result)
    start = read_profile(request.start)
    settings = warm_settings(start, request.settings)
    folder = Path(tempfile.mkdtemp(prefix="smite_teach_"))
    try:
        _write_frames(reader, request, folder)
        if request.references is not None:
            yield from _write_references(request.references, reader.parts, folder)
        yield from train(
            TrainRequest(
                references=folder,
                out=request.out,
                backbone=start.backbone,
                parts=reader.parts,
                start=request.start,
                overwrite=request.overwrite,
                measured=request.measured,
                settings=settings,
            )
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if request.keep:
        write_review(request.result, read_review(request.result).locking(request.frames))
    stale = stale_frames(reader, request.frames)
    mark_stale(request.result, stale)
    return TeachSummary(request.out, tuple(sorted(request.frames)), stale)


def warm_settings(start: Profile, settings: TrainSettings) -> TrainSettings:
    """Returns the settings of a warm start: SMITE goes on at the resolution and on the model it was learned with."""
    if start.backbone != "smite":
        return settings
    side, model = start.settings.get("resolution"), start.model.id if start.model is not None else None
    return replace(
        settings,
        steps=settings.steps or WARM_STEPS,
        resolution=side if isinstance(side, int) else settings.resolution,
        model=settings.model or model,
    )


def stale_frames(reader: ResultReader, learned: Sequence[int] = ()) -> tuple[int, ...]:
    """Returns the frames that a new profile may answer otherwise: neither locked as a whole nor learned."""
    locked = read_review(reader.folder).frames
    return tuple(number for number in reader.numbers if number not in locked and number not in learned)


def mark_stale(result: Path, frames: Sequence[int]) -> None:
    """Notes in a result's record that frames were made from something that has changed since.

    Raises:
        OutputError: The record cannot be written.
    """
    record = ResultReader(result).record
    rows = {n: replace(row, state="stale") if n in frames else row for n, row in record.frames.items()}
    write_record(result, record.with_frames(rows))


def _write_frames(reader: ResultReader, request: TeachRequest, folder: Path) -> None:
    with closing(clip_of(reader, request.clip)) as source:
        for frame in request.frames:
            labels = reader.final(frame)[1]
            _write_pair(folder, reader.record.frames[frame].stem, source.read(frame), (labels, reader.parts))


def _write_references(references: Path, parts: PartSet, folder: Path) -> Job[None]:
    found = yield from read_references(references, parts=parts)
    for place, reference in enumerate(found.references):
        name = f"earlier_{place:03d}"
        _write_pair(folder, name, reference.image, (reference.painted.labels, parts))


def _write_pair(
    folder: Path, name: str, image: np.ndarray[Any, np.dtype[np.uint8]], mask: tuple[LabelMap, PartSet]
) -> None:
    labels, parts = mask
    if (labels == UNKNOWN).all():
        raise InputError(f"Nothing is known of '{name}', so there is nothing to learn from it.")
    (folder / "images").mkdir(exist_ok=True)
    Image.fromarray(image).save(folder / "images" / f"{name}.png")
    write_label_png(folder / "masks" / f"{name}.png", labels, parts)
