"""Where each frame of a video file lies in time, found by reading its packets without decoding them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EBML_HEADER = bytes.fromhex("1A45DFA3")
_MATROSKA_SEGMENT = bytes.fromhex("18538067")
_CONTAINER_TICKS = 1_000_000
_END_SLACK_S = 0.5
_END_SLACK_SHARE = 0.01
"""Headers of some writers round or overstate how long a file lasts by this much."""


@dataclass(frozen=True)
class VideoIndex:
    """The frames of a video stream in display order.

    Attributes:
        times: Presentation time of each frame in stream units, strictly ascending.
        key_times: Times at which decoding can start, ascending.
        timed: Whether decoded frames can be known by their time. False where the container loses the order of B-frames
            (AVI): frames are then counted from the start of the file.
        num_packets: Packets of the stream, with those that are not shown.
        end_s: Where the last packet of any stream ends, in seconds.
    """

    times: tuple[int, ...]
    key_times: tuple[int, ...]
    timed: bool
    num_packets: int
    end_s: float

    def __len__(self) -> int:
        return len(self.times)

    def key_before(self, time: int) -> int | None:
        """Returns the last time at or before `time` at which decoding can start, or None before the first."""
        at = bisect_right(self.key_times, time)
        return self.key_times[at - 1] if at else None


def read_index(container: Any, stream: Any) -> VideoIndex:
    """Reads every packet of the file and returns the stream's index; the container is left at its end.

    Raises:
        av.FFmpegError: The file is damaged so that packets cannot be told apart.
    """
    times: list[int | None] = []
    keys: list[int | None] = []
    num_packets, end_s = 0, 0.0
    for packet in container.demux():
        if packet.size == 0 and packet.pts is None:
            continue
        if packet.pts is not None:
            end_s = max(end_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if packet.stream_index != stream.index:
            continue
        num_packets += 1
        if packet.is_keyframe:
            keys.append(packet.pts)
        # Edit lists mark packets that are decoded but not shown.
        if not packet.is_discard:
            times.append(packet.pts)
    known = [time for time in times if time is not None]
    reordered_avi = "avi" in container.format.name and bool(stream.codec_context.has_b_frames)
    if reordered_avi or len(set(known)) != len(times):
        return VideoIndex(tuple(range(len(times))), (0,), False, num_packets, end_s)
    starts = tuple(sorted(key for key in keys if key is not None))
    return VideoIndex(tuple(sorted(known)), starts, True, num_packets, end_s)


def cut_off_text(path: Path, container: Any, stream: Any, index: VideoIndex) -> str | None:
    """Returns what is missing of a file that ends too early, or None where it is whole.

    MP4 and MOV headers say how many frames there are, AVI headers how many bytes, Matroska and WebM headers how many
    bytes and seconds.
    """
    size, claimed = path.stat().st_size, claimed_bytes(path)
    if claimed is not None and size < claimed:
        return f"it holds {size:,} of {claimed:,} bytes"
    if "avi" in container.format.name:
        return None  # its count of frames includes empty ones
    if stream.frames:
        short = index.num_packets < stream.frames
        return f"{index.num_packets} of its {stream.frames} frames can be found" if short else None
    if container.duration is None:
        return None
    lasts_s = (container.duration + (container.start_time or 0)) / _CONTAINER_TICKS
    if lasts_s - index.end_s > max(_END_SLACK_S, _END_SLACK_SHARE * lasts_s):
        return f"it ends after {index.end_s:.2f} of {lasts_s:.2f} seconds"
    return None


def claimed_bytes(path: Path) -> int | None:
    """Returns how long a RIFF (AVI) or EBML (Matroska, WebM) file says it is, or None where it does not say."""
    with path.open("rb") as file:
        head = file.read(512)
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8
    if head[:4] != _EBML_HEADER:
        return None
    size, after = _ebml_size(head, 4)
    start = after + size
    if head[start : start + 4] != _MATROSKA_SEGMENT:
        return None
    size, after = _ebml_size(head, start + 4)
    return after + size if size else None


def _ebml_size(data: bytes, at: int) -> tuple[int, int]:
    """Returns an element's size at `at` (RFC 8794, section 4), 0 where it is unknown, and the place behind it."""
    length = 9 - data[at].bit_length() if at < len(data) else 9
    if length > 8:
        return 0, at
    bits = 7 * length
    size = int.from_bytes(data[at : at + length], "big") & ((1 << bits) - 1)
    return (0 if size == (1 << bits) - 1 else size), at + length
