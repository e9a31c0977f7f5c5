"""Mattes of one frame at plate size: parts and background sum to full scale at every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.domain.scores import FrameScores
from engine.results.resample import scores_on_plate


@dataclass(frozen=True)
class MatteStack:
    """Mattes of background and every part of a frame.

    Attributes:
        labels: (H, W) label map; outside `box` each matte is 1 where its label stands and 0 elsewhere.
        values: Label values of the channels, 0 (background) first.
        box: Rows and columns of the plate that `soft` covers.
        soft: (len(values), h, w) float32 in [0, 1]; sums to 1 over axis 0.
    """

    labels: LabelMap
    values: tuple[int, ...]
    box: tuple[slice, slice]
    soft: NDArray[np.float32]

    def plane(self, value: int) -> NDArray[np.float32]:
        """Returns the (H, W) float32 matte of one label value in [0, 1]; all 0 where the frame does not know it."""
        plane: NDArray[np.float32] = (self.labels == value).astype(np.float32)
        plane[self.box] = self.soft[self.values.index(value)] if value in self.values else np.float32(0)
        return plane


def matte_stack(scores: FrameScores, labels: LabelMap) -> MatteStack:
    """Returns the scores of a frame at plate size.

    Args:
        scores: Scores of the frame.
        labels: (H, W) label map of the frame; each matte is largest where its label stands.
    """
    box, stack = scores_on_plate(scores, (labels.shape[0], labels.shape[1]), labels)
    return MatteStack(labels, (0, *scores.part_ids), box, stack)
