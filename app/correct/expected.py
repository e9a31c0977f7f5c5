"""What each step of a correction is expected to take, from what was measured on this machine."""

from __future__ import annotations

from app.core import Core
from app.correct.step_clock import StepClock
from app.model.runs import RunModel
from app.planning.run_outlook import RunOutlook
from engine.api.teach import WARM_STEPS
from engine.domain.settings import TrainSettings
from engine.results.review import Review


class ExpectedTimes:
    """Answers for the current clip, its result and what runs are done with now.

    Attributes:
        clock: Measures spreading and teaching.
        runs: What runs are done with.
        outlook: What the run bar says of runs; the panel says the same.
    """

    def __init__(self, core: Core, clock: StepClock, runs: RunModel, outlook: RunOutlook) -> None:
        self.clock, self.runs, self.outlook = clock, runs, outlook
        self._core = core

    def spread(self, reach: int | None) -> float | None:
        """Returns the seconds that spreading over so many frames on either side takes at most (None: all), or None."""
        numbers, frame = self._core.playhead.numbers, self._core.playhead.frame
        frames = sum(1 for number in numbers if number != frame and (reach is None or abs(number - frame) <= reach))
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
        backbone = self.clock.backbone(profile)
        seconds = self.clock.expected("teach", backbone, 1)
        if seconds is not None or backbone != "smite":
            return seconds
        settings = TrainSettings(device=self.runs.choice.device, steps=WARM_STEPS)
        told = self._core.planner.training("smite", settings, WARM_STEPS)
        return told.seconds if told is not None else None

    def run(self, review: Review) -> tuple[int, float | None]:
        """Returns how many frames a run again does, and the seconds that it takes, or None; learning included."""
        numbers = self._core.playhead.numbers
        frames = sum(1 for number in numbers if number not in review.frames)
        told = self.outlook.told(self.runs.choice.preset) if numbers else None
        return frames, told.seconds * frames / len(numbers) if told is not None else None
