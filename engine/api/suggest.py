"""Suggest: which frames of which results are worth painting or correcting next, and why."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.api.clip_setup import flow_store
from engine.api.spread import clip_of
from engine.errors import InputError
from engine.jobs import Job, Progress
from engine.results.folder import ResultReader


@dataclass(frozen=True)
class SuggestRequest:
    """What to look through.

    Attributes:
        results: Result folders.
        count: How many frames will be painted: the best set of two is not the best frame and the next best.
        cache_folder: Where optical flow is kept between runs; None keeps it in memory only.
    """

    results: tuple[Path, ...]
    count: int = 5
    cache_folder: Path | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InputError(f"At least 1 frame must be asked for; got {self.count}.")
        if not self.results:
            raise InputError("There is no result to look through. Segment a clip first.")


@dataclass(frozen=True)
class SuggestedFrame:
    """A frame that is worth painting.

    Attributes:
        result: Its result folder.
        frame: Its number.
        score: How much it helps, in wholly wrong mattes that would be right.
        reason: One line that says why.
    """

    result: Path
    frame: int
    score: float
    reason: str


@dataclass(frozen=True)
class SuggestSummary:
    """Frames worth painting, best first."""

    frames: tuple[SuggestedFrame, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        rows = [
            {"result": str(row.result), "frame": row.frame, "score": round(row.score, 4), "reason": row.reason}
            for row in self.frames
        ]
        return {"frames": rows}

    def to_text(self) -> str:
        """Returns the summary for a person."""
        if not self.frames:
            return "Every frame is painted, locked or corrected by hand already."
        return "\n".join(
            ["Paint these next:"]
            + [f"  {row.result.name or row.result}  frame {row.frame}  {row.reason}" for row in self.frames]
        )


def suggest(request: SuggestRequest) -> Job[SuggestSummary]:
    """Looks through results and returns the frames most worth painting.

    Yields:
        Progress for each frame looked at.

    Raises:
        InputError: A result or its clip cannot be read.
    """
    from engine.correct.suggest import SeenClip, look_at, suggestions

    seen: list[SeenClip] = []
    for folder in request.results:
        reader = ResultReader(folder)
        with closing(clip_of(reader, None)) as source:
            looking = look_at(seen, reader, source, flow_store(request.cache_folder, source))
            for done, _ in enumerate(looking, start=1):
                yield Progress("looking for frames to paint", done, 0)
    found = suggestions(seen, request.count)
    return SuggestSummary(
        tuple(SuggestedFrame(request.results[row.result], row.frame, row.score, row.reason) for row in found)
    )
