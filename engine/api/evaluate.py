"""Evaluate: a result against true masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.jobs import Job
from engine.results.folder import LABELS_FOLDER, ResultReader
from engine.results.record import RECORD_NAME

if TYPE_CHECKING:
    from engine.domain.parts import PartSet
    from engine.evaluation import Report


@dataclass(frozen=True)
class EvaluateRequest:
    """What to measure.

    Attributes:
        truth: Folder with true label maps; it may cover only some frames.
        result: Result folder, or a bare folder of label PNGs.
        exclude_frames: Frames that are not scored, usually those that were painted.
        parts: Part names where `result` is a bare folder.
    """

    truth: Path
    result: Path
    exclude_frames: Collection[int] = ()
    parts: PartSet | None = None


def evaluate(request: EvaluateRequest) -> Job[Report]:
    """Returns IoU, boundary F, mIoU and flicker, per part and mean.

    Raises:
        InputError: Truth and result share no frame, or their sizes differ.
    """
    from engine.evaluation import evaluate as compare

    folder, parts = request.result, request.parts
    if (folder / RECORD_NAME).is_file():
        parts = parts or ResultReader(folder).parts
        folder = folder / LABELS_FOLDER
    return (yield from compare(request.truth, folder, parts=parts, exclude_frames=frozenset(request.exclude_frames)))
