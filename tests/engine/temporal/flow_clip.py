"""A clip in memory whose frames are counted as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np

from engine.domain.frames import ClipInfo


class CountedClip:
    """Frames that slide by two pixels each."""

    def __init__(self, numbers: Sequence[int] = range(6), content_id: str = "counted") -> None:
        noise = np.random.default_rng(5).normal(0, 1, (48, 64 + 2 * len(numbers))).astype(np.float32)
        smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
        strip = np.clip(128 + 300 * smooth, 0, 255).astype(np.uint8)
        self._images = {
            number: np.repeat(strip[:, 2 * (len(numbers) - place) :][:, :64, None], 3, axis=2)
            for place, number in enumerate(numbers)
        }
        self.numbers: Sequence[int] = tuple(numbers)
        self.info = ClipInfo("counted", 64, 48, None, Fraction(1), "srgb", content_id)
        self.reads: list[int] = []

    def read(self, number: int) -> np.ndarray:
        self.reads.append(number)
        return self._images[number]

    def stem(self, number: int) -> str:
        return str(number)

    def close(self) -> None:
        return
