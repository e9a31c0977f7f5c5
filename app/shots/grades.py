"""What a stability score means, in a sign, a colour and words: colour alone never says it."""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import tr
from app.theme import STATE_DONE, STATE_FAILED, STATE_STALE
from app.timeline.lanes.stability import MARKED_BADNESS
from engine.batch.work import ShotOutcome

_BAD_BELOW = 0.5


@dataclass(frozen=True)
class Grade:
    """A cell of the matrix.

    Attributes:
        value: Stability, confidence x (1 - flicker), in [0, 1].
        confidence: Mean over the shot's frames, in [0, 1].
        flicker: Mean over the shot's frames, in [0, 1], or None where it was not measured.
        sign: "✓", "!" or "✕".
        colour: Of the dark theme.
        words: What the sign says.
    """

    value: float
    confidence: float
    flicker: float | None
    sign: str
    colour: str
    words: str

    @property
    def figures(self) -> str:
        """Confidence and flicker in a few characters."""
        flicker = "–" if self.flicker is None else f"{self.flicker:.2f}"
        return tr("c {confidence}  f {flicker}").format(confidence=f"{self.confidence:.2f}", flicker=flicker)


def grade(outcome: ShotOutcome | None, part: str) -> Grade | None:
    """Returns the cell of a part, or None where the shot's result does not have it."""
    if outcome is None or part not in outcome.confidence:
        return None
    confidence, flicker = outcome.confidence[part], outcome.flicker.get(part)
    value = confidence * (1 - (flicker or 0.0))
    if value >= 1 - MARKED_BADNESS:
        return Grade(value, confidence, flicker, "✓", STATE_DONE, tr("steady"))
    if value >= _BAD_BELOW:
        return Grade(value, confidence, flicker, "!", STATE_STALE, tr("look at it"))
    return Grade(value, confidence, flicker, "✕", STATE_FAILED, tr("bad"))
