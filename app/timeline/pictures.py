"""Small pictures of a clip's frames, read in a thread of their own."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QImage

from engine.errors import EngineError
from engine.media import MediaSource, open_clip

PICTURE_HEIGHT_PX = 96
_MOST_KEPT = 240
_CACHE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class _Clip:
    path: Path
    colour_space: str


class _Reader(QThread):
    """Reads the pictures that are wanted, in their order, until others are wanted.

    Signals:
        read(int): A picture of this frame can be collected.
    """

    read = Signal(int)

    def __init__(self, clip: _Clip) -> None:
        super().__init__()
        self.setObjectName("timeline pictures")
        self._clip = clip
        self._wanted: deque[int] = deque()
        self._wake = threading.Condition()
        self._paused = self._stopping = False
        self.done: dict[int, QImage] = {}

    def want(self, frames: Sequence[int]) -> None:
        with self._wake:
            self._wanted = deque(frames)
            self._wake.notify()

    def pause(self, *, paused: bool) -> None:
        with self._wake:
            self._paused = paused
            self._wake.notify()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        source: MediaSource | None = None
        # A clip that cannot be opened has no pictures; the viewer says why it shows none.
        with suppress(EngineError):
            source = open_clip(self._clip.path, colour_space=self._clip.colour_space, cache_bytes=_CACHE_BYTES)
        while (frame := self._next()) is not None:
            if source is not None:
                self._read(source, frame)
        if source is not None:
            source.close()

    def _next(self) -> int | None:
        with self._wake:
            while not self._stopping and (self._paused or not self._wanted):
                self._wake.wait()
            return None if self._stopping else self._wanted.popleft()

    def _read(self, source: MediaSource, frame: int) -> None:
        try:
            picture = source.read(frame)
        except EngineError:
            return  # a damaged frame has no small picture either; the viewer says what is wrong with it
        width = max(1, round(picture.shape[1] * PICTURE_HEIGHT_PX / picture.shape[0]))
        small = np.ascontiguousarray(cv2.resize(picture, (width, PICTURE_HEIGHT_PX), interpolation=cv2.INTER_AREA))
        image = QImage(small.data, width, PICTURE_HEIGHT_PX, 3 * width, QImage.Format.Format_RGB888)
        self.done[frame] = image.convertToFormat(QImage.Format.Format_RGB32)
        self.read.emit(frame)


class FramePictures(QObject):
    """Small pictures of the frames of one clip, the most recently wanted of them kept.

    Signals:
        changed(): A picture more is there, or another clip.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clip: _Clip | None = None
        self._reader: _Reader | None = None
        self._paused = False
        self._wanted: tuple[int, ...] = ()
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._frames: list[int] = []
        self.version = 0

    @property
    def aspect(self) -> float:
        """Width of a picture by its height; that of a common plate while none is there."""
        if not self._images:
            return 16 / 9
        image = next(iter(self._images.values()))
        return image.width() / image.height()

    @property
    def frames(self) -> tuple[int, ...]:
        """Frames of which there is a picture, ascending."""
        return tuple(self._frames)

    def set_clip(self, path: Path | None, colour_space: str = "auto") -> None:
        """Shows another clip, or none."""
        clip = _Clip(path, colour_space) if path is not None else None
        if clip == self._clip:
            return
        self.shut_down()
        self._clip = clip
        self._images.clear()
        self._frames.clear()
        self._changed()

    def near(self, frame: int, reach: int) -> QImage | None:
        """Returns the picture of the frame, or of the nearest one at most `reach` frames away; None without any."""
        place = bisect_left(self._frames, frame)
        near = self._frames[max(0, place - 1) : place + 1]
        found = min(near, key=lambda other: abs(other - frame), default=None)
        if found is None or abs(found - frame) > reach:
            return None
        self._images.move_to_end(found)
        return self._images[found]

    def want(self, frames: Sequence[int]) -> None:
        """Reads these frames instead of those wanted before: a few of the whole row first, then those between."""
        wanted = tuple(frames)
        if self._clip is None or wanted == self._wanted:
            return
        self._wanted = wanted
        missing = [frame for frame in _coarse_first(wanted[:_MOST_KEPT]) if frame not in self._images]
        if missing and self._reader is None:
            self._reader = _Reader(self._clip)
            self._reader.read.connect(self._on_read)
            self._reader.pause(paused=self._paused)
            self._reader.start(QThread.Priority.LowPriority)
        if self._reader is not None:
            self._reader.want(missing)

    def pause(self, *, paused: bool) -> None:
        """Reads nothing for a while: playing needs the processor."""
        self._paused = paused
        if self._reader is not None:
            self._reader.pause(paused=paused)

    def shut_down(self) -> None:
        """Ends the thread, waiting for the frame it reads."""
        self._wanted = ()
        if self._reader is not None:
            self._reader.stop()
            self._reader = None

    def _on_read(self, frame: int) -> None:
        if self._reader is None or self.sender() is not self._reader:
            return
        image = self._reader.done.pop(frame, None)
        if image is None:
            return  # it was read twice before anybody looked, and shown the first time
        self._images[frame] = image
        while len(self._images) > _MOST_KEPT:
            self._images.popitem(last=False)
        self._frames = sorted(self._images)
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self.changed.emit()


def _coarse_first(frames: Sequence[int]) -> list[int]:
    """Returns the frames in the order every 16th, 8th, 4th, 2nd, all."""
    order: dict[int, None] = {}
    for step in (16, 8, 4, 2, 1):
        order |= dict.fromkeys(frames[::step])
    return list(order)
