"""Whole-number mattes of one frame: parts and background sum to full scale at every plate pixel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.domain.scores import FrameScores
from engine.mattes.formats import FULL_SCALE
from engine.results.quantise import largest_remainder
from engine.results.resample import scores_on_plate


def mattes(scores: FrameScores, labels: LabelMap, *, bits: int) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Yields (label value, (H, W) matte) for background and every part of a frame.

    Args:
        scores: Scores of the frame.
        labels: (H, W) label map of the frame; each matte is largest where its label stands.
        bits: 8 or 16; full scale is 255 or 65535.
    """
    full_scale = FULL_SCALE[bits]
    plate_hw = (labels.shape[0], labels.shape[1])
    box, stack = scores_on_plate(scores, plate_hw, labels)
    codes = largest_remainder(stack, full_scale)
    for index, value in enumerate((0, *scores.part_ids)):
        plane = np.where(labels == value, np.uint16(full_scale), np.uint16(0))
        plane[box] = codes[index]
        yield value, plane
