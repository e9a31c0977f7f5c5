"""Segmenting a clip: candidates, fusion, the learned refiner where there is one, the vote, the component rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import Progress
from engine.quick.answers import Belief, Plate, frame_scores
from engine.quick.belief import belief_of
from engine.quick.candidates import find_candidates
from engine.quick.clip_frames import ClipFrames
from engine.quick.components import rule
from engine.quick.fusion import Prior, fuse
from engine.quick.gate import agreement, blended, reached, vouched
from engine.quick.knowledge import Knowledge, painted_frames
from engine.quick.memory import stored_references, stored_refiner
from engine.quick.network import Refiner, fused, refined
from engine.quick.plan import sources_for, third_source
from engine.quick.plausible import painted_areas, plausible
from engine.quick.spans import Span, spans_of
from engine.quick.specks import without_specks
from engine.quick.vote import VoteSettings, voted
from engine.temporal.flow_chain import Carried, carry
from engine.temporal.flow_store import FlowStore

_AGREED = 0.7  # agreement of both sides about every part from which no third painted frame is searched for objects


@dataclass(frozen=True)
class _Scored:
    """A frame before the vote."""

    probabilities: NDArray[np.float32]
    support: NDArray[np.float32]
    prior: Prior


@dataclass
class _Window:
    """Frames of one span that wait for their neighbours' votes; never more than the vote's reach to each side."""

    scored: dict[int, _Scored] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)


class _Segmenter:
    """What stays the same from frame to frame."""

    def __init__(self, task: ClipTask, flow: FlowStore, profile: Profile | None) -> None:
        self.task, self.flow = task, flow
        self.plate = Plate.of(task, flow.working_size)
        self.frames = ClipFrames(flow)
        self.refiner: Refiner | None = fused(stored_refiner(profile, task.parts)) if profile is not None else None
        stills = stored_references(profile, task.parts) if profile is not None else []
        anchors = painted_frames(task, flow)
        self.knowledge = Knowledge.of([*anchors, *([] if anchors else stills)])
        self.areas = painted_areas(anchors)
        settings = task.settings
        reach = settings.window // 2 if settings.window is not None else VoteSettings().reach
        self.vote = VoteSettings(reach if settings.temporal != "off" else 0)

    def scored(self, item: Carried, span: Span) -> _Scored:
        view = self.frames.view(item.frame)
        painted = self.knowledge.painted
        sources = sources_for(item, span, painted, self.task.scene_of(item.frame))
        candidates = find_candidates(view, sources, self.knowledge.groups)
        agreed = agreement(candidates, painted)
        if agreed.min(initial=1.0) < _AGREED:
            third = third_source(item.frame, painted, sources)
            candidates += find_candidates(view, third, self.knowledge.groups)
        prior = fuse(candidates, painted, self.plate.working_size, len(self.plate.canonical_ids))
        support = prior.parts.transpose(2, 0, 1) * prior.trust
        known = prior.probabilities()
        if self.refiner is not None:
            gates = vouched(prior, agreed, self.areas)
            reach = reached(sources, view.height, view.width)
            known = blended(refined(self.refiner, view.lab, prior), prior, gates, reach)
            known = plausible(known, prior, self.areas)
        return _Scored(known, support, prior)

    def answer(self, frame: int, window: _Window, span: Span) -> FrameScores:
        item = window.scored[frame]
        probabilities = item.probabilities
        if self.vote.reach:
            known = {number: other.probabilities for number, other in window.scored.items()}
            for anchor in (span.before, span.behind):
                if anchor is not None:
                    known[anchor] = self.painted(anchor)
            scene = self.task.scene_of(frame)
            near = self.flow.frames_between(scene.start, scene.stop - 1)
            probabilities = voted(frame, known, near, self.flow, self.vote)
        ruling = rule(self.frames.view(frame), probabilities, item.support, self.knowledge.looks)
        if self.refiner is not None:
            cleaned = without_specks(ruling.probabilities, item.support, self.areas)
            ruling = replace(ruling, probabilities=cleaned)
        belief = belief_of(ruling, item.prior, self.knowledge, span, learned=self.refiner is not None)
        return frame_scores(frame, ruling.probabilities, belief, self.plate)

    def painted(self, frame: int) -> NDArray[np.float32]:
        reference = next(reference for reference in self.knowledge.painted if reference.frame == frame)
        return reference.probabilities()


def segment(task: ClipTask, flow: FlowStore, profile: Profile | None) -> ScoringJob[None]:
    """Scores the wanted frames of a clip.

    Args:
        task: The clip, its anchors, and the frames in question.
        flow: Flow of the clip.
        profile: What was learned, or None to fuse what the anchors say without a refiner.

    Yields:
        FrameScores with the state "done" for every wanted frame, and Progress in between.

    Raises:
        InputError: A frame cannot be decoded, or the profile cannot be used.
    """
    segmenter = _Segmenter(task, flow, profile)
    wanted = set(task.frames)
    done = 0
    for span in spans_of(task, flow):
        for answer in _span_answers(segmenter, span, wanted):
            if answer is not None:
                done += 1
                yield answer
            else:
                yield Progress("segmenting", done, len(wanted))


def _span_answers(segmenter: _Segmenter, span: Span, wanted: set[int]) -> Iterator[FrameScores | None]:
    if span.painted:
        frame = span.frames[0]
        belief = Belief((1.0,) * len(segmenter.plate.canonical_ids), "Painted by hand.")
        yield frame_scores(frame, segmenter.painted(frame), belief, segmenter.plate)
        return
    reach = segmenter.vote.reach
    window = _Window()
    near = _with_neighbours(span, wanted, reach)
    for item in _carried(segmenter.flow, span):
        if item is None or item.frame not in near:
            yield None
            continue
        window.scored[item.frame] = segmenter.scored(item, span)
        window.waiting.append(item.frame)
        yield None
        if len(window.waiting) > reach:
            yield from _answered(segmenter, window, span, wanted, keep=reach)
    yield from _answered(segmenter, window, span, wanted, keep=0)


def _answered(
    segmenter: _Segmenter, window: _Window, span: Span, wanted: set[int], *, keep: int
) -> Iterator[FrameScores | None]:
    """Yields the answers of the frames that wait longest, until `keep` of them are left."""
    while len(window.waiting) > keep:
        frame = window.waiting.pop(0)
        if frame in wanted:
            yield segmenter.answer(frame, window, span)
        order = list(window.scored)
        for old in order[: max(0, order.index(frame) + 1 - segmenter.vote.reach)]:
            del window.scored[old]


def _with_neighbours(span: Span, wanted: set[int], reach: int) -> set[int]:
    """Returns the wanted frames of the span and those that vote on them."""
    frames = span.frames
    found: set[int] = set()
    for place, frame in enumerate(frames):
        if frame in wanted:
            found.update(frames[max(0, place - reach) : place + reach + 1])
    return found


def _carried(flow: FlowStore, span: Span) -> Iterator[Carried | None]:
    if span.before is None and span.behind is None:
        return (Carried(frame, None, None) for frame in span.frames)
    return carry(flow, span.frames, span.before, span.behind)
