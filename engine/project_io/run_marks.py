"""A mark beside a clip's results while a run is under way: what a crash leaves is offered to be gone on with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.domain.frames import FrameRange
from engine.domain.project import check_id
from engine.errors import READING_FAULTS, InputError
from engine.project_io.versions import RESULT_FOLDER

_MARK = "running.json"


@dataclass(frozen=True)
class RunMark:
    """A run that had begun.

    Attributes:
        version: Name of the version it goes into.
        only: The frames that were asked for, or None for all of them.
        choice: How it is done, as JSON values.
    """

    version: str
    only: FrameRange | None
    choice: Mapping[str, Any]


def mark_begun(project: Path, clip_id: str, mark: RunMark) -> None:
    """Notes that a run has begun.

    Raises:
        OutputError: The project cannot be written to.
    """
    only = [mark.only.start, mark.only.stop] if mark.only is not None else None
    table = {"version": mark.version, "only": only, "choice": dict(mark.choice)}
    write_text(_path(project, clip_id), json.dumps(table))


def mark_ended(project: Path, clip_id: str) -> None:
    """Takes the note away: the run ended and said how."""
    try:
        _path(project, clip_id).unlink(missing_ok=True)
    except OSError:
        return  # worst case: the run is offered once more, and finds everything done


def read_mark(project: Path, clip_id: str) -> RunMark | None:
    """Returns the run that was cut off, or None."""
    try:
        table = json.loads(_path(project, clip_id).read_text(encoding="utf-8"))
        only = FrameRange(*map(int, table["only"])) if table["only"] is not None else None
        return RunMark(str(table["version"]), only, dict(table["choice"]))
    except READING_FAULTS + (InputError,):
        return None


def _path(project: Path, clip_id: str) -> Path:
    check_id(clip_id)
    return project / RESULT_FOLDER / clip_id / _MARK
