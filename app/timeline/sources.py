"""Where the timeline gets what it shows from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance

from app.model.references import ReferencesModel
from app.playback.playhead import Playhead
from engine.results.record import ResultRecord


class ResultMarks(Protocol):
    """The chosen result of the current clip."""

    @property
    def recordChanged(self) -> SignalInstance:
        """(): Another result is chosen, or its record changed on disk."""
        ...

    @property
    def frameChanged(self) -> SignalInstance:
        """(int): This frame's labels changed on disk."""
        ...

    @property
    def record(self) -> ResultRecord | None:
        """The record of the chosen result, or None where there is none."""
        ...

    def state(self, frame: int) -> str:
        """Returns "none", "draft", "done" or "stale"."""
        ...


class EditMarks(Protocol):
    """What the artist corrected and locked in the chosen result."""

    @property
    def changed(self) -> SignalInstance:
        """(): `edited` or `locks` are others."""
        ...

    @property
    def edited(self) -> Collection[int]:
        """Frames with an edit layer."""
        ...

    @property
    def locks(self) -> Mapping[int, tuple[str, ...]]:
        """Locked frames, with the names of the locked parts; none named is the whole frame."""
        ...


class CacheMarks(Protocol):
    """Which frames of the current clip play without being read."""

    @property
    def cacheChanged(self) -> SignalInstance:
        """(): `cached_frames` is another; sent as often as frames come and go."""
        ...

    @property
    def cached_frames(self) -> Collection[int]:
        """Frames in the cache."""
        ...


@dataclass(frozen=True)
class TimelineSources:
    """All of them.

    Attributes:
        playhead: The current clip and frame.
        references: Painted frames.
        results: The chosen result.
        edits: Corrections and locks; None leaves out their lane.
        cache: The player's cache; None leaves out its lane.
    """

    playhead: Playhead
    references: ReferencesModel
    results: ResultMarks
    edits: EditMarks | None = None
    cache: CacheMarks | None = None
