"""References of a project as they were when Train was pressed: labels as PNGs, images where they lie.

The window writes a snapshot from what is painted, saved or not; the worker reads it. A run that is resumed learns from
the same paint, whatever happened to the project since.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.atomic import write_text
from engine.domain.labels import UNKNOWN, Painted
from engine.domain.parts import PartSet
from engine.domain.reference import Reference
from engine.errors import READING_FAULTS, InputError
from engine.jobs import Job, Progress
from engine.media import MediaSource, open_clip
from engine.media.colour import to_srgb
from engine.media.label_png import read_label_png, write_grey_png, write_label_png
from engine.media.stills import read_still

_TABLE = "snapshot.json"
_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class SnapshotRow:
    """One picture of a snapshot.

    Attributes:
        name: What messages call it.
        image: The still, or the clip that holds the frame.
        frame: Frame number, or None for a still.
        colour_space: Input colour space of the clip.
        holdout: Kept out of learning.
        painted: Its labels; None where it is only looked at (a frame for previews).
    """

    name: str
    image: Path
    frame: int | None
    colour_space: str = "auto"
    holdout: bool = False
    painted: Painted | None = None


@dataclass(frozen=True)
class ClipOfReferences:
    """The clip that most references are frames of.

    Attributes:
        path: Where it lies.
        colour_space: Its input colour space.
        frames: Numbers of the frames in question: painted, held out, looked at.
    """

    path: Path
    colour_space: str
    frames: tuple[int, ...]


@dataclass(frozen=True)
class SnapshotContent:
    """A snapshot with its pixels.

    Attributes:
        parts: The part table.
        references: Painted pictures; `frame` is set where they are frames of `clip`.
        clip: The clip that most of them belong to, or None.
        picture: Where previews are drawn, or None.
    """

    parts: PartSet
    references: tuple[Reference, ...]
    clip: ClipOfReferences | None
    picture: Reference | None


def write_snapshot(folder: Path, rows: Sequence[SnapshotRow], parts: PartSet, *, watched: str = "") -> None:
    """Writes a snapshot; its table comes last, so that half of one is none.

    Args:
        folder: A new folder.
        rows: The pictures.
        parts: The part table.
        watched: Name of the row that previews are drawn on, or "".

    Raises:
        OutputError: The folder cannot be written to.
    """
    table = []
    for number, row in enumerate(rows, start=1):
        entry: dict[str, Any] = {
            "name": row.name,
            "image": str(row.image),
            "frame": row.frame,
            "colour_space": row.colour_space,
            "holdout": row.holdout,
        }
        if row.painted is not None:
            entry["labels"] = f"{number:03d}.png"
            write_label_png(folder / entry["labels"], row.painted.labels, parts)
            if row.painted.coverage is not None:
                entry["coverage"] = f"{number:03d}.coverage.png"
                write_grey_png(folder / entry["coverage"], row.painted.coverage)
        table.append(entry)
    document = {"schema_version": _SCHEMA_VERSION, "parts": parts.to_json(), "watched": watched, "references": table}
    write_text(folder / _TABLE, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def is_snapshot(folder: Path) -> bool:
    """Tells whether a folder holds a whole snapshot."""
    return (folder / _TABLE).is_file()


def read_snapshot(folder: Path) -> Job[SnapshotContent]:
    """Yields progress and returns the pictures with their labels.

    Raises:
        InputError: An image or a label file is missing, damaged, or of another size.
    """
    try:
        document = json.loads((folder / _TABLE).read_text(encoding="utf-8"))
        parts = PartSet.from_json(document["parts"])
        rows, watched = list(document["references"]), str(document.get("watched", ""))
        clip = _main_clip(rows)
        sources: dict[tuple[str, str], MediaSource] = {}
        references: list[Reference] = []
        picture = None
        try:
            for done, row in enumerate(rows):
                yield Progress("reading references", done, len(rows))
                reference = _reference(folder, row, sources, clip)
                if "labels" in row:
                    references.append(reference)
                if reference.name == watched:
                    picture = reference
        finally:
            for source in sources.values():
                source.close()
    except READING_FAULTS as error:
        raise InputError(f"The references of the run '{folder}' are damaged ({error}). Start a new run.") from error
    return SnapshotContent(parts, tuple(references), clip, picture)


def _reference(
    folder: Path, row: dict[str, Any], sources: dict[tuple[str, str], MediaSource], clip: ClipOfReferences | None
) -> Reference:
    path, frame, colour_space = Path(row["image"]), row["frame"], str(row["colour_space"])
    if frame is None:
        image = to_srgb(read_still(path))
    else:
        key = (str(path), colour_space)
        if key not in sources:
            sources[key] = open_clip(path, colour_space=colour_space)
        image = np.ascontiguousarray(sources[key].read(int(frame)))
    if "labels" in row:
        coverage = read_label_png(folder / row["coverage"]) if "coverage" in row else None
        painted = Painted(read_label_png(folder / row["labels"]), coverage)
    else:
        painted = Painted(np.full(image.shape[:2], UNKNOWN, np.uint8))
    reference = Reference(str(row["name"]), image, painted, holdout=bool(row["holdout"]))
    in_clip = clip is not None and (path, colour_space) == (clip.path, clip.colour_space)
    return replace(reference, frame=int(frame)) if in_clip and frame is not None else reference


def _main_clip(rows: Sequence[dict[str, Any]]) -> ClipOfReferences | None:
    """Returns the clip with most painted frames, the first of equals."""
    frames: dict[tuple[str, str], list[int]] = {}
    painted: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["frame"] is not None:
            key = (str(row["image"]), str(row["colour_space"]))
            frames.setdefault(key, []).append(int(row["frame"]))
            painted[key] = painted.get(key, 0) + ("labels" in row and not row["holdout"])
    if not any(painted.values()):
        return None
    key = max(painted, key=lambda name: painted[name])
    return ClipOfReferences(Path(key[0]), key[1], tuple(sorted(set(frames[key]))))
