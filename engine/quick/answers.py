"""From class probabilities at working size to the scores that are handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.domain.scores import FrameScores, PlateMap
from engine.domain.task import ClipTask
from engine.quick.painted import canonical_ids

_EMPTY = 1 / 510  # below it a score is 0 in the stored 8-bit form
_MARGIN = 4


@dataclass(frozen=True)
class Plate:
    """Sizes of the plate and of the working images, and the order in which parts are handed out.

    Attributes:
        plate_size: (width, height).
        working_size: (width, height).
        part_ids: Label values in the order of the parts' table.
        canonical_ids: Label values in the order of the channels.
    """

    plate_size: tuple[int, int]
    working_size: tuple[int, int]
    part_ids: tuple[int, ...]
    canonical_ids: tuple[int, ...]

    @classmethod
    def of(cls, task: ClipTask, working_size: tuple[int, int]) -> Plate:
        """Returns the sizes and orders of a task."""
        info = task.source.info
        return cls((info.width, info.height), working_size, task.parts.ids, canonical_ids(task.parts))


@dataclass(frozen=True)
class Belief:
    """What a frame's confidence rests on.

    Attributes:
        confidence: Per part in canonical order, in [0, 1].
        reason: One short sentence.
    """

    confidence: tuple[float, ...]
    reason: str


def frame_scores(
    frame: int,
    probabilities: NDArray[np.float32],
    belief: Belief,
    plate: Plate,
    *,
    state: Literal["draft", "done"] = "done",
) -> FrameScores:
    """Returns (K+1, h, w) canonical probabilities as scores in the parts' own order, cut to the box they fill."""
    order = [plate.canonical_ids.index(part_id) for part_id in plate.part_ids]
    rows, columns = _filled_box(probabilities)
    values = np.clip(probabilities[:, rows, columns], 0.0, 1.0)
    values = values / np.maximum(values.sum(0, keepdims=True), 1e-6)
    values = values[[0, *(place + 1 for place in order)]]
    scale_x = plate.plate_size[0] / plate.working_size[0]
    scale_y = plate.plate_size[1] / plate.working_size[1]
    return FrameScores(
        frame=frame,
        values=np.ascontiguousarray(values, np.float32),
        part_ids=plate.part_ids,
        to_plate=PlateMap(scale_x, scale_y, columns.start * scale_x, rows.start * scale_y),
        confidence=tuple(belief.confidence[place] for place in order),
        reason=belief.reason,
        state=state,
    )


def _filled_box(probabilities: NDArray[np.float32]) -> tuple[slice, slice]:
    filled = probabilities[0] < 1.0 - _EMPTY
    rows, columns = np.flatnonzero(filled.any(1)), np.flatnonzero(filled.any(0))
    if not len(rows):
        return slice(0, 1), slice(0, 1)
    height, width = filled.shape
    return (
        slice(max(0, int(rows[0]) - _MARGIN), min(height, int(rows[-1]) + 1 + _MARGIN)),
        slice(max(0, int(columns[0]) - _MARGIN), min(width, int(columns[-1]) + 1 + _MARGIN)),
    )


def sentence(names: Sequence[str]) -> str:
    """Returns 'wheel, door and roof'."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
