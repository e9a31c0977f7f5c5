"""What a backbone is asked to do with a clip, and the shape of its answer."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.domain.frames import FrameRange, FrameSource, scene_of
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings
from engine.jobs import Event

R = TypeVar("R")

ScoringJob = Generator[Event | FrameScores, None, R]
"""A job that also yields the scores of frames as they are ready; the caller writes them and lets go of them."""


@dataclass(frozen=True)
class ClipTask:
    """A clip, what was painted on it, and which frames are wanted.

    Attributes:
        source: The clip.
        scenes: Stretches without a cut, ascending, which together cover the frames in question.
        frames: Numbers of the frames to score, most wanted first.
        anchors: Painted frames of this very clip, by number.
        parts: The parts to tell apart.
        settings: How it is done.
    """

    source: FrameSource
    scenes: tuple[FrameRange, ...]
    frames: Sequence[int]
    anchors: Mapping[int, Painted]
    parts: PartSet
    settings: SegmentSettings = field(default_factory=SegmentSettings)

    def scene_of(self, frame: int) -> FrameRange:
        """Returns the scene that holds `frame`."""
        return scene_of(self.scenes, frame)
