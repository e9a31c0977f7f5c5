"""Drawn footage with known parts: a disc with a square in it, moving over a ground of another colour."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.reference import Reference

PARTS = PartSet.from_names(["disc", "square"])
HEIGHT, WIDTH = 96, 112


def drawn(number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns image and labels of a frame; all frames differ, neighbours little."""
    random = np.random.default_rng(number)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    centre_y, centre_x = 48 + 6 * np.sin(0.5 * number), 56 + 8 * np.cos(0.3 * number)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[(rows - centre_y) ** 2 + (columns - centre_x) ** 2 < 36**2] = 1
    labels[(abs(rows - centre_y) < 17) & (abs(columns - centre_x) < 17)] = 2
    colours = np.array([(60, 90, 60), (220, 60, 40), (40, 60, 230)])
    noisy = colours[labels] + random.normal(0, 6, (HEIGHT, WIDTH, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8), labels


def reference(number: int, *, holdout: bool = False) -> Reference:
    image, labels = drawn(number)
    return Reference(f"frame_{number:03d}", image, Painted(labels), holdout=holdout)


class DrawnClip:
    """A clip of drawn frames, numbered from 1001."""

    def __init__(self, length: int) -> None:
        self.info = ClipInfo("drawn", WIDTH, HEIGHT, Fraction(25), Fraction(1), "sRGB", "drawn")
        self.numbers: Sequence[int] = range(1001, 1001 + length)
        self.reads: list[int] = []

    def read(self, number: int) -> NDArray[np.uint8]:
        self.reads.append(number)
        return drawn(number - 1000)[0]

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        return


def mean_iou(predicted: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
    """Mean intersection over union of the labels in `truth`, background included."""
    labels = np.unique(truth)
    return float(
        np.mean([((predicted == k) & (truth == k)).sum() / ((predicted == k) | (truth == k)).sum() for k in labels])
    )
