"""What the viewer is told about clips and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import SignalInstance

from app.playback.reading import ClipFile
from engine.results.record import ResultRecord


@dataclass(frozen=True)
class ClipFacts:
    """A clip as far as it is known without reading frames.

    Attributes:
        file: How to open it.
        numbers: Numbers of its frames, ascending.
        width: Of the plate in pixels.
        height: Of the plate in pixels.
        rate: Frames a second, or None for sequences.
    """

    file: ClipFile
    numbers: Sequence[int]
    width: int
    height: int
    rate: Fraction | None


class ClipFactsOf(Protocol):
    """Whoever knows the project's clips."""

    def __call__(self, clip_id: str) -> ClipFacts:
        """Returns what is known of a clip; raises InputError where it cannot be opened."""
        ...


class ShownVersion(Protocol):
    """One result of a clip."""

    @property
    def name(self) -> str:
        """Its name in lists: v001."""
        ...

    @property
    def folder(self) -> Path:
        """Its result folder."""
        ...

    @property
    def made_by(self) -> str:
        """What made it: "quick", "smite" ..."""
        ...


class ShownResults(Protocol):
    """The results of the current clip (`app.model.results.ResultsModel`)."""

    @property
    def versionsChanged(self) -> SignalInstance:
        """(): Versions came or went, or others are chosen and compared."""
        ...

    @property
    def recordChanged(self) -> SignalInstance:
        """(): Another result is chosen, or its record changed on disk."""
        ...

    @property
    def frameChanged(self) -> SignalInstance:
        """(int): Labels of this frame of the chosen version changed on disk."""
        ...

    @property
    def chosen(self) -> ShownVersion | None:
        """The version that is shown."""
        ...

    @property
    def compared(self) -> ShownVersion | None:
        """The version that it is compared with."""
        ...

    @property
    def record(self) -> ResultRecord | None:
        """The record of the chosen version."""
        ...

    def versions(self) -> Sequence[ShownVersion]:
        """Returns all versions of the current clip, oldest first."""
        ...

    def compare(self, name: str | None) -> None:
        """Compares the shown version with another one, or with none."""
        ...

    def state(self, frame: int) -> str:
        """Returns "none", "draft", "done" or "stale"."""
        ...
