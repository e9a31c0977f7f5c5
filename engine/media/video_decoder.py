"""Frame-accurate decoding of a video stream: frames are asked for by their position in display order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from engine.errors import InputError
from engine.media.video_index import VideoIndex, cut_off_text, read_index

_SEEK_ONLY_BEYOND = 8
"""A target fewer frames ahead than this is decoded up to, even where a key frame lies between."""


class VideoDecoder:
    """Decodes the first video stream of a file, forward in display order from wherever it stands.

    Raises:
        InputError: The file is no video, is damaged or holds no frames.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # Resolved: FFmpeg takes "shot:1.mp4" for a protocol, but never an absolute path.
            self._container: Any = av.open(str(path.resolve()), metadata_errors="replace")
        except (av.FFmpegError, OSError, ValueError) as error:
            raise InputError(f"'{path}' cannot be read as a video: {_reason(error)}.") from error
        streams = [s for s in self._container.streams.video if not s.disposition & s.disposition.attached_pic]
        if not streams:
            self._container.close()
            raise InputError(f"'{path}' holds no picture, only sound or data.")
        self.stream: Any = streams[0]
        self._stream_at = int(self.stream.index)
        self.stream.thread_type = "AUTO"
        self._index = self._read_index()
        self._frames: Iterator[tuple[int, Any]] = iter(())
        self._next = 0
        self._restart()

    def __len__(self) -> int:
        return len(self._index)

    @property
    def position(self) -> int:
        """Position of the frame that would be decoded next without seeking."""
        return self._next

    def decode_to(self, position: int) -> Iterator[tuple[int, Any]]:
        """Yields (position, frame) of frames on the way to `position`, and that one last if it can be decoded.

        Starts at the current position where that is the shorter way, else at the key frame before.
        """
        if self._must_seek(position):
            self._seek(position)
        while self._next <= position:
            found = next(self._frames, None)
            if found is None:
                self._next = len(self._index)
                return
            at, frame = found
            self._next = at + 1
            yield at, frame

    def close(self) -> None:
        """Closes the file."""
        self._frames = iter(())
        self._container.close()

    def _must_seek(self, position: int) -> bool:
        if position < self._next:
            return True
        if not self._index.timed or position - self._next < _SEEK_ONLY_BEYOND:
            return False
        key = self._index.key_before(self._index.times[position])
        return key is not None and key > self._index.times[self._next]

    def _seek(self, position: int) -> None:
        key = self._index.key_before(self._index.times[position]) if self._index.timed else None
        while key is not None:
            self._container.seek(key, stream=self.stream, backward=True)
            self._frames = self._decode_timed()
            first = next(self._frames, None)
            # Some demuxers land behind what was asked for: go one key frame farther back.
            if first is not None and first[0] <= position:
                self._frames = _chain(first, self._frames)
                self._next = first[0]
                return
            key = self._index.key_before(key - 1)
        self._restart()

    def _restart(self) -> None:
        """Goes to the very start by opening the file anew: not every container can seek there."""
        self._container.close()
        self._container = av.open(str(self._path.resolve()), metadata_errors="replace")
        self.stream = self._container.streams[self._stream_at]
        self.stream.thread_type = "AUTO"
        self._frames = self._decode_timed() if self._index.timed else enumerate(self._decode_all())
        self._next = 0

    def _decode_timed(self) -> Iterator[tuple[int, Any]]:
        """Yields (position, frame) from the packet that the demuxer stands at, known by their time."""
        at = {time: position for position, time in enumerate(self._index.times)}
        landed: int | None = None
        for packet in self._container.demux(self.stream):
            if landed is None:
                landed = packet.pts
            for frame in _decode(packet):
                # Frames before the key frame we landed on lack what they are predicted from (open GOPs).
                if frame.pts in at and (landed is None or frame.pts >= landed):
                    yield at[frame.pts], frame

    def _decode_all(self) -> Iterator[Any]:
        for packet in self._container.demux(self.stream):
            yield from _decode(packet)

    def _read_index(self) -> VideoIndex:
        try:
            index = read_index(self._container, self.stream)
        except av.FFmpegError as error:
            raise self._cut_off(_reason(error)) from error
        missing = cut_off_text(self._path, self._container, self.stream, index)
        if missing:
            raise self._cut_off(missing)
        if len(index) == 0:
            raise InputError(f"'{self._path}' holds no frames. Export or copy it again.")
        return index

    def _cut_off(self, detail: str) -> InputError:
        self._container.close()
        return InputError(f"'{self._path}' is damaged or cut off: {detail}. Copy it again from its source.")


def _chain(first: tuple[int, Any], rest: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    yield first
    yield from rest


def _decode(packet: Any) -> list[Any]:
    """Returns the frames that a packet completes; none where it is damaged, so that the frames after it can be read."""
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text).rstrip(".").lower()
