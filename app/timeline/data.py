"""What the timeline shows, as a value: one picture of all that is known of a clip's frames."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.timeline.axis import FrameAxis
from app.timeline.worst import MOST_WORST, Figures, WorstFrame, badness, worst_frames
from engine.domain.parts import PartSet
from engine.results.record import FrameRecord

Scalar = TypeVar("Scalar", bound=np.generic)

DONE: Final = 0
DRAFT: Final = 1
NONE: Final = 2
STALE: Final = 3
"""States of a frame, in the order of how much they ask for attention; of several on a pixel the largest shows."""
STATE_CODES: Mapping[str, int] = MappingProxyType({"done": DONE, "draft": DRAFT, "none": NONE, "stale": STALE})


@dataclass(frozen=True, eq=False)
class TimelineData:
    """All that the lanes draw. Arrays are write-protected; what an update leaves alone stays the same object.

    Attributes:
        axis: The clip's frames.
        states: (T,) uint8 state codes.
        parts: Parts of the result, in the order of the figures.
        confidence: (K, T) float32 in [0, 1], NaN where it is not known.
        flicker: (K, T) float32 in [0, 1], NaN where it is not measured.
        records: What is known of each frame of the result.
        anchors: Painted frames that the result learns from.
        holdouts: Painted frames that are held out of learning.
        edits: Frames that were corrected.
        locks: Locked frames, with the names of the locked parts; none named is the whole frame.
        cached: (T,) bool, frames that play without being read.
        cuts: First frames of new shots.
    """

    axis: FrameAxis = field(default_factory=lambda: FrameAxis.of(()))
    states: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    parts: PartSet = field(default_factory=lambda: PartSet(()))
    confidence: Figures = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    flicker: Figures = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    records: Mapping[int, FrameRecord] = field(default_factory=dict)
    anchors: frozenset[int] = frozenset()
    holdouts: frozenset[int] = frozenset()
    edits: frozenset[int] = frozenset()
    locks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    cached: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    cuts: tuple[int, ...] = ()

    @classmethod
    def of_clip(cls, axis: FrameAxis) -> TimelineData:
        """Returns what is known of a clip without a result."""
        count = len(axis)
        return cls(
            axis=axis,
            states=_kept(np.full(count, NONE, np.uint8)),
            confidence=_kept(np.zeros((0, count), np.float32)),
            flicker=_kept(np.zeros((0, count), np.float32)),
            cached=_kept(np.zeros(count, np.bool_)),
        )

    @cached_property
    def badness(self) -> Figures:
        """(K, T) float32, how bad each part is in each frame; NaN where nothing is known."""
        return badness(self.confidence, self.flicker)

    def worst(self, part: int | None = None, *, limit: int = MOST_WORST) -> tuple[WorstFrame, ...]:
        """Returns the worst frames, the worst first, of the part with this index or of all parts together."""
        key = part, limit
        if key not in self._worst:
            rows = self.badness if part is None else self.badness[part : part + 1]
            found = worst_frames(rows, self.axis.numbers, self.cuts, limit=limit)
            self._worst[key] = found if part is None else tuple(replace(place, part=part) for place in found)
        return self._worst[key]

    def state(self, frame: int) -> str:
        """Returns "done", "draft", "stale" or "none" for an existing frame."""
        code = int(self.states[self.axis.nearest(frame)])
        return next(name for name, value in STATE_CODES.items() if value == code)

    def with_result(
        self, parts: PartSet, records: Mapping[int, FrameRecord], states: Mapping[int, str]
    ) -> TimelineData:
        """Returns the picture with another result.

        Args:
            parts: Parts of the result.
            records: What is known of its frames; frames that the clip lacks are left out.
            states: States by frame, where they are not those of the records (frames that became stale).
        """
        count = len(self.axis)
        empty = replace(
            self,
            parts=parts,
            states=np.full(count, NONE, np.uint8),
            confidence=np.full((len(parts), count), np.nan, np.float32),
            flicker=np.full((len(parts), count), np.nan, np.float32),
            records={},
        )
        return empty.with_frames(records, {number: record.state for number, record in records.items()} | dict(states))

    def with_frames(self, records: Mapping[int, FrameRecord], states: Mapping[int, str]) -> TimelineData:
        """Returns the picture with a few frames of the result replaced.

        Args:
            records: What is known of these frames; frames that the clip lacks are left out.
            states: State of each frame that changed, "none" included.
        """
        exists, places = self._places(states)
        codes = np.fromiter((STATE_CODES[state] for state in states.values()), np.uint8, len(states))
        new_states = self.states.copy()
        new_states[places] = codes[exists]
        return replace(
            self,
            states=_kept(new_states),
            confidence=self._figures(self.confidence, {n: record.confidence for n, record in records.items()}),
            flicker=self._figures(self.flicker, {n: record.flicker for n, record in records.items()}),
            records={**self.records, **records},
        )

    def with_cached(self, frames: frozenset[int]) -> TimelineData:
        """Returns the picture with these frames in the cache."""
        cached = np.zeros(len(self.axis), np.bool_)
        _, places = self._places(frames)
        cached[places] = True
        return replace(self, cached=_kept(cached))

    @cached_property
    def _worst(self) -> dict[tuple[int | None, int], tuple[WorstFrame, ...]]:
        return {}

    def _figures(self, old: Figures, rows: Mapping[int, Mapping[str, float]]) -> Figures:
        exists, places = self._places(rows)
        figures = old.copy()
        for index, name in enumerate(self.parts.names):
            values = np.fromiter((row.get(name, np.nan) for row in rows.values()), np.float32, len(rows))
            figures[index, places] = values[exists]
        return _kept(figures)

    def _places(self, frames: Collection[int]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Returns which of the frames the clip has, and the indices of those."""
        numbers = np.fromiter(frames, np.int64, len(frames))
        if not len(self.axis):
            return np.zeros(len(numbers), np.bool_), np.zeros(0, np.int64)
        places = np.minimum(np.searchsorted(self.axis.numbers, numbers), len(self.axis) - 1)
        exists = self.axis.numbers[places] == numbers
        return exists, places[exists].astype(np.int64)


def _kept(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.setflags(write=False)
    return array
