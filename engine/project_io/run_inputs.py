"""What a run of the window is made from, written into the project so that the run can be repeated and resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.jobs import Job, Progress
from engine.media.anchors import COVERAGE_FOLDER
from engine.media.label_png import write_grey_png, write_label_png

_COMPLETE = "complete.json"


def painted_digest(painted: Painted) -> str:
    """Returns a text that differs wherever labels or coverage do."""
    digest = hashlib.sha256(painted.labels.tobytes())
    if painted.coverage is not None:
        digest.update(painted.coverage.tobytes())
    return digest.hexdigest()[:16]


def inputs_digest(anchors: Mapping[int, str], parts: PartSet, settings: Mapping[str, Any]) -> str:
    """Returns a text that differs wherever a run would say something else.

    Args:
        anchors: Digest of what was painted, by frame.
        parts: Their ids and names count, not their colours.
        settings: Whatever else decides the run.
    """
    facts = [sorted(anchors.items()), [[part.id, part.name] for part in parts], settings]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:16]


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
