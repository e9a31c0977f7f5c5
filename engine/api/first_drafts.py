"""The first answer: drafts round the frame that is looked at, before anything is known of the rest of the clip.

A draft follows the motion from a painted frame, so it only has to know the cuts on its own way. Those are looked for
there and nowhere else; what little that misses (a flash that looks like a cut within so short a stretch) is mended when
the frame is done in earnest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.api.clip_setup import ClipSetup
from engine.api.written_frames import written
from engine.domain.frames import ClipInfo, FrameRange, FrameSource
from engine.domain.task import ClipTask
from engine.jobs import Job
from engine.media.cuts import find_cuts, scenes_between
from engine.results.folder import ResultWriter


@dataclass(frozen=True)
class Surroundings:
    """How much of the clip is drafted before anything else.

    Attributes:
        glance: Frames that a single draft is carried over at most; a longer way takes as long as drafting all.
        strides: Steps of motion at most on the way of the single draft; a longer way is taken in longer strides.
        near: Frames to each side of the one looked at that are drafted where the rest will take a while.
        reach: Frames beyond those in which painted frames are looked for.
    """

    glance: int = 24
    strides: int = 6
    near: int = 12
    reach: int = 24


class SparseFrames:
    """A clip of which only some frames are there, so that motion is followed from one of those to the next."""

    def __init__(self, source: FrameSource, numbers: Sequence[int]) -> None:
        """Takes the clip and the ascending numbers of the frames that stay; the clip is not closed with this."""
        self._source, self._numbers = source, tuple(numbers)

    @property
    def info(self) -> ClipInfo:
        """Facts of the clip."""
        return self._source.info

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the frames that stay, ascending."""
        return self._numbers

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns a frame, (H, W, 3) uint8 sRGB; raises InputError if it cannot be decoded."""
        return self._source.read(number)

    def stem(self, number: int) -> str:
        """Returns the frame's file stem."""
        return self._source.stem(number)

    def close(self) -> None:
        """Leaves the clip open for its owner."""


def first_drafts(task: ClipTask, setup: ClipSetup, writer: ResultWriter, *, neighbours: bool) -> Job[None]:
    """Drafts the most wanted unpainted frame alone, then its neighbours if asked; nothing where no paint is near.

    Args:
        task: What is wanted, the most wanted frame first.
        setup: The clip; whether its cuts are known does not matter.
        writer: Where the drafts go.
        neighbours: Whether the frames around it are drafted too.

    Raises:
        InputError: A frame cannot be decoded.
        OutputError: The result folder cannot be written to; what was finished is kept.
    """
    from engine.quick.draft import draft, glance

    focus = next((frame for frame in task.frames if frame not in task.anchors), None)
    if focus is None:
        return
    around = Surroundings()
    alone = yield from _within(task, setup, (focus,), around.glance)
    if alone is not None:
        (anchor,) = alone.anchors
        strides = _strides((anchor, focus), setup.span, around.strides)
        sparse = replace(alone, source=SparseFrames(setup.source, strides))
        yield from written(glance(sparse, setup.flow), setup, writer, 1)
    if not neighbours:
        return
    near = tuple(frame for frame in task.frames if abs(frame - focus) <= around.near)
    some = yield from _within(task, setup, near, around.reach)
    if some is not None:
        yield from written(draft(some, setup.flow), setup, writer, len(near))


def _within(task: ClipTask, setup: ClipSetup, frames: Sequence[int], reach: int) -> Job[ClipTask | None]:
    """Returns the task of a few frames with the painted frames in reach and the cuts between them, or None."""
    first, last = min(frames) - reach, max(frames) + reach
    if len(frames) == 1:
        near = sorted((abs(anchor - frames[0]), anchor) for anchor in task.anchors if first <= anchor <= last)[:1]
        anchors = [anchor for _, anchor in near]
    else:
        anchors = [anchor for anchor in task.anchors if first <= anchor <= last]
    if not anchors:
        return None
    way = FrameRange(min(*frames, *anchors), max(*frames, *anchors) + 1)
    span = [number for number in setup.span if number in way]
    cuts = setup.cuts if setup.cuts is not None else (yield from find_cuts(setup.source, span))
    painted = {anchor: task.anchors[anchor] for anchor in anchors}
    return replace(task, scenes=scenes_between(span, cuts), frames=tuple(frames), anchors=painted)


def _strides(ends: tuple[int, int], span: Sequence[int], most: int) -> tuple[int, ...]:
    """Returns both ends, ascending, and so many frames evenly between them that there are at most `most` steps."""
    way = [number for number in span if min(ends) <= number <= max(ends)]
    steps = min(most, len(way) - 1)
    return tuple(way[round(step * (len(way) - 1) / steps)] for step in range(steps + 1))
