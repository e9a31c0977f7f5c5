"""The folder of one training run: the state to go on from, and checkpoints to look at, compare and choose from.

state.safetensors              what the backbone needs to go on (its own form)
checkpoints/000040.safetensors the profile as it was after step 40
checkpoints/000040.png         what it made of the watched picture
checkpoints/000040.json        its figures; written last, so that a checkpoint is there as a whole or not at all
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_bytes, write_text
from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.errors import READING_FAULTS
from engine.profiles.file import write_profile

_FOLDER = "checkpoints"
_STATE = "state.safetensors"
_MOST_CHECKPOINTS = 12
"""A SMITE profile whose K/V weights have moved takes about 50 MB."""
_PREVIEW_PX = 640
_OPACITY = 0.6


@dataclass(frozen=True)
class Progressed:
    """Where learning stands when a checkpoint is kept.

    Attributes:
        step: Steps that are done.
        total: Steps in all.
        losses: Total loss of each step so far.
        holdout_iou: IoU per part name on the hold-outs, or None where there are none.
        score: Mean of those of the painted parts, or None.
    """

    step: int
    total: int
    losses: Sequence[float]
    holdout_iou: Mapping[str, float] | None = None
    score: float | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A kept state of learning.

    Attributes:
        step: Steps that were done.
        total: Steps in all.
        profile: The profile as it was then.
        preview: What it made of the watched picture, or None.
        holdout_iou: IoU per part name on the hold-outs.
        score: Mean of those, or None where nothing was held out.
        losses: Total loss of each step so far.
    """

    step: int
    total: int
    profile: Path
    preview: Path | None
    holdout_iou: Mapping[str, float]
    score: float | None
    losses: tuple[float, ...]


class TrainingRun:
    """A run's folder, as the backbone writes to it."""

    def __init__(self, folder: Path, picture: Reference | None = None) -> None:
        """Takes the folder, and the picture on which previews are drawn; None takes a hold-out, else a reference."""
        self.folder = folder
        self.picture = picture

    @property
    def state(self) -> Path:
        """File of the state to go on from."""
        return self.folder / _STATE

    def due(self, step: int, total: int) -> bool:
        """Tells whether a checkpoint is kept after this step: at most twelve times, evenly, and at the end."""
        kept = min(total, _MOST_CHECKPOINTS)
        return step in {round(total * place / kept) for place in range(1, kept + 1)}

    def start_anew(self) -> None:
        """Removes checkpoints of another learning that the folder may hold."""
        for path in (self.folder / _FOLDER).glob("[0-9]*.*"):
            path.unlink(missing_ok=True)

    def keep(self, profile: Profile, progressed: Progressed, preview: NDArray[np.uint8] | None) -> Checkpoint:
        """Keeps a checkpoint and returns it.

        Args:
            profile: What would be the result if learning ended here.
            progressed: Where learning stands.
            preview: (h, w, 3) uint8 sRGB, or None.

        Raises:
            OutputError: The folder cannot be written to.
        """
        base = self.folder / _FOLDER / f"{progressed.step:06d}"
        write_profile(base.with_suffix(".safetensors"), profile)
        if preview is not None:
            write_picture(base.with_suffix(".png"), preview)
        table = {
            "step": progressed.step,
            "total": progressed.total,
            "losses": [round(loss, 6) for loss in progressed.losses],
            "holdout_iou": dict(progressed.holdout_iou or {}),
            "score": progressed.score,
        }
        write_text(base.with_suffix(".json"), json.dumps(table, ensure_ascii=False) + "\n")
        kept = _checkpoint(base.with_suffix(".json"))
        assert kept is not None
        return kept


def checkpoints_in(folder: Path) -> tuple[Checkpoint, ...]:
    """Returns the checkpoints of a run in the order of their steps, from their small tables alone."""
    found = [_checkpoint(path) for path in sorted((folder / _FOLDER).glob("*.json"))]
    return tuple(sorted((c for c in found if c is not None), key=lambda c: c.step))


def best_of(checkpoints: Sequence[Checkpoint]) -> Checkpoint | None:
    """Returns the checkpoint with the highest score, the earliest of equals; the last where nothing was measured."""
    scored = [c for c in checkpoints if c.score is not None]
    if scored:
        return max(scored, key=lambda c: (c.score or 0.0, -c.step))
    return checkpoints[-1] if checkpoints else None


def overlay_picture(image: NDArray[np.uint8], channels: NDArray[np.uint8], parts: PartSet) -> NDArray[np.uint8]:
    """Returns a picture of at most 640 pixels with the parts' colours over it.

    Args:
        image: (H, W, 3) uint8 sRGB.
        channels: (h, w) uint8 channel numbers of any size: 0 background, k the k-th of `parts`, 255 unknown.
        parts: In the order of the channels.
    """
    picture = small_picture(image).astype(np.float32)
    size = (picture.shape[1], picture.shape[0])
    labels = np.asarray(cv2.resize(channels, size, interpolation=cv2.INTER_NEAREST))
    colours = np.array([(0, 0, 0), *(part.colour for part in parts)], np.float32)
    found = (labels != BACKGROUND) & (labels != UNKNOWN)
    picture[found] += _OPACITY * (colours[labels[found]] - picture[found])
    return np.asarray(picture.round(), np.uint8)


def small_picture(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns (H, W, 3) uint8 at a longer side of at most 640 pixels."""
    scale = min(1.0, _PREVIEW_PX / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Writes (h, w, 3) uint8 sRGB as a PNG, whole or not at all; raises OutputError where that fails."""
    write_bytes(path, cv2.imencode(".png", picture[..., ::-1])[1].tobytes())


def _checkpoint(path: Path) -> Checkpoint | None:
    try:
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        profile, preview = path.with_suffix(".safetensors"), path.with_suffix(".png")
        score = table["score"]
        return Checkpoint(
            int(table["step"]),
            int(table["total"]),
            profile,
            preview if preview.is_file() else None,
            {str(name): float(value) for name, value in table["holdout_iou"].items()},
            None if score is None else float(score),
            tuple(float(loss) for loss in table["losses"]),
        )
    except READING_FAULTS:
        return None
