"""Clips made of image files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo, FrameRange, frames_text
from engine.errors import InputError
from engine.media.colour import AUTO, to_srgb
from engine.media.content_id import content_id
from engine.media.frame_cache import DEFAULT_CACHE_BYTES, FrameCache
from engine.media.plate import Plate
from engine.media.sequence_files import SequenceFiles
from engine.media.stills import StillInfo, read_still, read_still_info

_MAX_HEADERS = 512
"""Headers that are compared on opening; the sizes of the other frames are checked when they are read."""


class SequenceSource:
    """Frames of an image sequence by the numbers in their names.

    Non-square pixels are kept as they are and reported in `info.pixel_aspect`: nothing is resampled.

    Raises:
        InputError: A file cannot be read, or the frames differ in size.
    """

    def __init__(
        self, files: SequenceFiles, *, colour_space: str = AUTO, cache_bytes: int = DEFAULT_CACHE_BYTES
    ) -> None:
        self._files = files
        self._numbers = tuple(files.paths)
        self._cache = FrameCache(cache_bytes)
        first = self._check_headers()
        self._colour_space = first.colour_space if colour_space == AUTO else colour_space
        self._info = ClipInfo(
            name=files.name,
            width=first.width,
            height=first.height,
            rate=None,
            pixel_aspect=first.pixel_aspect,
            colour_space=self._colour_space,
            content_id=content_id(list(files.paths.values()), files.paths),
        )

    @property
    def info(self) -> ClipInfo:
        """Size, colour space and identity of the clip; the rate is None."""
        return self._info

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the frames that exist, ascending."""
        return self._numbers

    @property
    def gaps(self) -> tuple[FrameRange, ...]:
        """Numbers between the first and the last frame for which there is no file."""
        return self._files.gaps

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on missing frames, files that were left out and non-square pixels."""
        notes = []
        if self.gaps:
            missing = frames_of_gaps(self.gaps)
            notes.append(f"'{self._info.name}' has gaps: frames {missing} are missing and are left out.")
        if self._files.ignored:
            notes.append(
                f"Images without a frame number are left out (first: '{self._files.ignored[0].name}', "
                f"{len(self._files.ignored)} in all)."
            )
        notes.extend(pixel_aspect_notes(self._info))
        return tuple(notes)

    @property
    def held_bytes(self) -> int:
        """Bytes that the frame cache holds now."""
        return self._cache.held_bytes

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns frame `number` as (H, W, 3) uint8 sRGB, write-protected.

        Raises:
            InputError: There is no such frame, it cannot be read, or it has another size than the clip.
        """
        image = self._cache.get(number)
        if image is None:
            image = to_srgb(self.read_plate(number))
            self._cache.put(number, image)
        return image

    def read_plate(self, number: int) -> Plate:
        """Returns frame `number` in its own values.

        Raises:
            InputError: As for `read`.
        """
        path = self._path(number)
        plate = read_still(path, colour_space=self._colour_space)
        height, width = plate.pixels.shape[:2]
        self._check_size(path, width, height)
        return plate

    def stem(self, number: int) -> str:
        """Returns the stem of the frame's file."""
        return self._path(number).stem

    def file(self, number: int) -> Path:
        """Returns the frame's file."""
        return self._path(number)

    def close(self) -> None:
        """Lets go of the cached frames."""
        self._cache.clear()

    def _path(self, number: int) -> Path:
        path = self._files.paths.get(number)
        if path is None:
            raise no_such_frame(self._files.name, number, self._numbers)
        return path

    def _check_headers(self) -> StillInfo:
        """Returns the first frame's header after comparing the sizes of the others with it."""
        count = len(self._numbers)
        step = max(1, -(-count // _MAX_HEADERS))
        checked = [*self._numbers[::step], self._numbers[-1]]
        self._first = read_still_info(self._files.paths[checked[0]])
        for number in checked[1:]:
            path = self._files.paths[number]
            header = read_still_info(path)
            self._check_size(path, header.width, header.height)
        return self._first

    def _check_size(self, path: Path, width: int, height: int) -> None:
        if (width, height) != (self._first.width, self._first.height):
            raise InputError(
                f"'{path.name}' is {width}x{height}, but frame {self._numbers[0]} of '{self._files.name}' is "
                f"{self._first.width}x{self._first.height}. All frames of a clip must have one size."
            )


def frames_of_gaps(gaps: tuple[FrameRange, ...]) -> str:
    """Returns '1003, 1010-1012'."""
    return ", ".join(str(gap.start) if len(gap) == 1 else str(gap) for gap in gaps)


def pixel_aspect_notes(info: ClipInfo) -> list[str]:
    """Returns a sentence where pixels are not square."""
    if info.pixel_aspect == Fraction(1):
        return []
    return [f"Pixels of '{info.name}' are {float(info.pixel_aspect):g} times as wide as high; frames stay as they are."]


def no_such_frame(name: str, number: int, numbers: tuple[int, ...]) -> InputError:
    """Returns the error for a frame number that a clip does not have."""
    if numbers[0] < number < numbers[-1]:
        return InputError(f"Frame {number} of '{name}' is missing. Choose another frame, or add its file.")
    return InputError(f"'{name}' has no frame {number}: it holds {frames_text((numbers[0],))} to {numbers[-1]}.")
