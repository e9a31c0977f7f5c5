"""Where each frame of a video file lies in time, found by reading its packets without decoding them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VideoIndex:
    """The frames of a video stream in display order.

    Attributes:
        times: Presentation time of each frame in stream units, strictly ascending.
        key_times: Times at which decoding can start, ascending.
        timed: Whether decoded frames can be known by their time. False where the container loses the order of B-frames
            (AVI): frames are then counted from the start of the file.
    """

    times: tuple[int, ...]
    key_times: tuple[int, ...]
    timed: bool

    def __len__(self) -> int:
        return len(self.times)

    def key_before(self, time: int) -> int | None:
        """Returns the last time at or before `time` at which decoding can start, or None before the first."""
        at = bisect_right(self.key_times, time)
        return self.key_times[at - 1] if at else None


def read_index(container: Any, stream: Any) -> VideoIndex:
    """Reads every packet of the stream and returns its index; the container is left at its end.

    Raises:
        av.FFmpegError: The file is damaged so that packets cannot be told apart.
    """
    times: list[int | None] = []
    keys: list[int | None] = []
    for packet in container.demux(stream):
        if packet.size == 0 and packet.pts is None:
            continue
        if packet.is_keyframe:
            keys.append(packet.pts)
        # Edit lists mark packets that are decoded but not shown.
        if not packet.is_discard:
            times.append(packet.pts)
    known = [time for time in times if time is not None]
    reordered_avi = "avi" in container.format.name and bool(stream.codec_context.has_b_frames)
    if reordered_avi or len(set(known)) != len(times):
        return VideoIndex(tuple(range(len(times))), (0,), timed=False)
    return VideoIndex(tuple(sorted(known)), tuple(sorted(key for key in keys if key is not None)), timed=True)
