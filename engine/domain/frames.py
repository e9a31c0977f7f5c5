"""Frame numbers, ranges, and where frames come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

_RANGE = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")


@dataclass(frozen=True)
class FrameRange:
    """Frames `start` (included) to `stop` (excluded), in the source's own numbers."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if self.stop <= self.start:
            raise InputError(f"The range {self.start}-{self.stop - 1} is empty. Give the lower number first.")

    @classmethod
    def parse(cls, text: str) -> FrameRange:
        """Reads '1001-1100' (both included) or one number; raises InputError for anything else."""
        match = _RANGE.fullmatch(text)
        if match is None:
            raise InputError(f"'{text}' is no frame range. Write it as 1001-1100.")
        first = int(match.group(1))
        return cls(first, int(match.group(2) or first) + 1)

    def __contains__(self, frame: int) -> bool:
        return self.start <= frame < self.stop

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.start, self.stop))

    def __len__(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.start}-{self.stop - 1}"


@dataclass(frozen=True)
class ClipInfo:
    """What is known of a clip without decoding it.

    Attributes:
        name: File or folder name, without suffix and frame digits.
        width: Plate width in pixels, after rotation tags.
        height: Plate height in pixels.
        rate: Frames per second, or None where the medium does not say (image sequences).
        pixel_aspect: Width of a pixel divided by its height.
        colour_space: Name of the input colour space (`engine.media.colour`).
        content_id: Hash of the content, equal for equal clips wherever they lie.
    """

    name: str
    width: int
    height: int
    rate: Fraction | None
    pixel_aspect: Fraction
    colour_space: str
    content_id: str


class FrameSource(Protocol):
    """Frames of a clip by their source number. Not for sharing between threads: one for each consumer."""

    @property
    def info(self) -> ClipInfo:
        """Size, rate, colour space and identity of the clip."""
        ...

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the frames that exist, ascending; gaps are left out."""
        ...

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns frame `number` as (H, W, 3) uint8 sRGB, turned upright.

        Raises:
            InputError: There is no such frame, or it cannot be decoded.
        """
        ...

    def stem(self, number: int) -> str:
        """Returns the file stem that results carry for this frame (videos: six digits)."""
        ...

    def close(self) -> None:
        """Releases files and decoders."""
        ...


def frames_text(numbers: Sequence[int]) -> str:
    """Returns '1001-1004, 1010' for ascending frame numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def scene_of(scenes: Sequence[FrameRange], frame: int) -> FrameRange:
    """Returns the stretch without a cut that holds `frame`, which is in one of them."""
    return next(scene for scene in scenes if frame in scene)


def frame_number(stem: str) -> int | None:
    """Returns the last run of digits in a file stem as a number, or None where there is none (CONTRACTS, Frames)."""
    digits = re.findall(r"\d+", stem)
    return int(digits[-1]) if digits else None
