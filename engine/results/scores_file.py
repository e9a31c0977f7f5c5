"""One frame's scores on disk: 8 bits a channel, cropped to where it is not surely background."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from engine.atomic import replacing
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import READING_FAULTS, InputError
from engine.results.quantise import largest_remainder

_MOST_BYTES = 1 << 30
"""255 channels of a working image of 2048 x 2048; a zip of zeros grows a thousandfold."""
_DAMAGES = READING_FAULTS + (
    RuntimeError,  # a password, or a way of packing that zipfile does not know
    SyntaxError,  # numpy takes the head of an array for a Python literal
    TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What a damaged archive of arrays is met with, by zipfile, zlib, numpy and json."""


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
        with path.open("rb") as stream, _archive(stream) as data:
            return _scores(data["scores"], data["to_plate"], json.loads(bytes(data["note"])))
    except _DAMAGES as error:
        raise InputError(f"The scores '{path}' cannot be read ({error}). Segment this frame again.") from error


def _scores(codes: NDArray[np.uint8], place: NDArray[np.float64], note: Mapping[str, Any]) -> FrameScores:
    """Returns the scores; raises ValueError, KeyError or TypeError where the values do not go together."""
    part_ids = tuple(int(value) for value in note["part_ids"])
    confidence = tuple(float(value) for value in note["confidence"])
    to_plate = PlateMap(*(float(value) for value in place))
    if codes.dtype != np.uint8 or codes.ndim != 3 or codes.shape[0] != len(part_ids) + 1 or not codes.size:
        raise ValueError(f"{codes.dtype} {codes.shape} are no scores of {len(part_ids)} parts")
    if len(confidence) != len(part_ids) or not all(0 <= value <= 1 for value in confidence):
        raise ValueError("there is not one confidence for each part")
    if not np.isfinite(place).all() or to_plate.scale_x <= 0 or to_plate.scale_y <= 0:
        raise ValueError("the place on the plate makes no sense")
    if note["state"] not in ("draft", "done"):
        raise ValueError(f"unknown state '{note['state']}'")
    return FrameScores(
        frame=int(note["frame"]),
        values=codes.astype(np.float32) / np.float32(255),
        part_ids=part_ids,
        to_plate=to_plate,
        confidence=confidence,
        reason=str(note["reason"]),
        state=note["state"],
    )


def _archive(stream: BinaryIO) -> NpzFile:
    """Opens an archive of arrays; one that would unpack to more than any frame needs is refused."""
    with zipfile.ZipFile(stream) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _MOST_BYTES:
        raise ValueError(f"it would unpack to {size} bytes")
    stream.seek(0)
    opened: NpzFile = np.load(stream, allow_pickle=False)
    return opened


def _box_of_interest(codes: NDArray[np.uint8]) -> tuple[slice, slice]:
    inside = codes[0] < 255
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    top, left = max(rows[0] - 1, 0), max(columns[0] - 1, 0)
    return slice(int(top), int(rows[-1] + 2)), slice(int(left), int(columns[-1] + 2))
