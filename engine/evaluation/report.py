"""What an evaluation found, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.frames import frames_text


@dataclass(frozen=True)
class PartFigures:
    """Figures of one part.

    Attributes:
        name: The part's name.
        j: Mean IoU over the scored frames; frames in which neither truth nor result shows the part count 1 (DAVIS).
        f: Mean boundary F over the scored frames.
        iou_where_present: Mean IoU over the frames in which the truth shows the part.
        frames_present: In how many scored frames the truth shows it.
        flicker: Mean share of the part that changes where the truth does not, or None without neighbouring frames.
    """

    name: str
    j: float
    f: float
    iou_where_present: float
    frames_present: int
    flicker: float | None


@dataclass(frozen=True)
class Report:
    """Figures of a whole result, all in [0, 1].

    Attributes:
        parts: Figures of the parts that the truth shows in any scored frame.
        j: Mean of the parts' J.
        f: Mean of the parts' F.
        miou: Mean over parts and background of the IoU over the frames in which the truth shows them.
        miou_parts: The same without background.
        flicker: Mean of the parts' flicker, or None without neighbouring frames.
        frames: The scored frames.
        j_by_frame: J of each part by name, by frame number.
        tolerance_px: Distance within which boundaries match.
    """

    parts: tuple[PartFigures, ...]
    j: float
    f: float
    miou: float
    miou_parts: float
    flicker: float | None
    frames: tuple[int, ...]
    j_by_frame: Mapping[int, Mapping[str, float]]
    tolerance_px: int

    def to_json(self) -> dict[str, Any]:
        """Returns the report as JSON values."""
        return {
            "mean": {
                "J": self.j,
                "F": self.f,
                "J&F": (self.j + self.f) / 2,
                "mIoU": self.miou,
                "mIoU_parts": self.miou_parts,
                "flicker": self.flicker,
            },
            "parts": {
                part.name: {
                    "J": part.j,
                    "F": part.f,
                    "IoU_where_present": part.iou_where_present,
                    "frames_present": part.frames_present,
                    "flicker": part.flicker,
                }
                for part in self.parts
            },
            "frames": list(self.frames),
            "J_by_frame": {str(frame): dict(values) for frame, values in self.j_by_frame.items()},
            "boundary_tolerance_px": self.tolerance_px,
        }

    def to_text(self) -> str:
        """Returns an aligned table with a row for each part."""
        rows = [("part", "J", "F", "flicker", "frames")]
        rows += [
            (part.name, f"{part.j:.3f}", f"{part.f:.3f}", _figure(part.flicker), str(part.frames_present))
            for part in self.parts
        ]
        rows.append(("mean", f"{self.j:.3f}", f"{self.f:.3f}", _figure(self.flicker), str(len(self.frames))))
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        lines = [
            row[0].ljust(widths[0]) + "".join("  " + cell.rjust(widths[i + 1]) for i, cell in enumerate(row[1:]))
            for row in rows
        ]
        worst = min(self.frames, key=lambda frame: sum(self.j_by_frame[frame].values()))
        lines += [
            f"mIoU {self.miou:.3f} with background, {self.miou_parts:.3f} without",
            f"frames scored: {frames_text(self.frames)}; worst: {worst}",
        ]
        return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
