"""Whose word counts for a pixel: the painted frames', or the network's.

Not of the study. Where the painted frames put a part at a size that it can have, and either explain its pixels or agree
on it from both sides, they are right more often than the network, which in new light or beside new things grows a part
over what it has never seen (measured on light and drive of `tests/footage`). Where they lost the part, or disagree, the
network is right more often (caps, thin).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.candidates import Candidate, Source
from engine.quick.explain import ramp
from engine.quick.fusion import Prior, sampled
from engine.quick.painted import PaintedFrame


@dataclass(frozen=True)
class GateSettings:
    """Chosen on light, drive, caps, thin and chair (one seed each), in the middle of a broad optimum.

    Attributes:
        trust: Mean C over a part's pixels at which its gate begins to open, and at which it is open.
        agreement: The same for the soft IoU of the part as it is carried from either side.
        size: The same for its area, as a share of the largest painted one.
        edge_pixels: To this distance from the painted frames' edges an open gate lets them speak only as far as they
            explain the pixel, and for less than half: there the network places edges better (camera, chair).
        edge_share: The most that they count for there.
        gain: C is multiplied by this there, and where the chained flow leads nowhere: what comes into the picture or
            hides the part has no painted pixel that could be right.
    """

    trust: tuple[float, float] = (0.5, 0.8)
    agreement: tuple[float, float] = (0.3, 0.45)
    size: tuple[float, float] = (0.05, 0.1)
    edge_pixels: int = 2
    edge_share: float = 0.4
    gain: float = 4.0


def agreement(candidates: Sequence[Candidate], painted: Sequence[PaintedFrame]) -> NDArray[np.float32]:
    """Returns (K,) soft IoU of each part as chained flow carries it from one side and from the other.

    It is 0 where a frame has a painted one on one side only. Light and shadow do not change it, occluders do.
    """
    sides = [
        sampled(painted[candidate.source].soft, np.ascontiguousarray(candidate.positions[::2, ::2]))[..., :-1]
        for candidate in candidates
        if candidate.kind == "chain"
    ]
    if len(sides) < 2:
        return np.zeros(painted[0].soft.shape[2] - 1 if painted else 0, np.float32)
    common = np.minimum(sides[0], sides[1]).sum((0, 1), dtype=np.float64)
    either = np.maximum(sides[0], sides[1]).sum((0, 1), dtype=np.float64)
    return np.asarray(common / np.maximum(either, 255.0), np.float32)


def vouched(
    prior: Prior, agreed: NDArray[np.float32], areas: Sequence[float], settings: GateSettings | None = None
) -> NDArray[np.float32]:
    """Returns (K,) in [0, 1]: how far the painted frames are believed about each part of a frame.

    Args:
        prior: What they say.
        agreed: `agreement` of the frame.
        areas: Largest painted area of each part in pixels; () believes them about none.
        settings: Where the gates open.
    """
    settings = settings or GateSettings()
    if not len(areas):
        return np.zeros(prior.parts.shape[2], np.float32)
    # Every second pixel of every second row tells the same.
    parts, known = prior.parts[::2, ::2], prior.trust[::2, ::2]
    filled = 4.0 * parts.sum((0, 1), dtype=np.float64)
    trust = 4.0 * np.einsum("yxk,yx->k", parts, known, dtype=np.float64) / np.maximum(filled, 1.0)
    sure = np.maximum(ramp(trust, settings.trust), ramp(agreed, settings.agreement))
    size = ramp(filled / np.maximum(np.asarray(areas), 1.0), settings.size)
    return np.asarray(sure * size, np.float32)


def reached(sources: Sequence[Source], height: int, width: int) -> NDArray[np.float32]:
    """Returns (h, w) in [0, 1]: whether chained flow leads from a pixel to any painted frame, light set aside."""
    reach = np.zeros((height, width), np.float32)
    for source in sources:
        if source.chain is not None:
            reach = np.maximum(reach, 2.0 * np.sqrt(np.clip(source.chain.confidence, 0.0, 1.0)))
    return np.asarray(np.minimum(reach, 1.0), np.float32)


def blended(
    probabilities: NDArray[np.float32],
    prior: Prior,
    gates: NDArray[np.float32],
    reach: NDArray[np.float32],
    settings: GateSettings | None = None,
) -> NDArray[np.float32]:
    """Returns the network's answer mixed with what the painted frames say.

    Args:
        probabilities: (K+1, h, w) of the network, background first.
        prior: What the painted frames say.
        gates: (K,) `vouched`: where a part is vouched for, its pixels, and those that the network would give to it, are
            left to the painted frames.
        reach: (h, w) `reached`.
        settings: How far.
    """
    settings = settings or GateSettings()
    known = prior.probabilities()
    open_to = np.zeros_like(prior.trust)
    for place, gate in enumerate(gates, start=1):
        if gate > 0:
            open_to = np.maximum(open_to, 2.0 * gate * np.maximum(known[place], probabilities[place]))
    explained = np.float32(settings.gain) * prior.trust
    at_edges = np.minimum(explained, np.float32(settings.edge_share))
    limit = np.where(_edges(known, settings.edge_pixels), at_edges, np.maximum(explained, reach))
    share = np.minimum(open_to, limit)
    mixed: NDArray[np.float32] = probabilities + np.minimum(share, np.float32(1.0)) * (known - probabilities)
    return mixed


def _edges(known: NDArray[np.float32], reach: int) -> NDArray[np.bool_]:
    """Returns the pixels up to `reach` from where the strongest class changes."""
    labels = known.argmax(0).astype(np.uint8)
    changes = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    return np.asarray(cv2.dilate(changes.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0)
