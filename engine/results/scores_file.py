"""One frame's scores on disk: 8 bits a channel, cropped to where it is not surely background."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.atomic import replacing
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError
from engine.results.quantise import largest_remainder


def write_scores(path: Path, scores: FrameScores) -> None:
    """Writes `scores` as a compressed .npz without pickled objects.

    Raises:
        OutputError: The file cannot be written.
    """
    codes = largest_remainder(scores.values, 255).astype(np.uint8)
    rows, columns = _box_of_interest(codes)
    place = scores.to_plate
    offset_x = place.offset_x + columns.start * place.scale_x
    offset_y = place.offset_y + rows.start * place.scale_y
    note = {
        "frame": scores.frame,
        "part_ids": list(scores.part_ids),
        "confidence": [round(float(c), 4) for c in scores.confidence],
        "reason": scores.reason,
        "state": scores.state,
    }
    with replacing(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(
            stream,
            scores=codes[:, rows, columns],
            to_plate=np.array([place.scale_x, place.scale_y, offset_x, offset_y]),
            note=np.frombuffer(json.dumps(note).encode(), np.uint8),
        )


def read_scores(path: Path) -> FrameScores:
    """Reads what `write_scores` wrote; the channels sum to 1 again.

    Raises:
        InputError: The file is missing or damaged.
    """
    try:
        # numpy leaves a file open that it opened itself and found damaged.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            codes, place, note = data["scores"], data["to_plate"], json.loads(bytes(data["note"]))
            return FrameScores(
                frame=int(note["frame"]),
                values=codes.astype(np.float32) / 255,
                part_ids=tuple(int(value) for value in note["part_ids"]),
                to_plate=PlateMap(*(float(value) for value in place)),
                confidence=tuple(float(value) for value in note["confidence"]),
                reason=str(note["reason"]),
                state=note["state"],
            )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"The scores '{path}' cannot be read ({error}). Segment this frame again.") from error


def _box_of_interest(codes: NDArray[np.uint8]) -> tuple[slice, slice]:
    inside = codes[0] < 255
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    top, left = max(rows[0] - 1, 0), max(columns[0] - 1, 0)
    return slice(int(top), int(rows[-1] + 2)), slice(int(left), int(columns[-1] + 2))
