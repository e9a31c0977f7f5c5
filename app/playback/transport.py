"""Where playback goes next: in and out points, loop and ping-pong, shuttle speeds, typed frames. Without Qt."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.domain.frames import FrameRange
from engine.errors import InputError

Repeat = Literal["once", "loop", "ping_pong"]
SPEEDS = (1, 2, 4)
"""Times the clip's rate that J and L step through."""
_ENTRY = re.compile(r"([+-]?)\s*(\d+)")


@dataclass(frozen=True)
class Position:
    """A place in the stretch that is played.

    Attributes:
        place: Index into the stretch.
        direction: 1 onwards, -1 backwards.
        ended: Playback ends here, because it does not repeat.
    """

    place: int
    direction: int
    ended: bool = False


def stretch(numbers: Sequence[int], in_out: FrameRange | None) -> tuple[int, int]:
    """Returns the half-open indices of the frames that are played: those between in and out, or all.

    Args:
        numbers: Existing frame numbers, ascending, at least one.
        in_out: The chosen stretch; one that holds no existing frame gives the next existing one.
    """
    if in_out is None:
        return 0, len(numbers)
    first = min(bisect_left(numbers, in_out.start), len(numbers) - 1)
    return first, max(first + 1, bisect_left(numbers, in_out.stop))


def advanced(at: Position, steps: int, count: int, repeat: Repeat) -> Position:
    """Returns where playback is `steps` frames further in its own direction.

    Args:
        at: Where it is; `place` is in 0..count-1.
        steps: 0 or more.
        count: Frames in the stretch, at least 1.
        repeat: Stop at the end, start again, or turn round; the frames at the turns are shown once.
    """
    if count == 1:
        return Position(0, at.direction, ended=repeat == "once")
    if repeat == "loop":
        return Position((at.place + at.direction * steps) % count, at.direction)
    if repeat == "ping_pong":
        period = 2 * (count - 1)
        phase = at.place if at.direction > 0 else period - at.place
        phase = (phase + steps) % period
        if phase < count - 1:
            return Position(phase, 1)
        return Position(period - phase, -1)
    place = max(0, min(count - 1, at.place + at.direction * steps))
    return Position(place, at.direction, ended=place == (count - 1 if at.direction > 0 else 0))


def shuttled(speed: int, direction: int) -> int:
    """Returns the speed after another press of L (`direction` 1) or J (-1): once, twice, four times the rate.

    Args:
        speed: Speed now, negative for backwards, 0 for standing still.
        direction: Key that was pressed; against the way it plays, it turns round to the plain rate.
    """
    if speed * direction <= 0:
        return direction
    faster = [value for value in SPEEDS if value > abs(speed)]
    return direction * (faster[0] if faster else SPEEDS[-1])


def entered_frame(text: str, current: int) -> int:
    """Returns the frame number that was typed: '1043', or '+20' and '-20' from the current frame.

    Raises:
        InputError: It is neither.
    """
    match = _ENTRY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"'{text.strip()}' is no frame. Type a number, or +20 or -20 to move on from here.")
    sign, number = match.group(1), int(match.group(2))
    if not sign:
        return number
    return current + number if sign == "+" else current - number
