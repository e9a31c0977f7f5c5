"""Painted frames at working size: soft labels in canonical order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN, Painted
from engine.domain.parts import PartSet
from engine.quick.frame_view import FrameView


def canonical_ids(parts: PartSet) -> tuple[int, ...]:
    """Returns the part ids in the order of the parts' names, so that a permutation of parts changes nothing."""
    return tuple(part.id for part in sorted(parts, key=lambda part: part.name))


@dataclass(frozen=True)
class PaintedFrame:
    """A painted picture at working size.

    Attributes:
        frame: Its number in the clip, or None for a still or a frame of another clip.
        view: The picture.
        soft: (h, w, K+1) uint8: coverage of parts 1..K in canonical order, then of what was not painted; the rest
            up to 255 is background.
    """

    frame: int | None
    view: FrameView
    soft: NDArray[np.uint8]

    @property
    def num_parts(self) -> int:
        """Number of parts, K."""
        return int(self.soft.shape[2]) - 1

    @property
    def known(self) -> NDArray[np.bool_]:
        """(h, w) bool: mostly painted."""
        result: NDArray[np.bool_] = self.soft[..., -1] < 128
        return result

    def probabilities(self) -> NDArray[np.float32]:
        """Returns (K+1, h, w) float32, background first, summing to 1 (unknown counts as background)."""
        parts = self.soft[..., :-1].astype(np.float32).transpose(2, 0, 1) / np.float32(255)
        return np.concatenate([np.clip(1.0 - parts.sum(0, keepdims=True), 0.0, 1.0), parts])

    def labels(self) -> NDArray[np.uint8]:
        """Returns (h, w) uint8 indices 0..K of the strongest class, 255 where it was not painted."""
        strongest: NDArray[np.uint8] = self.probabilities().argmax(0).astype(np.uint8)
        strongest[~self.known] = UNKNOWN
        return strongest


def soft_labels(painted: Painted, ids: Sequence[int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Returns `PaintedFrame.soft` of a painted picture scaled to `size` = (width, height)."""
    labels, coverage = painted.labels, painted.coverage
    planes = []
    for value in (*ids, UNKNOWN):
        plane = np.where(labels == value, np.uint8(255), np.uint8(0))
        if coverage is not None and value != UNKNOWN:
            # A label wins its pixel however softly it was painted (CONTRACTS, Labels and masks).
            plane = np.where(plane > 0, np.maximum(coverage, 128), plane)
        if (labels.shape[1], labels.shape[0]) != size:
            plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        planes.append(plane)
    return np.ascontiguousarray(np.stack(planes, axis=-1))


def labels_as_soft(labels: NDArray[np.uint8], num_parts: int) -> NDArray[np.uint8]:
    """Returns `PaintedFrame.soft` of an (h, w) map of channel indices, 255 unknown."""
    planes = [np.where(labels == value, np.uint8(255), np.uint8(0)) for value in (*range(1, num_parts + 1), UNKNOWN)]
    return np.ascontiguousarray(np.stack(planes, axis=-1))
