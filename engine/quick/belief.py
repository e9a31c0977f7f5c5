"""How far a frame's answer can be trusted, and why."""

from __future__ import annotations

import numpy as np

from engine.quick.answers import Belief
from engine.quick.components import Ruling
from engine.quick.fusion import Prior
from engine.quick.knowledge import Knowledge
from engine.quick.spans import Span

_APPEARANCE_TRUST = 0.5  # where nothing but the learned look speaks, at most half is believed
_UNSEEN = 0.3


def belief_of(ruling: Ruling, prior: Prior, knowledge: Knowledge, span: Span, *, learned: bool) -> Belief:
    """Returns the confidence of each part and what it rests on.

    Confidence is the mean, over a part's pixels, of its probability times how far painted frames explain the pixel;
    where they do not and a refiner has learned the look of the parts, half of its probability counts.
    """
    floor = _APPEARANCE_TRUST if learned else 0.0
    trust = np.maximum(prior.trust, np.float32(floor))
    confidence = []
    for channel in range(1, ruling.probabilities.shape[0]):
        weight = ruling.probabilities[channel]
        total = float(weight.sum())
        absent = float(trust.mean()) if not prior.parts.size else _absent_confidence(prior, channel - 1, floor)
        confidence.append(float((weight * weight * trust).sum()) / total if total >= 1.0 else absent)
    return Belief(
        tuple(float(np.clip(value, 0.0, 1.0)) for value in confidence), _reason(ruling, prior, knowledge, span)
    )


def _absent_confidence(prior: Prior, place: int, floor: float) -> float:
    """Returns how sure it is that a part is absent: less, the more the painted frames would have put it there."""
    missed = float((prior.parts[..., place] * prior.trust).max(initial=0.0))
    return max(floor, float(prior.trust.mean())) * (1.0 - missed)


def _reason(ruling: Ruling, prior: Prior, knowledge: Knowledge, span: Span) -> str:
    ends = " and ".join(str(frame) for frame in (span.before, span.behind) if frame is not None)
    if not knowledge.painted:
        return "Only the learned look of the parts speaks: no painted picture is at hand."
    if not ends:
        return "No painted frame in this scene: objects were looked for by their features and their learned look."
    lost = sum(1 for found in ruling.located if found is not True)
    if lost == len(ruling.located) and lost:
        return f"The painted frames {ends} do not vouch for where the object is; its learned look decides."
    explained = float(prior.trust.mean())
    frames = f"painted frames {ends}, which explain" if " and " in ends else f"painted frame {ends}, which explains"
    if explained < 1.0 - _UNSEEN:
        return f"Carried from {frames} only {explained:.0%} of the picture; the rest rests on learned looks."
    return f"Carried from {frames} {explained:.0%} of the picture."
