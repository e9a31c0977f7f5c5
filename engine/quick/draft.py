"""Draft: painted labels carried along by optical flow alone, fast enough to be shown at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.domain.scores import FrameScores
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import Progress
from engine.quick.answers import Belief, Plate, frame_scores, sentence
from engine.quick.fusion import Prior, sampled
from engine.quick.painted import soft_labels
from engine.quick.spans import Span, spans_of
from engine.temporal.flow import DRAFT_FLOW, pixel_grid
from engine.temporal.flow_chain import Carried, carry
from engine.temporal.flow_store import FlowStore

_TINY = 1e-6
_LEAST_WEIGHT = 1e-4  # where no chain is sure of anything, the better guess still counts


def draft(task: ClipTask, flow: FlowStore) -> ScoringJob[None]:
    """Carries the anchors' labels through the clip with a light optical flow.

    Yields:
        FrameScores with the state "draft" for every wanted frame, and Progress while flow is prepared.

    Raises:
        InputError: A frame cannot be decoded.
    """
    plate = Plate.of(task, flow.working_size)
    light = FlowStore(task.source, None, working_size=flow.working_size, settings=DRAFT_FLOW)
    soft = {
        frame: soft_labels(painted, plate.canonical_ids, flow.working_size) for frame, painted in task.anchors.items()
    }
    wanted = set(task.frames)
    done = 0
    for span in spans_of(task, light):
        if span.painted or (span.before is None and span.behind is None):
            for frame in (frame for frame in span.frames if frame in wanted):
                done += 1
                yield _unconnected(frame, soft, plate)
            continue
        for item in carry(light, span.frames, span.before, span.behind):
            if item is not None and item.frame in wanted:
                done += 1
                yield _drafted(item, span, soft, plate)
            else:
                yield Progress("drafting", done, len(wanted))


def _drafted(item: Carried, span: Span, soft: Mapping[int, NDArray[np.uint8]], plate: Plate) -> FrameScores:
    """Returns the confidence-weighted mean of what both sides carry (study 1, item 2)."""
    width, height = plate.working_size
    votes = np.zeros((height, width, len(plate.canonical_ids)), np.float32)
    total = np.full((height, width), _TINY, np.float32)
    trust = np.zeros((height, width), np.float32)
    for anchor, chain in ((span.before, item.before), (span.behind, item.behind)):
        if anchor is None or chain is None:
            continue
        labels = sampled(soft[anchor], chain.field + pixel_grid(height, width))
        weight = chain.confidence + np.float32(_LEAST_WEIGHT)
        votes += labels[..., :-1] * (weight * np.float32(1 / 255))[..., None]
        total += weight
        trust += chain.confidence
    prior = Prior(votes / total[..., None], np.minimum(trust, 1.0))
    confidence = tuple(_mean_trust(prior, place) for place in range(len(plate.canonical_ids)))
    painted = sentence([str(anchor) for anchor in (span.before, span.behind) if anchor is not None])
    belief = Belief(confidence, f"Draft: labels carried by optical flow from painted frame {painted}.")
    return frame_scores(item.frame, prior.probabilities(), belief, plate, state="draft")


def _mean_trust(prior: Prior, place: int) -> float:
    """Returns how sure the flow is where the part lies."""
    weight = prior.parts[..., place]
    total = float(weight.sum())
    return float((weight * prior.trust).sum()) / total if total > 0 else float(prior.trust.mean())


def _unconnected(frame: int, soft: Mapping[int, NDArray[np.uint8]], plate: Plate) -> FrameScores:
    width, height = plate.working_size
    num_parts = len(plate.canonical_ids)
    parts = np.zeros((height, width, num_parts), np.float32)
    belief = Belief((0.0,) * num_parts, "No painted frame in this scene, so there is nothing to carry along.")
    if frame in soft:
        parts = soft[frame][..., :-1].astype(np.float32) * np.float32(1 / 255)
        belief = Belief((1.0,) * num_parts, "Painted by hand.")
    prior = Prior(parts, np.zeros((height, width), np.float32))
    return frame_scores(frame, prior.probabilities(), belief, plate, state="draft")
