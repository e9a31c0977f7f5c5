"""What every clip can do that `open_clip` returns: frames for models, plates for exporters, notes for people."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from engine.domain.frames import FrameRange, FrameSource
from engine.media.plate import Plate


class MediaSource(FrameSource, Protocol):
    """A `FrameSource` that also gives plates in their own values and says what is unusual about the medium.

    Arrays that `read` returns are write-protected: they lie in the cache. Copy before changing one.
    """

    @property
    def gaps(self) -> tuple[FrameRange, ...]:
        """Numbers between the first and the last frame for which there is no file."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that the user should see once, such as 'Frames 1012-1015 of shot are missing.'."""
        ...

    @property
    def held_bytes(self) -> int:
        """Bytes that the frame cache holds now."""
        ...

    def read_plate(self, number: int) -> Plate:
        """Returns frame `number` unconverted, at its own depth and in its own colour space; it is not cached.

        Raises:
            InputError: There is no such frame, or it cannot be decoded.
        """
        ...

    def file(self, number: int) -> Path:
        """Returns the file that holds frame `number`.

        Raises:
            InputError: There is no such frame.
        """
        ...
