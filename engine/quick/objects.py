"""Objects: groups of parts that touch, which move as one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.painted import PaintedFrame

_TOUCHING_PIXELS = 20  # study 2, item 1


def touching_groups(painted: Sequence[PaintedFrame]) -> tuple[tuple[int, ...], ...]:
    """Returns groups of channel indices 1..K: parts that touch on any painted frame form one object."""
    count = painted[0].num_parts if painted else 0
    group_of = list(range(count + 1))
    for reference in painted:
        labels = reference.labels()
        grown = {k: _grown(labels == k) for k in range(1, count + 1) if (labels == k).any()}
        for one, mask in grown.items():
            for other in grown:
                if other > one and int(np.count_nonzero(mask & grown[other])) > _TOUCHING_PIXELS:
                    old, new = sorted((group_of[one], group_of[other]), reverse=True)
                    group_of = [new if group == old else group for group in group_of]
    roots = sorted(set(group_of[1:]))
    return tuple(tuple(k for k in range(1, count + 1) if group_of[k] == root) for root in roots)


def object_mask(reference: PaintedFrame, group: Sequence[int]) -> NDArray[np.uint8]:
    """Returns (h, w) uint8, 255 where the object of these channels was painted."""
    soft = reference.soft[..., [k - 1 for k in group]].astype(np.uint16).sum(-1)
    return np.where(soft >= 128, np.uint8(255), np.uint8(0))


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))) > 0
