"""SMPTE timecode: where a clip starts, and what a frame's code is (SMPTE ST 12-1)."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import av

_CODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)")
_DROP_RATES = {30: 2, 60: 4}
"""Frame numbers left out at the start of every minute but each tenth, by nominal rate."""


def video_timecode(path: Path) -> str | None:
    """Returns the timecode of a video's first frame as it is written in the file, or None."""
    try:
        with av.open(str(path.resolve()), metadata_errors="replace") as container:
            found = [stream.metadata.get("timecode") for stream in container.streams]
            found.append(container.metadata.get("timecode"))
    except (av.FFmpegError, OSError, ValueError):
        return None
    return next((code for code in found if code and _CODE.fullmatch(code)), None)


def timecode_at(start: str, frame: int, rate: Fraction) -> str:
    """Returns the code `frame` frames after `start`, 'hh:mm:ss:ff' or 'hh:mm:ss;ff' where frames are dropped.

    Args:
        start: Code of frame 0.
        frame: 0 or more.
        rate: Frames per second; 24000/1001 counts as 24.
    """
    match = _CODE.fullmatch(start)
    if match is None:
        raise ValueError(f"'{start}' is no timecode")
    nominal = round(rate)
    dropped = _DROP_RATES.get(nominal, 0) if match[4] != ":" else 0
    hours, minutes, seconds, frames = (int(match[index]) for index in (1, 2, 3, 5))
    total_minutes = hours * 60 + minutes
    count = (total_minutes * 60 + seconds) * nominal + frames - dropped * (total_minutes - total_minutes // 10)
    count = (count + frame) % (24 * 60 * 60 * nominal - dropped * (24 * 60 - 144))
    if dropped:
        count += _skipped(count, nominal, dropped)
    seconds_in_all, frames = divmod(count, nominal)
    minutes_in_all, seconds = divmod(seconds_in_all, 60)
    hours, minutes = divmod(minutes_in_all, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if dropped else ':'}{frames:02d}"


def packed(code: str) -> tuple[int, int]:
    """Returns the two words of a header's timecode: digits in binary-coded decimal, bit 6 set for dropped frames."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"'{code}' is no timecode")
    hours, minutes, seconds, frames = (int(match[index], 16) for index in (1, 2, 3, 5))
    drop = 1 << 6 if match[4] != ":" else 0
    return hours << 24 | minutes << 16 | seconds << 8 | frames | drop, 0


def unpacked(word: int) -> str:
    """Returns the code that `packed` made the first word of."""
    drop = ";" if word >> 6 & 1 else ":"
    return f"{word >> 24 & 0x3F:02x}:{word >> 16 & 0x7F:02x}:{word >> 8 & 0x7F:02x}{drop}{word & 0x3F:02x}"


def _skipped(count: int, nominal: int, dropped: int) -> int:
    """Returns how many numbers were left out before the frame that is the `count`-th to be shown."""
    per_minute = nominal * 60 - dropped
    per_ten = per_minute * 10 + dropped
    tens, rest = divmod(count, per_ten)
    within = max(0, (rest - dropped) // per_minute) if rest >= nominal * 60 else 0
    return tens * 9 * dropped + within * dropped
