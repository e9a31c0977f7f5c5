"""Fusion: the candidates' labels, averaged by weight (feasibility study 2, item 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.candidates import Candidate
from engine.quick.painted import PaintedFrame

_TINY = 1e-6


@dataclass(frozen=True)
class Prior:
    """What the painted frames say of a frame before anything is learned.

    Attributes:
        parts: (h, w, K) float32: probability of each part in canonical order; the rest up to 1 is background.
        trust: (h, w) float32, C: 1 where some painted frame explains the pixel, 0 where none does.
    """

    parts: NDArray[np.float32]
    trust: NDArray[np.float32]

    def probabilities(self) -> NDArray[np.float32]:
        """Returns (K+1, h, w) float32, background first."""
        parts = self.parts.transpose(2, 0, 1)
        return np.concatenate([np.clip(1.0 - parts.sum(0, keepdims=True), 0.0, 1.0), parts])


def fuse(
    candidates: Sequence[Candidate], painted: Sequence[PaintedFrame], size: tuple[int, int], num_parts: int
) -> Prior:
    """Returns the weighted mean of the candidates' labels.

    Args:
        candidates: Candidates of one frame.
        painted: The painted frames that `Candidate.source` counts.
        size: (width, height) of the frame.
        num_parts: K.
    """
    width, height = size
    votes = np.zeros((height, width, num_parts), np.float32)
    total = np.full((height, width), _TINY, np.float32)
    missing = np.ones((height, width), np.float32)
    for candidate in candidates:
        rows, columns = candidate.box.full(height, width)
        soft = sampled(painted[candidate.source].soft, candidate.positions)
        known = 1.0 - soft[..., -1] * np.float32(1 / 255)
        weight = doubled(candidate.weight, soft.shape[0], soft.shape[1]) * known
        vote = doubled(candidate.vote, soft.shape[0], soft.shape[1]) * known
        votes[rows, columns] += soft[..., :-1] * (vote * np.float32(1 / 255))[..., None]
        total[rows, columns] += vote
        missing[rows, columns] *= 1.0 - weight
    votes /= total[..., None]
    return Prior(votes, 1.0 - missing)


def sampled(soft: NDArray[np.uint8], positions: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns (bh, bw, K+1) uint8: the labels of a painted frame at (bh, bw, 2) positions."""
    pieces = [
        np.atleast_3d(
            cv2.remap(
                np.ascontiguousarray(soft[..., first : first + 4]),
                positions,
                None,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
        for first in range(0, soft.shape[2], 4)
    ]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=2)


def doubled(plane: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Returns a half-size plane at working size."""
    full = cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    return np.asarray(full[:height, :width])
