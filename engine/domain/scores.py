"""Scores: how strongly each pixel of a frame belongs to each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PlateMap:
    """The affine map from score pixels to plate pixels, per axis: plate = scale * score + offset.

    Coordinates have pixel centres at +0.5, so that a scale of 2 maps the whole first score pixel onto the first two.
    """

    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0


@dataclass(frozen=True)
class FrameScores:
    """What a backbone says of one frame.

    Attributes:
        frame: Source frame number.
        values: (K+1, h, w) float32 in [0, 1], background first, then the parts in the order of `part_ids`; sums to 1
            over axis 0. Outside its box the frame is background.
        part_ids: Label value of channels 1..K.
        to_plate: Where the box lies on the plate.
        confidence: Per part in [0, 1], in the order of `part_ids`.
        reason: One short sentence that says what the confidence rests on.
        state: "draft" frames are shown and written again later.
    """

    frame: int
    values: NDArray[np.float32]
    part_ids: tuple[int, ...]
    to_plate: PlateMap
    confidence: tuple[float, ...]
    reason: str
    state: Literal["draft", "done"] = "done"
