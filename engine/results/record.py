"""`result.json`: what a result folder holds and what it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from engine.atomic import write_text
from engine.domain.parts import PartSet
from engine.errors import READING_FAULTS, InputError

SCHEMA_VERSION = 1
RECORD_NAME = "result.json"
_MOST_PIXELS = 1 << 30
"""Far beyond any plate; a number from a damaged file must not be taken for memory to fill."""


@dataclass(frozen=True)
class FrameRecord:
    """What is known of one finished frame.

    Attributes:
        stem: File stem of its labels and scores.
        state: draft, done, or stale (made from something that has changed since).
        confidence: Per part name, [0, 1].
        reason: What the confidence rests on.
        flicker: Per part name, motion-compensated disagreement with the frame before, [0, 1]; empty until measured.
    """

    stem: str
    state: Literal["draft", "done", "stale"]
    confidence: Mapping[str, float]
    reason: str = ""
    flicker: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultRecord:
    """What a result folder holds.

    Attributes:
        fingerprint: What the result was made from: clip content id, range, profile and anchor hashes, settings,
            versions. Two runs with equal fingerprints may share a folder.
        parts: The part table.
        clip: Path, size, rate and colour space of the clip, for readers that want the plate, the numbers of the frames
            that a finished run holds, and the first frames of new shots.
        frames: Records by frame number.
    """

    fingerprint: Mapping[str, Any]
    parts: PartSet
    clip: Mapping[str, Any]
    frames: Mapping[int, FrameRecord] = field(default_factory=dict)

    @property
    def plate_hw(self) -> tuple[int, int]:
        """Height and width of the plate in pixels."""
        return int(self.clip["height"]), int(self.clip["width"])

    def with_frames(self, frames: Mapping[int, FrameRecord]) -> ResultRecord:
        """Returns the record with these frames, ascending."""
        return replace(self, frames=dict(sorted(frames.items())))


def fingerprint_digest(fingerprint: Mapping[str, Any]) -> str:
    """Returns a SHA-256 over the fingerprint's canonical JSON."""
    return hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()


def write_record(folder: Path, record: ResultRecord) -> None:
    """Writes `result.json` whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    table = {
        "schema_version": SCHEMA_VERSION,
        "fingerprint": dict(record.fingerprint),
        "clip": dict(record.clip),
        "parts": record.parts.to_json(),
        "frames": {
            str(number): {
                "stem": frame.stem,
                "state": frame.state,
                "confidence": dict(frame.confidence),
                "flicker": dict(frame.flicker),
                "reason": frame.reason,
            }
            for number, frame in record.frames.items()
        },
    }
    write_text(folder / RECORD_NAME, json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def read_record(folder: Path) -> ResultRecord:
    """Reads `result.json` of a result folder.

    Raises:
        InputError: The folder is no result, the file is damaged, or it comes from a newer version.
    """
    path = folder / RECORD_NAME
    if not path.is_file():
        raise InputError(f"'{folder}' is no result: it has no {RECORD_NAME}. Give the folder that `segment` wrote.")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        version = table["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise InputError(
                f"'{path}' was written by a newer version (schema {version}; this one reads {SCHEMA_VERSION}). "
                "Nothing was changed. Update SMITE Studio to open it."
            )
        frames = {int(number): _frame_record(row) for number, row in table["frames"].items()}
        return ResultRecord(
            _table(table["fingerprint"]), PartSet.from_json(table["parts"]), _clip(table["clip"])
        ).with_frames(frames)
    except READING_FAULTS as error:
        raise InputError(
            f"'{path}' is damaged ({type(error).__name__}: {error}). The labels and scores beside it are untouched; "
            "run `segment` again with --overwrite to rebuild the record (the old folder is kept)."
        ) from error


def _frame_record(row: Mapping[str, Any]) -> FrameRecord:
    stem, state = str(row["stem"]), row["state"]
    if Path(stem).name != stem or stem in {"", ".", ".."}:
        raise ValueError(f"'{stem}' is no file stem")
    if state not in ("draft", "done", "stale"):
        raise ValueError(f"unknown state '{state}'")
    confidence, flicker = _figures(row["confidence"]), _figures(row.get("flicker", {}))
    return FrameRecord(stem, state, confidence, str(row.get("reason", "")), flicker)


def _figures(values: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r:.80} is no table")
    return value


def _clip(value: Any) -> dict[str, Any]:
    clip = _table(value)
    height, width = int(clip["height"]), int(clip["width"])
    if min(height, width) < 1 or height * width > _MOST_PIXELS:
        raise ValueError(f"no plate is {width}x{height}")
    frames = {"frames": [int(number) for number in clip["frames"]]} if "frames" in clip else {}
    return {**clip, **frames}
