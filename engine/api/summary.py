"""What `segment` says at its end: where the result is, and where to look first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.domain.frames import frames_text
from engine.results.record import ResultRecord

_LOOK_AT = 5
_DOUBTFUL = 0.5


@dataclass(frozen=True)
class SegmentSummary:
    """A finished result in numbers.

    Attributes:
        folder: The result folder.
        frames: Numbers of the frames in it, ascending.
        confidence: Mean confidence per part name, [0, 1].
        flicker: Mean flicker per part name, [0, 1].
        weakest: Frames with the lowest confidence, worst first, with the reason.
    """

    folder: Path
    frames: tuple[int, ...]
    confidence: dict[str, float]
    flicker: dict[str, float]
    weakest: tuple[tuple[int, float, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        return {
            "result": str(self.folder),
            "frames": list(self.frames),
            "confidence": self.confidence,
            "flicker": self.flicker,
            "weakest": [{"frame": f, "confidence": c, "reason": r} for f, c, r in self.weakest],
        }

    def to_text(self) -> str:
        """Returns the summary for a person."""
        count = "1 frame" if len(self.frames) == 1 else f"{len(self.frames)} frames"
        lines = [f"Segmented {count} ({frames_text(self.frames)}).", f"Result: {self.folder}"]
        width = max((len(name) for name in self.confidence), default=0)
        for name, value in self.confidence.items():
            lines.append(f"  {name:<{width}}  confidence {value:.2f}  flicker {self.flicker.get(name, 0.0):.3f}")
        if self.weakest:
            lines.append("Look first at:")
            lines += [f"  frame {frame}  confidence {value:.2f}  {reason}" for frame, value, reason in self.weakest]
        return "\n".join(lines)


def summarise(folder: Path, record: ResultRecord) -> SegmentSummary:
    """Returns the summary of a result."""
    frames = record.frames
    doubtful = sorted(
        ((number, min(frame.confidence.values(), default=1.0), frame.reason) for number, frame in frames.items()),
        key=lambda row: (row[1], row[0]),
    )
    return SegmentSummary(
        folder=folder,
        frames=tuple(frames),
        confidence=_means([frame.confidence for frame in frames.values()]),
        flicker=_means([frame.flicker for frame in frames.values() if frame.flicker]),
        weakest=tuple(row for row in doubtful[:_LOOK_AT] if row[1] < _DOUBTFUL),
    )


def _means(rows: list[Mapping[str, float]]) -> dict[str, float]:
    names = {name: None for row in rows for name in row}
    return {name: round(sum(row.get(name, 0.0) for row in rows) / len(rows), 4) for name in names}
