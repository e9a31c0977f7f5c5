"""What the steps of a correction took on this machine: the only source of what is said before one is taken."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from engine.notes import add_row, read_rows

Step = Literal["spread", "track", "teach"]

_KEPT = 120
_LOOKED_AT = 3
"""Estimates are the median of so many last runs of a kind: one that a busy machine held up does not count."""


@dataclass(frozen=True)
class StepTime:
    """One step that was taken.

    Attributes:
        step: Which one.
        how: With what it was done: "quick", "smite"; "" where there is no choice.
        frames: How many frames it was about.
        megapixels: Size of their plate.
        setup_s: Seconds before the first frame: learning, loading.
        seconds: Seconds in all.
    """

    step: Step
    how: str
    frames: int
    megapixels: float
    setup_s: float
    seconds: float


def note_step(file: Path, taken: StepTime) -> None:
    """Adds a step; where the file cannot be written, the next estimate is a little older."""
    add_row(file, asdict(taken), keep=_KEPT)


def expected_seconds(file: Path, step: Step, how: str, frames: int, megapixels: float) -> float | None:
    """Returns what a step will likely take here, or None where none of its kind was taken yet.

    Steps on plates of the same size say more than others, which are scaled by their pixels.
    """
    taken = [row for row in _taken(file) if (row.step, row.how) == (step, how) and row.frames > 0]
    same = [row for row in taken if abs(row.megapixels - megapixels) < 0.01 * megapixels]
    chosen = (same or taken)[-_LOOKED_AT:]
    if not chosen:
        return None
    guesses = []
    for row in chosen:
        scale = megapixels / row.megapixels if row.megapixels > 0 else 1.0
        guesses.append(row.setup_s + (row.seconds - row.setup_s) / row.frames * frames * scale)
    return float(median(guesses))


def _taken(file: Path) -> list[StepTime]:
    found = []
    for row in read_rows(file):
        try:
            found.append(StepTime(**row))
        except TypeError:
            continue
    return found
