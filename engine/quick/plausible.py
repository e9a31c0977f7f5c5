"""What a part cannot be: many times larger than it was ever painted, on pixels that no painted frame explains.

An occluder that the network has never seen may look to it like a part. Where that makes a part implausibly large, the
pixels that are explained by nothing go back to what the painted frames say of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.fusion import Prior
from engine.quick.painted import PaintedFrame

_GROWTH = 2.0  # a camera that comes close doubles an area between two painted frames; more is not seen in one shot
_UNEXPLAINED = 0.2  # C below it
_RIM = np.ones((5, 5), np.uint8)


def painted_areas(painted: Sequence[PaintedFrame]) -> tuple[float, ...]:
    """Returns the largest area of each part on the painted frames of the clip, in working pixels; () without any."""
    frames = [reference for reference in painted if reference.frame is not None]
    if not frames:
        return ()
    areas = [(reference.soft[..., :-1] >= 128).sum((0, 1)) for reference in frames]
    return tuple(float(area) for area in np.max(areas, axis=0))


def plausible(probabilities: NDArray[np.float32], prior: Prior, areas: Sequence[float]) -> NDArray[np.float32]:
    """Returns the probabilities with implausibly large parts cut back.

    Args:
        probabilities: (K+1, h, w), background first.
        prior: What the painted frames say.
        areas: Largest painted area of each part; () leaves everything as it is.
    """
    if not areas:
        return probabilities
    labels = np.argmax(probabilities, axis=0)
    unexplained = prior.trust < _UNEXPLAINED
    taken_back = np.zeros(labels.shape, bool)
    for place, area in enumerate(areas):
        own = labels == place + 1
        if area > 0 and np.count_nonzero(own) > _GROWTH * area:
            taken_back |= own & unexplained
    if not taken_back.any():
        return probabilities
    taken_back = (cv2.dilate(taken_back.astype(np.uint8), _RIM) > 0) & unexplained
    return np.where(taken_back, prior.probabilities(), probabilities)
