"""Playing the current clip in real time: a clock moves the playhead, and what comes late is dropped and counted."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.playback.playhead import Playhead
from app.playback.transport import Position, Repeat, advanced, entered_frame, shuttled, stretch

SEQUENCE_RATE = Fraction(24)
"""Frames a second of image sequences, which do not say theirs."""
_MEASURED_OVER_S = 1.0
_WAIT_MS = 4


class FrameSupply(Protocol):
    """Whoever has the frames at hand."""

    def ready(self, frame: int) -> bool:
        """Says whether the frame can be shown without being read first."""
        ...


class Player(QObject):
    """Moves the playhead at the clip's rate, between in and out.

    Signals:
        changed(): Playing or not, speed, rate, repeat or "every frame" changed.
        measured(): `dropped` or `measured_rate` changed.
    """

    changed = Signal()
    measured = Signal()

    def __init__(
        self,
        playhead: Playhead,
        supply: FrameSupply,
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._playhead, self._supply, self._now = playhead, supply, now
        self._speed = 0
        self._rate = SEQUENCE_RATE
        self._repeat: Repeat = "loop"
        self._every_frame = False
        self._dropped = 0
        self._started_at = 0.0
        self._ticks = 0
        self._moving = False
        self._shown_at: deque[float] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        playhead.clipChanged.connect(self.pause)
        playhead.frameChanged.connect(self._on_frame)
        playhead.rangeChanged.connect(self._start_clock)

    @property
    def playing(self) -> bool:
        """The playhead moves by itself."""
        return self._speed != 0

    @property
    def speed(self) -> int:
        """-4 to 4 times the rate; 0 while it stands."""
        return self._speed

    @property
    def direction(self) -> int:
        """1 or -1, the way it plays; 1 while it stands."""
        return -1 if self._speed < 0 else 1

    @property
    def rate(self) -> Fraction:
        """Frames a second at plain speed."""
        return self._rate

    @property
    def repeat(self) -> Repeat:
        """What happens at the ends."""
        return self._repeat

    @property
    def every_frame(self) -> bool:
        """Frames that are late are waited for instead of dropped."""
        return self._every_frame

    @property
    def dropped(self) -> int:
        """Frames that could not be shown in time since playback began."""
        return self._dropped

    @property
    def measured_rate(self) -> float:
        """Frames a second that were really shown during the last second of playback."""
        if len(self._shown_at) < 2:
            return 0.0
        return (len(self._shown_at) - 1) / max(1e-6, self._shown_at[-1] - self._shown_at[0])

    def set_rate(self, rate: Fraction | None) -> None:
        """Takes the clip's rate; None is a sequence, which plays at 24 until another rate is chosen."""
        wanted = rate if rate is not None and rate > 0 else SEQUENCE_RATE
        if wanted != self._rate:
            self._rate = wanted
            self._start_clock()
            self.changed.emit()

    def set_repeat(self, repeat: Repeat) -> None:
        """Stops, starts again or turns round at the ends."""
        if repeat != self._repeat:
            self._repeat = repeat
            self.changed.emit()

    def set_every_frame(self, *, on: bool) -> None:
        """Waits for late frames, or drops them to stay in time."""
        if on != self._every_frame:
            self._every_frame = on
            self._start_clock()
            self.changed.emit()

    def play(self, speed: int = 1) -> None:
        """Plays at -4 to 4 times the rate, from the start again where it stands at the end."""
        if not self._playhead.numbers or speed == 0:
            return
        if not self.playing:
            self._dropped = 0
            self._shown_at.clear()
        self._speed = speed
        self._enter_stretch()
        self._start_clock()
        self.changed.emit()
        self.measured.emit()

    def pause(self) -> None:
        """Stands still."""
        if self.playing:
            self._speed = 0
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Space: plays or stands still."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def shuttle(self, direction: int) -> None:
        """J (-1) and L (1)."""
        self.play(shuttled(self._speed, direction))

    def step(self, count: int) -> None:
        """Goes so many frames on, negative for back, and stands still."""
        self.pause()
        self._playhead.step(count)

    def go(self, frame: int) -> None:
        """Goes to a frame and stands still."""
        self.pause()
        self._playhead.go(frame)

    def go_to_in(self) -> None:
        """Goes to the in point, or the clip's first frame."""
        if self._playhead.numbers:
            self.go(self._playhead.numbers[stretch(self._playhead.numbers, self._playhead.in_out)[0]])

    def go_to_out(self) -> None:
        """Goes to the out point, or the clip's last frame."""
        if self._playhead.numbers:
            self.go(self._playhead.numbers[stretch(self._playhead.numbers, self._playhead.in_out)[1] - 1])

    def enter(self, text: str) -> None:
        """Goes to a typed frame: '1043', '+20', '-20'.

        Raises:
            InputError: It is no frame.
        """
        self.go(entered_frame(text, self._playhead.frame))

    def tick(self) -> None:
        """Shows the frame that is due now."""
        if not self.playing:
            return
        due = int((self._now() - self._started_at) * self._rate)
        late = due - self._ticks
        if late > 0:
            self._show_due(late)
        self._wait()

    def _show_due(self, late: int) -> None:
        numbers = self._playhead.numbers
        first, end = stretch(numbers, self._playhead.in_out)
        here = Position(bisect_left(numbers, self._playhead.frame) - first, self.direction)
        steps = (1 if self._every_frame else late) * abs(self._speed)
        there = advanced(here, steps, end - first, self._repeat)
        frame = numbers[first + there.place]
        ready = self._supply.ready(frame)
        if self._every_frame and not ready:
            # It stays due, and is asked for again in a moment.
            self._ticks, self._started_at = 0, self._now() - 1 / float(self._rate)
            return
        if self._every_frame and late > 1:
            self._ticks, self._started_at = 0, self._now()
        else:
            self._ticks += late
        if not self._every_frame:
            self._dropped += late - (1 if ready else 0)
        if there.direction != here.direction:
            self._speed = -self._speed
        self._note_shown(ready=ready)
        self._move(frame)
        self.measured.emit()
        if there.ended:
            self.pause()

    def _note_shown(self, *, ready: bool) -> None:
        now = self._now()
        if ready:
            self._shown_at.append(now)
        while self._shown_at and now - self._shown_at[0] > _MEASURED_OVER_S:
            self._shown_at.popleft()

    def _move(self, frame: int) -> None:
        self._moving = True
        self._playhead.go(frame)
        self._moving = False

    def _enter_stretch(self) -> None:
        numbers = self._playhead.numbers
        first, end = stretch(numbers, self._playhead.in_out)
        place = bisect_left(numbers, self._playhead.frame)
        at_end = place == (end - 1 if self._speed > 0 else first) and self._repeat == "once"
        if not first <= place < end or at_end:
            self._move(numbers[first if self._speed > 0 else end - 1])

    def _start_clock(self) -> None:
        """The frame that is shown now is tick 0."""
        self._started_at, self._ticks = self._now(), 0
        if self.playing:
            self._wait()

    def _wait(self) -> None:
        if not self.playing:
            return
        due_in = self._started_at + (self._ticks + 1) / float(self._rate) - self._now()
        self._timer.start(max(_WAIT_MS if due_in <= 0 else 0, int(due_in * 1000)))

    def _on_frame(self, _frame: int) -> None:
        """Somebody else moved the playhead: playback goes on from there."""
        if self.playing and not self._moving:
            self._start_clock()
