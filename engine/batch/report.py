"""What a batch says at its end: each shot's state, and a shot x part matrix of stability."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.batch.work import ShotOutcome, outcome_from_json
from engine.errors import InputError
from engine.results.folder import ResultReader

REPORT_NAME = "batch.json"


@dataclass(frozen=True)
class BatchReport:
    """The outcomes of all shots, in the order of the list."""

    out: Path
    shots: tuple[ShotOutcome, ...]

    @property
    def failed(self) -> tuple[ShotOutcome, ...]:
        """Shots that are not done."""
        return tuple(shot for shot in self.shots if shot.state != "done")

    @property
    def part_names(self) -> tuple[str, ...]:
        """All parts that any result has."""
        return tuple(dict.fromkeys(name for shot in self.shots for name in shot.confidence))

    def stability(self, shot: ShotOutcome, part: str) -> float | None:
        """Returns confidence x (1 - flicker) in [0, 1], or None where the shot does not have the part."""
        if part not in shot.confidence:
            return None
        return shot.confidence[part] * (1 - shot.flicker.get(part, 0.0))

    def to_json(self) -> dict[str, Any]:
        """Returns the report as JSON values."""
        matrix = {
            shot.shot: {part: value for part in self.part_names if (value := self.stability(shot, part)) is not None}
            for shot in self.shots
            if shot.state == "done"
        }
        return {"out": str(self.out), "shots": [shot.to_json() for shot in self.shots], "stability": matrix}

    def to_text(self) -> str:
        """Returns the report for a person."""
        width = max(len(shot.shot) for shot in self.shots)
        parts = self.part_names
        lines = [f"{'shot':<{width}}  frames  state      " + "  ".join(f"{part:>8.8}" for part in parts)]
        for shot in self.shots:
            values = [self.stability(shot, part) for part in parts]
            cells = "  ".join(f"{'-' if value is None else f'{value:.3f}':>8}" for value in values)
            lines.append(f"{shot.shot:<{width}}  {shot.frames:>6}  {shot.state:<9}  {cells}")
        lines += [f"{shot.shot}: {shot.sentence.splitlines()[0]}" for shot in self.failed if shot.sentence]
        lines.append(_conclusion(self.shots, self.failed))
        return "\n".join(lines)

    def write(self) -> None:
        """Writes the report beside the results.

        Raises:
            OutputError: It cannot be written.
        """
        write_text(self.out / REPORT_NAME, json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n")


def read_report(folder: Path) -> BatchReport:
    """Reads the report of a batch.

    Args:
        folder: The folder of its results.

    Raises:
        InputError: There is none, or it is damaged.
    """
    path = folder / REPORT_NAME
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return BatchReport(folder, tuple(outcome_from_json(row) for row in table["shots"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"The report '{path}' cannot be read ({type(error).__name__}: {error}). Results are untouched; run the "
            "batch again to write it anew."
        ) from error


def worst_frame(result: Path, part: str | None) -> int | None:
    """Returns the frame of a result that most wants to be looked at, or None where nothing is known of any.

    Args:
        result: Result folder.
        part: Name of a part, or None for the part that is worst in each frame.

    Raises:
        InputError: The folder is no result.
    """
    scores: dict[int, float] = {}
    for number, row in ResultReader(result).record.frames.items():
        names = [part] if part is not None else list(row.confidence)
        known = [row.confidence[name] * (1 - row.flicker.get(name, 0.0)) for name in names if name in row.confidence]
        if known:
            scores[number] = min(known)
    return min(scores, key=lambda number: scores[number], default=None)


def _conclusion(shots: Sequence[ShotOutcome], failed: Sequence[ShotOutcome]) -> str:
    if not failed:
        return f"All {len(shots)} shots are done. Stability is confidence x (1 - flicker); look at the lowest first."
    return f"{len(shots) - len(failed)} of {len(shots)} shots are done. Run the list again for the others."
