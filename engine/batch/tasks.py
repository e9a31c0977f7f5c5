"""What a batch hands out: a shot, or the ranges of a long one and then their joining."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.api.segment_request import SegmentRequest
from engine.batch.work import ShotOutcome, Task
from engine.domain.frames import FrameRange
from engine.errors import EngineError, InputError
from engine.media import open_clip

PIECES_FOLDER = ".ranges"
"""Beside the results: ranges of long shots until they are joined."""


@dataclass
class _Long:
    """A shot in ranges: what is still out, what went wrong, and what the ranges took."""

    joining: Task
    out: int
    outcome: ShotOutcome | None = None
    seconds: float = 0.0
    attempts: int = 1


@dataclass
class TaskList:
    """The tasks of a batch in order; a shot's ranges are joined as soon as the last of them is done.

    Attributes:
        requests: What to do, by shot name.
        split: Shots of more frames than this are done in ranges of so many; None leaves every shot whole.
    """

    requests: Mapping[str, SegmentRequest]
    split: int | None = None
    _ready: deque[Task] = field(default_factory=deque)
    _long: dict[str, _Long] = field(default_factory=dict)
    _names: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        if self.split is not None and self.split < 2:
            raise InputError(f"Ranges of a shot need at least 2 frames; got {self.split}.")
        self._names = iter(self.requests)

    def take(self) -> Task | None:
        """Returns the next task, or None where there is none now; joinings go first."""
        if not self._ready:
            name = next(self._names, None)
            if name is not None:
                self._ready.extend(self._tasks(name))
        return self._ready.popleft() if self._ready else None

    def ended(self, task: Task, outcome: ShotOutcome) -> ShotOutcome | None:
        """Takes in how a task ended for good and returns the outcome of its shot, or None where more is to be done."""
        if task.piece is None:
            ended = self._long.pop(task.shot, None)
            taken = ended.seconds if ended is not None else 0.0
            return replace(outcome, shot=task.shot, seconds=round(outcome.seconds + taken, 2))
        shot = self._long[task.shot]
        shot.out -= 1
        shot.seconds += outcome.seconds
        if outcome.state != "done" and shot.outcome is None:
            sentence = f"Range {task.piece}: {outcome.sentence}"
            shot.outcome = replace(outcome, shot=task.shot, sentence=sentence)
        if shot.out:
            return None
        if shot.outcome is not None:
            del self._long[task.shot]
            return shot.outcome
        self._ready.appendleft(shot.joining)
        return None

    def _tasks(self, name: str) -> list[Task]:
        request = self.requests[name]
        ranges = self._ranges(request)
        if len(ranges) < 2:
            return [Task(name, name, request)]
        folder = request.out.parent / PIECES_FOLDER / request.out.name
        pieces = tuple((folder / str(span), span) for span in ranges)
        self._long[name] = _Long(Task(name, name, request, pieces=pieces), len(ranges))
        return [Task(f"{name} [{span}]", name, replace(request, out=place, only=span), span) for place, span in pieces]

    def _ranges(self, request: SegmentRequest) -> list[FrameRange]:
        if self.split is None or ((request.out / "result.json").is_file() and not request.overwrite):
            return []
        try:
            source = open_clip(request.clip, colour_space=request.colour_space)
        except EngineError:
            return []  # the task itself says what is wrong
        try:
            wanted = request.frame_range
            numbers = [number for number in source.numbers if wanted is None or number in wanted]
        finally:
            source.close()
        return ranges_of(numbers, self.split)


def ranges_of(numbers: list[int], most: int) -> list[FrameRange]:
    """Returns the fewest ranges of nearly equal length that hold `numbers`, of at most `most` frames each.

    Args:
        numbers: Frame numbers, ascending.
        most: Frames a range.
    """
    count = -(-len(numbers) // most)
    bounds = [round(len(numbers) * place / count) for place in range(count + 1)] if count else []
    return [FrameRange(numbers[first], numbers[last - 1] + 1) for first, last in itertools.pairwise(bounds)]
