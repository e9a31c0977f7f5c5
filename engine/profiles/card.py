"""What can be told of a profile from the head of its file alone: quick, whatever its tensors weigh."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.parts import PartSet
from engine.domain.profile import Backbone
from engine.errors import READING_FAULTS, InputError
from engine.profiles.file import HEADER_KEY, header_of

_MOST_HEADER_BYTES = 16 << 20
_THUMBNAIL = "thumbnail/0"
_MOST_THUMBNAIL_BYTES = 4 << 20


@dataclass(frozen=True)
class ProfileCard:
    """A profile as lists show it.

    Attributes:
        path: Its file.
        parts: The parts it tells apart.
        backbone: Which backbone can use it.
        model: Id of the pretrained model it needs, or "".
        score: Mean hold-out IoU in [0, 1], or None where nothing was held out.
        steps: Learning steps, or 0.
        references: Names of the references it was learned from.
        learned_at: ISO time, or "".
        licence: What the licence of the pretrained model asks, or "".
        num_bytes: Size of the file.
    """

    path: Path
    parts: PartSet
    backbone: Backbone
    model: str
    score: float | None
    steps: int
    references: tuple[str, ...]
    learned_at: str
    licence: str
    num_bytes: int

    @property
    def name(self) -> str:
        """What lists call it: its file name without suffix."""
        return self.path.stem


def read_card(path: Path) -> ProfileCard:
    """Returns the card of a profile; its tensors are not read.

    Raises:
        InputError: The file is missing, damaged, no profile, or from a newer version.
    """
    header = header_of(path, _head(path))
    try:
        return _card(path, header)
    except READING_FAULTS as error:
        raise InputError(f"The profile '{path}' is damaged ({error}). Train it again, or use a copy.") from error


def _card(path: Path, header: Mapping[str, Any]) -> ProfileCard:
    training = header.get("training")
    record: Mapping[str, Any] = training if isinstance(training, dict) else {}
    model = header.get("model")
    score, steps = record.get("holdout_iou"), record.get("steps")
    names = record.get("references")
    return ProfileCard(
        path=path,
        parts=PartSet.from_json(header.get("parts")),
        backbone=header["backbone"],
        model=str(model.get("id", "")) if isinstance(model, dict) else "",
        score=float(score) if isinstance(score, int | float) and math.isfinite(score) else None,
        steps=steps if isinstance(steps, int) else 0,
        references=tuple(str(name) for name in names) if isinstance(names, list) else (),
        learned_at=str(record.get("learned_at", "")),
        licence=str(header.get("licence", "")),
        num_bytes=path.stat().st_size,
    )


def read_first_thumbnail(path: Path) -> NDArray[np.uint8] | None:
    """Returns the (h, w, 3) uint8 sRGB picture of a profile's first reference, or None where there is none."""
    try:
        head = _head(path)
        entry = json.loads(head[8:])[_THUMBNAIL]
        height, width, channels = (int(side) for side in entry["shape"])
        first, last = (int(offset) for offset in entry["data_offsets"])
        if entry["dtype"] != "U8" or channels != 3 or not 0 < last - first <= _MOST_THUMBNAIL_BYTES:
            return None
        with path.open("rb") as file:
            file.seek(len(head) + first)
            data = file.read(last - first)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)
    except READING_FAULTS + (InputError,):
        return None


def _head(path: Path) -> bytes:
    """Returns the length and the JSON at the start of a safetensors file."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if not 2 <= length <= _MOST_HEADER_BYTES:
                return start  # refused as no profile by whoever reads it
            return start + file.read(length)
    except OSError as error:
        raise InputError(f"The profile '{path}' cannot be read ({error.strerror or error}).") from error


def with_header(data: bytes, changes: Mapping[str, Any]) -> bytes:
    """Returns a profile file with other entries in its header; every tensor stays as it is to the bit.

    Args:
        data: The whole file, which `read_profile` accepts.
        changes: Entries of the profile's header to replace.
    """
    (length,) = struct.unpack("<Q", data[:8])
    table = json.loads(data[8 : 8 + length])
    inner = {**json.loads(table["__metadata__"][HEADER_KEY]), **changes}
    table["__metadata__"][HEADER_KEY] = json.dumps(inner, ensure_ascii=False)
    text = json.dumps(table, ensure_ascii=False).encode(errors="backslashreplace")
    text += b" " * (-len(text) % 8)  # safetensors aligns its tensors
    return struct.pack("<Q", len(text)) + text + data[8 + length :]
