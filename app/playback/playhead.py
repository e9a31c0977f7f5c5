"""The current clip and frame, and the in and out points; every view of a clip follows it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from engine.domain.frames import FrameRange


class Playhead(QObject):
    """One place in one clip.

    Signals:
        clipChanged(str): Another clip is current ("" for none); its id.
        frameChanged(int): Another frame of the current clip is current; its source number.
        rangeChanged(): The in or out point moved.
    """

    clipChanged = Signal(str)
    frameChanged = Signal(int)
    rangeChanged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clip_id = ""
        self._numbers: Sequence[int] = ()
        self._frame = 0
        self._in: int | None = None
        self._out: int | None = None

    @property
    def clip_id(self) -> str:
        """Id of the current clip, or "" where there is none."""
        return self._clip_id

    @property
    def numbers(self) -> Sequence[int]:
        """Source numbers of the clip's frames, ascending."""
        return self._numbers

    @property
    def frame(self) -> int:
        """Source number of the current frame; meaningless while there is no clip."""
        return self._frame

    @property
    def in_out(self) -> FrameRange | None:
        """The chosen stretch, both points included, or None where neither was set."""
        if (self._in is None and self._out is None) or not self._numbers:
            return None
        first = self._numbers[0] if self._in is None else self._in
        last = self._numbers[-1] if self._out is None else self._out
        return FrameRange(first, last + 1)

    def set_clip(self, clip_id: str, numbers: Sequence[int], frame: int | None = None) -> None:
        """Goes to a clip (and to its first frame, where no frame is named); "" is no clip."""
        if clip_id == self._clip_id and list(numbers) == list(self._numbers):
            if frame is not None:
                self.go(frame)
            return
        self._clip_id, self._numbers = clip_id, tuple(numbers)
        self._in = self._out = None
        self._frame = self._nearest(frame) if frame is not None else (self._numbers[0] if self._numbers else 0)
        self.clipChanged.emit(clip_id)
        self.rangeChanged.emit()
        if self._numbers:
            self.frameChanged.emit(self._frame)

    def go(self, frame: int) -> None:
        """Goes to the existing frame that is nearest to `frame`."""
        if not self._numbers:
            return
        nearest = self._nearest(frame)
        if nearest != self._frame:
            self._frame = nearest
            self.frameChanged.emit(nearest)

    def step(self, count: int) -> None:
        """Goes `count` existing frames on, or back where it is negative; stops at the ends."""
        if self._numbers:
            place = bisect_left(self._numbers, self._frame) + count
            self.go(self._numbers[max(0, min(len(self._numbers) - 1, place))])

    def set_in(self, frame: int | None) -> None:
        """Moves the in point; an out point before it is dropped."""
        self._in = frame
        if frame is not None and self._out is not None and self._out < frame:
            self._out = None
        self.rangeChanged.emit()

    def set_out(self, frame: int | None) -> None:
        """Moves the out point; an in point behind it is dropped."""
        self._out = frame
        if frame is not None and self._in is not None and self._in > frame:
            self._in = None
        self.rangeChanged.emit()

    def _nearest(self, frame: int) -> int:
        place = bisect_left(self._numbers, frame)
        near = self._numbers[max(0, place - 1) : place + 1]
        return min(near, key=lambda number: abs(number - frame))
