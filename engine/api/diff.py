"""Diff: which frames of two results of a clip differ, by how much, and in which parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.jobs import Job, Progress
from engine.results.folder import ResultReader

if TYPE_CHECKING:
    from engine.correct.diff import FrameDifference


@dataclass(frozen=True)
class DiffRequest:
    """What to compare.

    Attributes:
        old: The earlier result.
        new: The later one.
        frames: Only these; empty is all that both results hold.
        least: Change of a part from which on a frame is named, [0, 1].
    """

    old: Path
    new: Path
    frames: tuple[int, ...] = ()
    least: float = 0.01


@dataclass(frozen=True)
class DiffSummary:
    """The frames that changed.

    Attributes:
        compared: Number of frames that both results hold.
        frames: Those that changed, the most changed first.
    """

    compared: int
    frames: tuple[FrameDifference, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        rows = [
            {"frame": row.frame, "share": round(row.share, 6), "parts": {n: round(v, 4) for n, v in row.parts.items()}}
            for row in self.frames
        ]
        return {"compared": self.compared, "frames": rows}


def diff(request: DiffRequest) -> Job[DiffSummary]:
    """Compares two results frame by frame, as they are shown.

    Yields:
        Progress for each frame.

    Raises:
        InputError: A result cannot be read, or the plates differ in size.
    """
    from engine.correct.diff import changed_frames, differences

    old, new = ResultReader(request.old), ResultReader(request.new)
    both = set(old.numbers) & set(new.numbers)
    total = len(both & set(request.frames) if request.frames else both)
    found: list[FrameDifference] = []
    for row in differences(old, new, request.frames):
        found.append(row)
        yield Progress("comparing", len(found), total)
    return DiffSummary(len(found), tuple(changed_frames(found, least=request.least)))
