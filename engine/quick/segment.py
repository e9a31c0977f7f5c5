"""Segmenting a clip: candidates, fusion, the learned refiner where there is one, the vote, the component rule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import Progress
from engine.quick.answers import Belief, Plate, frame_scores
from engine.quick.candidates import find_candidates
from engine.quick.clip_frames import ClipFrames
from engine.quick.components import rule
from engine.quick.fusion import Prior, fuse
from engine.quick.knowledge import Knowledge, painted_frames
from engine.quick.memory import stored_refiner
from engine.quick.network import Refiner, refined
from engine.quick.plan import sources_for
from engine.quick.spans import Span, spans_of
from engine.temporal.flow_chain import Carried, carry
from engine.temporal.flow_store import FlowStore


def segment(task: ClipTask, flow: FlowStore, profile: Profile | None) -> ScoringJob[None]:
    """Scores the wanted frames of a clip.

    Yields:
        FrameScores with the state "done" for every wanted frame, and Progress in between.

    Raises:
        InputError: A frame cannot be decoded, or the profile is not for this clip's parts.
    """
    refiner = stored_refiner(profile) if profile is not None else None
    plate = Plate.of(task, flow.working_size)
    frames = ClipFrames(flow)
    knowledge = Knowledge.of(painted_frames(task, flow))
    wanted = set(task.frames)
    done = 0
    for span in spans_of(task, flow):
        for item in _carried(flow, span):
            if item is None or item.frame not in wanted:
                yield Progress("segmenting", done, len(wanted))
                continue
            done += 1
            yield _scored(item, span, frames, knowledge, plate, task, refiner)


def _carried(flow: FlowStore, span: Span) -> Iterator[Carried | None]:
    if span.painted or (span.before is None and span.behind is None):
        return (Carried(frame, None, None) for frame in span.frames)
    return carry(flow, span.frames, span.before, span.behind)


def _scored(
    item: Carried,
    span: Span,
    frames: ClipFrames,
    knowledge: Knowledge,
    plate: Plate,
    task: ClipTask,
    refiner: Refiner | None,
) -> FrameScores:
    view = frames.view(item.frame)
    num_parts = len(plate.canonical_ids)
    if span.painted:
        own = next(reference for reference in knowledge.painted if reference.frame == item.frame)
        return frame_scores(item.frame, own.probabilities(), Belief((1.0,) * num_parts, "Painted by hand."), plate)
    sources = sources_for(item, span, knowledge.painted, task.scene_of(item.frame))
    candidates = find_candidates(view, sources, knowledge.groups)
    prior = fuse(candidates, knowledge.painted, plate.working_size, num_parts)
    support = prior.parts.transpose(2, 0, 1) * prior.trust
    probabilities = prior.probabilities() if refiner is None else refined(refiner, view.lab, prior)
    ruling = rule(view, probabilities, support, knowledge.looks)
    confidence = tuple(_mean_trust(prior, place) for place in range(num_parts))
    return frame_scores(item.frame, ruling.probabilities, Belief(confidence, "Fusion of painted frames."), plate)


def _mean_trust(prior: Prior, place: int) -> float:
    weight = prior.parts[..., place]
    total = float(weight.sum())
    return float((weight * prior.trust).sum()) / total if total > 0 else float(np.mean(prior.trust))
