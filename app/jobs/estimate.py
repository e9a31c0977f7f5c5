"""How long the stage of a job will still take."""

from __future__ import annotations

from dataclasses import dataclass, field

_AFTER_S = 1.0


@dataclass
class Estimate:
    """The pace of each stage since it began; stages may alternate, and while a job is held no time counts.

    Times are seconds of any clock that does not jump.
    """

    _began: dict[str, tuple[float, int]] = field(default_factory=dict)
    _held_at: float | None = None
    _held_s: float = 0.0

    def told(self, stage: str, done: int, total: int, now: float) -> float | None:
        """Takes in how far a stage is and returns the seconds that it will still take, or None while that is unknown.

        Args:
            stage: Its name.
            done: Steps that are done; those of an earlier run say nothing of the pace of this one.
            total: Steps in all; 0 where that is not known.
            now: The time.
        """
        clock = now - self._held_s
        began, first = self._began.setdefault(stage, (clock, done))
        elapsed, steps = clock - began, done - first
        if steps <= 0 or done >= total or elapsed < _AFTER_S:
            return None
        return elapsed / steps * (total - done)

    def hold(self, now: float) -> None:
        """Stops the clock."""
        if self._held_at is None:
            self._held_at = now

    def go_on(self, now: float) -> None:
        """Lets the clock go on."""
        if self._held_at is not None:
            self._held_s += now - self._held_at
            self._held_at = None
