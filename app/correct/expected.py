"""What each step of a correction is expected to take, from steps that were measured on this machine."""

from __future__ import annotations

from pathlib import Path

from app.core import Core
from app.correct.step_clock import StepClock
from app.model.runs import RunModel
from engine.api.measured_runs import estimate
from engine.api.teach import WARM_STEPS
from engine.results.review import Review


class ExpectedTimes:
    """Answers for the current clip, its result and what runs are done with now."""

    def __init__(self, core: Core, clock: StepClock, runs: RunModel, measured: Path) -> None:
        self.clock, self.runs = clock, runs
        self._core, self._measured = core, measured

    def spread(self, reach: int) -> float | None:
        """Returns the seconds that spreading over so many frames on either side takes, or None."""
        numbers, frame = self._core.playhead.numbers, self._core.playhead.frame
        frames = sum(1 for number in numbers if 0 < abs(number - frame) <= reach)
        return self.clock.expected("spread", "", max(frames, 1))

    @property
    def teaching_learns(self) -> bool:
        """Teaching goes on learning a profile; else it makes a reference, at once."""
        return self.runs.choice.profile is not None

    def teach(self) -> float | None:
        """Returns the seconds that the warm start of the chosen profile takes, or None."""
        profile = self.runs.choice.profile
        if profile is None:
            return None
        how = self.clock.how(profile, "", "").split()[0]
        seconds = self.clock.expected("teach", how, 1)
        if seconds is not None or how != "smite":
            return seconds
        trained = estimate(self._measured, "smite", self.runs.choice.device, 512, WARM_STEPS)
        return trained.seconds if trained is not None else None

    def run(self, review: Review) -> tuple[int, float | None]:
        """Returns how many frames a run again does, and the seconds that it takes, or None."""
        choice = self.runs.choice
        frames = sum(1 for number in self._core.playhead.numbers if number not in review.frames)
        how = self.clock.how(choice.profile, choice.preset, choice.device)
        return frames, self.clock.expected("run", how, frames)
