"""Video files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av

from engine.atomic import output_error, replacing
from engine.errors import OutputError

DEFAULT_RATE = Fraction(24)
_MOST_THREADS = 8
"""Of one encoder: there is one for each part, and each thread holds frames of its own."""
_BT709 = 1
"""ITU-T H.273 code of BT.709 primaries, transfer and matrix."""


@dataclass(frozen=True)
class MovieFormat:
    """How a movie is encoded.

    Attributes:
        container: FFmpeg's name of it.
        codec: FFmpeg's name of the encoder.
        pixel_format: What the encoder takes.
        options: Of the encoder.
        container_options: Of the container.
        tagged: Whether the stream says that its colours are BT.709.
    """

    container: str
    codec: str
    pixel_format: str
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    tagged: bool = True


@dataclass(frozen=True)
class MovieFacts:
    """What a movie says of itself: its rate, pixel aspect, timecode of the first frame ("" for none), and texts."""

    rate: Fraction | None
    pixel_aspect: Fraction = Fraction(1)
    timecode: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


class MovieFile:
    """Encodes frames into a file beside the final one, which it becomes when the block ends without an error."""

    def __init__(self, path: Path, size: tuple[int, int], how: MovieFormat, facts: MovieFacts) -> None:
        self._path, self._size, self._how, self._facts = path, size, how, facts
        self._stack = ExitStack()

    def __enter__(self) -> MovieFile:
        try:
            temporary = self._stack.enter_context(replacing(self._path, keep_suffix=True))
            self._container: Any = av.open(
                str(temporary.resolve()), "w", format=self._how.container, options=dict(self._how.container_options)
            )
            self._stream = self._open_stream()
        except BaseException as error:
            self._stack.close()
            if isinstance(error, OSError):  # FFmpeg's errors are OSErrors too
                raise output_error(error, self._path) from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        error: BaseException | None = value
        try:
            if error is None:
                self._mux(None)
            self._container.close()
        except (OSError, OutputError) as failed:
            # What went wrong first is what the user should read.
            error = error or (failed if isinstance(failed, OutputError) else output_error(failed, self._path))
        if error is None:
            self._stack.close()
            return
        self._stack.__exit__(type(error), error, error.__traceback__)
        if error is not value:
            raise error

    def write(self, frame: av.VideoFrame) -> None:
        """Appends a frame in the movie's pixel format.

        Raises:
            OutputError: The encoder or the disk refuses it.
        """
        self._mux(frame)

    def _open_stream(self) -> Any:
        stream = self._container.add_stream(self._how.codec, rate=self._facts.rate or DEFAULT_RATE)
        stream.width, stream.height = self._size
        stream.pix_fmt = self._how.pixel_format
        stream.options = dict(self._how.options)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(os.cpu_count() or 1, _MOST_THREADS)
        if self._how.tagged:
            stream.color_primaries, stream.color_trc, stream.colorspace = _BT709, _BT709, _BT709
        if self._facts.pixel_aspect != 1:
            stream.sample_aspect_ratio = self._facts.pixel_aspect
        if self._facts.timecode:
            stream.metadata["timecode"] = self._facts.timecode
        self._container.metadata.update(self._facts.texts)
        return stream

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise output_error(error, self._path) from error


def movie_facts(rate: Fraction | None, pixel_aspect: Fraction, timecode: str, texts: Mapping[str, str]) -> MovieFacts:
    """Returns the facts of a movie with the texts that players show as its comment."""
    comment = "; ".join(f"{name}: {text}" for name, text in texts.items())
    return MovieFacts(rate, pixel_aspect, timecode, {"comment": comment} if comment else {})
