"""What a run of the window is made from, written into the project so that the run can be repeated and resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.jobs import Job, Progress
from engine.media.anchors import COVERAGE_FOLDER
from engine.media.label_png import write_grey_png, write_label_png
from engine.results.review import read_review

_COMPLETE = "complete.json"


def painted_digest(painted: Painted) -> str:
    """Returns a text that differs wherever labels or coverage do."""
    digest = hashlib.sha256(painted.labels.tobytes())
    if painted.coverage is not None:
        digest.update(painted.coverage.tobytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class MadeFrom:
    """Digests of what a version is made from; where one differs now, the version is stale or another one is begun.

    Attributes:
        painted: Painted frames and the names and ids of parts; their colours do not count.
        profile: The profile's file, or "".
        settings: Whatever else decides the run.
        locks: What is locked in the version that it keeps frames of, or "".
    """

    painted: str
    profile: str
    settings: str
    locks: str

    @classmethod
    def parse(cls, text: str) -> MadeFrom | None:
        """Returns what `str` made a text of, or None where it is no such text."""
        digests = text.split(".")
        return cls(*digests) if len(digests) == len(fields(cls)) else None

    def __str__(self) -> str:
        return ".".join((self.painted, self.profile, self.settings, self.locks))


def painted_and_parts_digest(anchors: Mapping[int, str], parts: PartSet) -> str:
    """Returns a text that differs wherever a run would be led by something else.

    Args:
        anchors: Digest of what was painted, by frame.
        parts: The part table.
    """
    return digest_of([sorted(anchors.items()), [[part.id, part.name] for part in parts]])


def file_digest(path: Path) -> str:
    """Returns a text that differs once a file was written again."""
    try:
        facts = path.stat()
    except OSError:
        return digest_of([path.name])
    return digest_of([path.name, facts.st_size, facts.st_mtime_ns])


def locks_digest(result: Path) -> str:
    """Returns a text that differs once other frames are locked in a result, or their labels changed; "" without locks.

    Raises:
        InputError: Its review cannot be read.
    """
    review = read_review(result)
    if not review.frames and not review.parts:
        return ""
    locked = [sorted(review.frames), sorted((frame, sorted(ids)) for frame, ids in review.parts.items())]
    return digest_of([locked, [file_digest(path) for path in sorted(result.glob("edits/*"))]])


def digest_of(values: Sequence[Any]) -> str:
    """Returns a short digest of JSON values."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def write_anchors(folder: Path, painted: Mapping[int, Painted], stems: Mapping[int, str], parts: PartSet) -> Job[Path]:
    """Writes painted frames as label PNGs with their coverage, a frame a step, and returns the folder.

    A folder that was written before is used as it is: its name says what it holds.

    Raises:
        OutputError: The project cannot be written to.
    """
    if (folder / _COMPLETE).is_file():
        return folder
    for done, (frame, anchor) in enumerate(sorted(painted.items())):
        yield Progress("preparing", done, len(painted))
        name = f"{stems[frame]}.png"
        write_label_png(folder / name, anchor.labels, parts)
        if anchor.coverage is not None:
            write_grey_png(folder / COVERAGE_FOLDER / name, anchor.coverage)
    write_text(folder / _COMPLETE, json.dumps({"frames": sorted(painted)}))
    return folder
