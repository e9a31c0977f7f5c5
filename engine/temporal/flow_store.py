"""Optical flow of a clip, computed once and shared by all who need it."""

from __future__ import annotations

import bisect
import io
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_bytes
from engine.domain.frames import FrameSource
from engine.errors import OutputError
from engine.temporal.flow import STORED_FLOW, Flow, FlowPair, FlowSettings, flow_pair
from engine.temporal.flow_quota import make_room, touch

MAX_WORKING_PIXELS = 500_000
"""Working images hold at most about 0.5 MP, whatever the plate."""

DEFAULT_QUOTA_BYTES = 8 << 30
_VERSION = "dis-1"
_PAIR_BYTES_IN_MEMORY = 96 << 20  # 34 pairs of 720x480, so that a block of a chain is walked both ways for free
_FLOWS_IN_MEMORY = 10  # float fields with visibility: what the votes on two frames in a row share, 6 MB each at 0.5 MP
_IMAGES_IN_MEMORY = 8


def working_size(width: int, height: int) -> tuple[int, int]:
    """Returns the (width, height) at which a plate of this size is worked on: its own, or scaled to 0.5 MP."""
    scale = min(1.0, (MAX_WORKING_PIXELS / (width * height)) ** 0.5)
    if scale == 1.0:
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))


class FlowStore:
    """Dense flow between neighbouring frames of a clip, computed on demand and kept on disk.

    Flow is never asked for across a cut: callers know the scenes. The neighbours of a frame are the nearest existing
    numbers, so gaps in the numbering do no harm. Not for sharing between threads, like its source.
    """

    def __init__(
        self,
        source: FrameSource,
        folder: Path | None,
        *,
        working_size: tuple[int, int],
        quota_bytes: int = DEFAULT_QUOTA_BYTES,
        settings: FlowSettings = STORED_FLOW,
    ) -> None:
        """Opens the store of a clip.

        Args:
            source: The clip.
            folder: Cache folder of all clips, or None to keep nothing beyond memory.
            working_size: (width, height) of the images that flow is computed on.
            quota_bytes: What `folder` may hold; the clips that were not used for longest go first.
            settings: How flow is computed; what is kept on disk is always `STORED_FLOW`.

        Raises:
            ValueError: A folder is given together with other settings.
        """
        if folder is not None and settings != STORED_FLOW:
            raise ValueError("only flow of the standard settings is kept on disk")
        self.source = source
        self.working_size = working_size
        self._numbers = tuple(source.numbers)
        self._pairs: OrderedDict[tuple[int, int], FlowPair] = OrderedDict()
        self._flows: OrderedDict[tuple[int, int], Flow] = OrderedDict()
        self._images: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._settings = settings
        self._root = folder
        self._quota = quota_bytes
        width, height = working_size
        self._folder = folder / f"{source.info.content_id}-{width}x{height}-{_VERSION}" if folder else None
        self._room_for: int | None = None

    def between(self, frame: int, neighbour: int) -> Flow:
        """Returns where each pixel of `frame` lies in `neighbour`, which must be next to it among existing frames.

        The arrays are shared: do not write into them.

        Raises:
            ValueError: The two are not neighbours.
            InputError: A frame cannot be decoded.
        """
        earlier, later = min(frame, neighbour), max(frame, neighbour)
        if self.next_frame(earlier) != later:
            raise ValueError(f"frames {frame} and {neighbour} are not neighbours")
        key = (frame, neighbour)
        if key not in self._flows:
            self._flows[key] = self._pair(earlier, later).flow(reverse=frame == later)
            if len(self._flows) > _FLOWS_IN_MEMORY:
                self._flows.popitem(last=False)
        self._flows.move_to_end(key)
        return self._flows[key]

    def next_frame(self, frame: int) -> int | None:
        """Returns the number of the next existing frame, or None behind the last one."""
        place = bisect.bisect_right(self._numbers, frame)
        return self._numbers[place] if place < len(self._numbers) else None

    def frames_between(self, first: int, last: int) -> Sequence[int]:
        """Returns the existing frames from `first` to `last`, both included, ascending."""
        return self._numbers[bisect.bisect_left(self._numbers, first) : bisect.bisect_right(self._numbers, last)]

    def image(self, frame: int) -> NDArray[np.uint8]:
        """Returns the frame at working size, (h, w, 3) uint8 sRGB; do not write into it."""
        if frame in self._images:
            self._images.move_to_end(frame)
            return self._images[frame]
        image = self.source.read(frame)
        if image.shape[1::-1] != self.working_size:
            image = cv2.resize(image, self.working_size, interpolation=cv2.INTER_AREA)
        self._images[frame] = image
        if len(self._images) > _IMAGES_IN_MEMORY:
            self._images.popitem(last=False)
        return image

    def grey(self, frame: int) -> NDArray[np.uint8]:
        """Returns the frame at working size, (h, w) uint8 grey."""
        grey: NDArray[np.uint8] = cv2.cvtColor(self.image(frame), cv2.COLOR_RGB2GRAY)
        return grey

    def _pair(self, earlier: int, later: int) -> FlowPair:
        key = (earlier, later)
        if key not in self._pairs:
            pair = self._load(key)
            if pair is None:
                pair = flow_pair(self.grey(earlier), self.grey(later), self._settings)
                self._save(key, pair)
            self._pairs[key] = pair
            if len(self._pairs) > max(2, _PAIR_BYTES_IN_MEMORY // (pair.forward.nbytes + pair.backward.nbytes)):
                self._pairs.popitem(last=False)
        self._pairs.move_to_end(key)
        return self._pairs[key]

    def _load(self, key: tuple[int, int]) -> FlowPair | None:
        if self._folder is None:
            return None
        try:
            stored = np.load(self._path(self._folder, key), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None  # absent, or spoilt by another program: it is computed again
        width, height = self.working_size
        if stored.shape != (2, height, width, 2) or stored.dtype != np.int16:
            return None
        return FlowPair(stored[0], stored[1])

    def _save(self, key: tuple[int, int], pair: FlowPair) -> None:
        if self._folder is None or self._root is None:
            return
        data = io.BytesIO()
        np.save(data, np.stack([pair.forward, pair.backward]), allow_pickle=False)
        if self._room_for is None:
            touch(self._folder)
            self._room_for = make_room(self._root, self._folder, self._quota)
        if self._room_for < data.tell():
            return
        try:
            write_bytes(self._path(self._folder, key), data.getvalue())
        except OutputError:
            self._folder = None  # a cache that cannot be written costs time, never the job
            return
        self._room_for -= data.tell()

    @staticmethod
    def _path(folder: Path, key: tuple[int, int]) -> Path:
        return folder / f"{key[0]}-{key[1]}.npy"
