"""A cache of decoded frames that never holds more than a stated number of bytes."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

DEFAULT_CACHE_BYTES = 256 * 2**20
"""Holds 43 frames at 1080p or 10 at 4K (3 bytes a pixel)."""


class FrameCache:
    """Keeps the frames that were used last, up to a limit in bytes."""

    def __init__(self, limit_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._frames: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._held_bytes = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of all frames that are held now; never more than the limit."""
        return self._held_bytes

    @property
    def limit_bytes(self) -> int:
        """The limit it was made with."""
        return self._limit_bytes

    def __contains__(self, number: int) -> bool:
        return number in self._frames

    def get(self, number: int) -> NDArray[np.uint8] | None:
        """Returns a frame and marks it as used last, or None where it is not held."""
        image = self._frames.get(number)
        if image is not None:
            self._frames.move_to_end(number)
        return image

    def put(self, number: int, image: NDArray[np.uint8]) -> None:
        """Keeps a frame, write-protected, and lets go of those used longest ago.

        A frame larger than the whole limit is not kept.
        """
        image.setflags(write=False)
        self._drop(number)
        if image.nbytes > self._limit_bytes:
            return
        while self._held_bytes + image.nbytes > self._limit_bytes:
            self._drop(next(iter(self._frames)))
        self._frames[number] = image
        self._held_bytes += image.nbytes

    def clear(self) -> None:
        """Lets go of every frame."""
        self._frames.clear()
        self._held_bytes = 0

    def _drop(self, number: int) -> None:
        image = self._frames.pop(number, None)
        if image is not None:
            self._held_bytes -= image.nbytes
