"""Clips in video files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo, FrameRange
from engine.errors import InputError
from engine.media.colour import AUTO, SRGB, colour_space, to_srgb
from engine.media.content_id import content_id
from engine.media.frame_cache import DEFAULT_CACHE_BYTES, FrameCache
from engine.media.plate import Plate
from engine.media.sequence import no_such_frame, pixel_aspect_notes
from engine.media.video_decoder import VideoDecoder

_BACKWARD_REACH = 8
"""A miss at most this far before the frame read last counts as stepping backward."""

_BACKWARD_FRAMES = 48
"""Frames before the one asked for that are kept when stepping backward, so that a long GOP is decoded once."""

_SD_HEIGHT, _SD_WIDTH = 576, 1024
"""Untagged video up to this size is Rec.601, larger is Rec.709, as players take it."""

_COLOURS_UNSPECIFIED = 2
_TRC_SPACES = {16: "pq", 18: "hlg", 8: "linear"}
"""ITU-T H.273 transfer characteristics that 'auto' converts; all others are display-referred."""


class VideoSource:
    """Frames of a video file, numbered from 0 in the order in which they are shown.

    Rotation and mirroring tags are honoured. Non-square pixels are reported in `info.pixel_aspect`, not resampled.

    Raises:
        InputError: The file is no video, is damaged or cut off.
    """

    def __init__(self, path: Path, *, colour_space: str = AUTO, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self._path = path
        self._cache = FrameCache(cache_bytes)
        self._decoder = VideoDecoder(path)
        self._last_read = -1
        try:
            first = self._decode(0)
        except InputError:
            self._decoder.close()
            raise
        self._turn = _turn_of(first)
        self._colour_space = _TRC_SPACES.get(int(first.color_trc), SRGB) if colour_space == AUTO else colour_space
        swapped = self._turn[0]
        stream = self._decoder.stream
        aspect = Fraction(stream.sample_aspect_ratio or 1)
        self._info = ClipInfo(
            name=path.stem,
            width=first.height if swapped else first.width,
            height=first.width if swapped else first.height,
            rate=stream.average_rate or stream.guessed_rate,
            pixel_aspect=1 / aspect if swapped else aspect,
            colour_space=self._colour_space,
            content_id=content_id([path], range(len(self._decoder))),
        )
        self._cache.put(0, self._picture(first))

    @property
    def info(self) -> ClipInfo:
        """Size, rate, colour space and identity of the clip."""
        return self._info

    @property
    def numbers(self) -> range:
        """0 to the number of frames."""
        return range(len(self._decoder))

    @property
    def gaps(self) -> tuple[FrameRange, ...]:
        """Videos have none."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence on non-square pixels, if they are."""
        return tuple(pixel_aspect_notes(self._info))

    @property
    def held_bytes(self) -> int:
        """Bytes that the frame cache holds now."""
        return self._cache.held_bytes

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns frame `number` as (H, W, 3) uint8 sRGB, write-protected.

        Raises:
            InputError: There is no such frame, or it cannot be decoded.
        """
        self._check(number)
        image = self._cache.get(number)
        if image is None:
            backward = 0 < self._last_read - number <= _BACKWARD_REACH
            image = self._read_through(number, keep_from=self._keep_from(number) if backward else number)
        self._last_read = number
        return image

    def read_plate(self, number: int) -> Plate:
        """Returns frame `number` as RGB or RGBA: uint8 for 8-bit video, else uint16 over the full range.

        Raises:
            InputError: As for `read`.
        """
        self._check(number)
        return self._plate(self._decode(number))

    def stem(self, number: int) -> str:
        """Returns the number with six digits."""
        self._check(number)
        return f"{number:06d}"

    def file(self, number: int) -> Path:
        """Returns the video file."""
        self._check(number)
        return self._path

    def close(self) -> None:
        """Closes the file and lets go of the cached frames."""
        self._cache.clear()
        self._decoder.close()

    def _check(self, number: int) -> None:
        if not 0 <= number < len(self._decoder):
            raise no_such_frame(self._info.name, number, (0, len(self._decoder) - 1))

    def _keep_from(self, number: int) -> int:
        """Returns the first frame worth keeping on the way to `number`: at most half of the cache."""
        frame_bytes = self._info.width * self._info.height * 3
        return number - min(_BACKWARD_FRAMES, self._cache.limit_bytes // (2 * frame_bytes))

    def _read_through(self, number: int, *, keep_from: int) -> NDArray[np.uint8]:
        image: NDArray[np.uint8] | None = None
        for at, frame in self._decoder.decode_to(number):
            if at >= keep_from:
                picture = self._picture(frame)
                self._cache.put(at, picture)
                image = picture if at == number else image
        if image is None:
            raise self._undecodable(number)
        return image

    def _decode(self, number: int) -> Any:
        """Returns the decoded frame `number`."""
        wanted = None
        for at, frame in self._decoder.decode_to(number):
            wanted = frame if at == number else None
        if wanted is None:
            raise self._undecodable(number)
        return wanted

    def _undecodable(self, number: int) -> InputError:
        return InputError(f"Frame {number} of '{self._path}' is damaged and cannot be decoded. Copy the file again.")

    def _picture(self, frame: Any) -> NDArray[np.uint8]:
        if colour_space(self._colour_space).decode is None and not _has_alpha(frame):
            return np.ascontiguousarray(_turned(_to_array(frame, "rgb24"), self._turn))
        return to_srgb(self._plate(frame))

    def _plate(self, frame: Any) -> Plate:
        deep = max(component.bits for component in frame.format.components) > 8
        alpha = _has_alpha(frame)
        pixel_format = ("rgba64le" if alpha else "rgb48le") if deep else ("rgba" if alpha else "rgb24")
        pixels = np.ascontiguousarray(_turned(_to_array(frame, pixel_format), self._turn))
        return Plate(pixels, self._colour_space, premultiplied=not alpha, pixel_aspect=self._info.pixel_aspect)


def _to_array(frame: Any, pixel_format: str) -> NDArray[Any]:
    """Returns an RGB array, by the matrix that the stream is tagged with or that its size suggests."""
    matrix = int(frame.colorspace)
    if matrix == _COLOURS_UNSPECIFIED:
        small = frame.height <= _SD_HEIGHT and frame.width <= _SD_WIDTH
        matrix = int(av.video.reformatter.Colorspace.ITU601 if small else av.video.reformatter.Colorspace.ITU709)
    array: NDArray[Any] = frame.reformat(format=pixel_format, src_colorspace=matrix).to_ndarray()
    return array


def _has_alpha(frame: Any) -> bool:
    return any(component.is_alpha for component in frame.format.components)


def _turn_of(frame: Any) -> tuple[bool, bool, bool]:
    """Returns (swap rows and columns first, flip left-right, flip top-bottom) of the frame's display matrix."""
    try:
        side_data = list(frame.side_data.keys())
    except ValueError:
        # PyAV 18 raises for kinds of side data that it has no name for; the rotation is known without them.
        turns = round(frame.rotation / 90) % 4
        return ((False, False, False), (True, False, True), (False, True, True), (True, True, False))[turns]
    for data in side_data:
        if data.type == SideDataType.DISPLAYMATRIX:
            a, b, _, c, d = np.frombuffer(bytes(data), "<i4")[:5].tolist()
            # x' = a x + c y, y' = b x + d y
            if abs(b) + abs(c) > abs(a) + abs(d):
                return True, c < 0, b < 0
            return False, a < 0, d < 0
    return False, False, False


def _turned(pixels: NDArray[Any], turn: tuple[bool, bool, bool]) -> NDArray[Any]:
    swap, flip_x, flip_y = turn
    turned = pixels.swapaxes(0, 1) if swap else pixels
    return turned[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
