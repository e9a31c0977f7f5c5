"""Stamps: what a frame of a result is made of right now, for readers that keep things made from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from engine.errors import READING_FAULTS, InputError
from engine.results.edits import EDITS_FOLDER
from engine.results.folder import LABELS_FOLDER, SCORES_FOLDER, ResultReader
from engine.results.review import REVIEW_NAME


def frame_stamp(reader: ResultReader, frame: int) -> str:
    """Returns 32 hex digits that change when the frame's labels, scores, edits or the clip's areas change.

    Raises:
        InputError: The result has no such frame, or it cannot be read.
    """
    if frame not in reader.record.frames:
        raise InputError(f"The result '{reader.folder}' has no frame {frame}.")
    stem = reader.record.frames[frame].stem
    digest = hashlib.blake2b(str(frame).encode(), digest_size=16)
    for path in _files(reader.folder, stem):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"'{path}' cannot be read: {error.strerror}. Segment this frame again.") from error
        digest.update(f"{path.name} {len(content)}".encode())
        digest.update(content)
    digest.update(_areas(reader.folder / REVIEW_NAME))
    return digest.hexdigest()


def _files(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / LABELS_FOLDER / f"{stem}.png"
    yield folder / SCORES_FOLDER / f"{stem}.npz"
    edit = folder / EDITS_FOLDER / f"{stem}.png"
    if edit.exists():
        yield edit


def _areas(path: Path) -> bytes:
    """Returns the areas of the review as bytes; locks and notes change no matte."""
    try:
        review = json.loads(path.read_text(encoding="utf-8"))
    except READING_FAULTS:
        return b""
    areas = review.get("areas") if isinstance(review, dict) else None
    return json.dumps(areas, sort_keys=True).encode() if areas else b""
