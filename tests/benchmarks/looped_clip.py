"""A clip of any length out of a short one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo, FrameSource


class LoopedClip:
    """A clip played to and fro until it has the wanted length."""

    def __init__(self, clip: FrameSource, length: int) -> None:
        """Numbers the frames from 0; the first is the first of `clip`."""
        self._clip = clip
        cycle = [*clip.numbers, *clip.numbers[-2:0:-1]]
        self._order = list(itertools.islice(itertools.cycle(cycle), length))
        self.info: ClipInfo = replace(clip.info, content_id=f"{clip.info.content_id}-looped-{length}")
        self.numbers: Sequence[int] = range(length)

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns a frame."""
        return self._clip.read(self._order[number])

    def stem(self, number: int) -> str:
        """Returns six digits."""
        return f"{number:06d}"

    def close(self) -> None:
        """Closes the clip."""
        self._clip.close()
