"""Pictures on which learning is watched: hold-outs to measure, and the one that previews are drawn on."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN
from engine.domain.parts import PartSet
from engine.domain.task import ClipTask
from engine.quick.candidates import Source, find_candidates
from engine.quick.examples import walked
from engine.quick.fusion import Prior, fuse
from engine.quick.gate import agreement, blended, reached, vouched
from engine.quick.knowledge import Knowledge
from engine.quick.network import Refiner, refined
from engine.quick.painted import PaintedFrame
from engine.quick.plausible import painted_areas
from engine.temporal.flow_store import FlowStore

_FOREIGN_SOURCES = 3  # as many as segmenting compares a frame of another clip with


@dataclass(frozen=True)
class Watched:
    """A picture with what the painted frames say of it before anything is learned.

    Attributes:
        picture: The picture; what was painted on it is the truth.
        prior: What segmenting would know of it.
        gates: (K,) how far it would believe that of each part.
        reach: (h, w) where flow leads to a painted frame.
    """

    picture: PaintedFrame
    prior: Prior
    gates: NDArray[np.float32]
    reach: NDArray[np.float32]

    def channels(self, refiner: Refiner) -> NDArray[np.uint8]:
        """Returns (h, w) uint8: the channel of each pixel as segmenting would say with this refiner."""
        scores = blended(refined(refiner, self.picture.view.lab, self.prior), self.prior, self.gates, self.reach)
        return np.asarray(scores.argmax(0), np.uint8)


def watched(
    picture: PaintedFrame, knowledge: Knowledge, clip: ClipTask | None, flow: FlowStore | None
) -> Generator[None, None, Watched]:
    """Returns a picture ready to be watched: along the flow where it is a frame of the clip; yields meanwhile.

    Args:
        picture: A hold-out, a learned reference, or any other picture; it never explains itself.
        knowledge: What is learned from.
        clip: The clip that painted frames belong to, or None.
        flow: Its optical flow.
    """
    sources = yield from _sources(picture, knowledge.painted, clip, flow)
    yield None
    candidates = find_candidates(picture.view, sources, knowledge.groups)
    size = (picture.view.width, picture.view.height)
    prior = fuse(candidates, knowledge.painted, size, picture.num_parts)
    gates = vouched(prior, agreement(candidates, knowledge.painted), painted_areas(knowledge.painted))
    return Watched(picture, prior, gates, reached(sources, picture.view.height, picture.view.width))


def holdout_iou(
    answers: Sequence[NDArray[np.uint8]], pictures: Sequence[Watched], parts: PartSet
) -> tuple[dict[str, float], float | None]:
    """Returns intersection over union by part name over all pictures together, and its mean over the painted parts.

    Args:
        answers: (h, w) channels, one for each picture.
        pictures: Their truth; what was not painted does not count.
        parts: In the order of the channels.
    """
    both = np.zeros(len(parts) + 1, np.int64)
    found, truth = np.zeros_like(both), np.zeros_like(both)
    for answer, picture in zip(answers, pictures, strict=True):
        labels = picture.picture.labels()
        known = labels != UNKNOWN
        mine, wanted = answer[known], labels[known]
        both += np.bincount(wanted[mine == wanted], minlength=len(both))
        found += np.bincount(mine, minlength=len(both))
        truth += np.bincount(wanted, minlength=len(both))
    either = found + truth - both
    names = ("background", *parts.names)
    scores = {name: float(both[k] / either[k]) for k, name in enumerate(names) if either[k]}
    painted = [scores[name] for k, name in enumerate(names) if k and truth[k]]
    return scores, float(np.mean(painted)) if painted else None


def _sources(
    picture: PaintedFrame, painted: Sequence[PaintedFrame], clip: ClipTask | None, flow: FlowStore | None
) -> Generator[None, None, list[Source]]:
    frame = picture.frame
    others = [(i, p) for i, p in enumerate(painted) if p.view is not picture.view]
    if frame is not None and clip is not None and flow is not None:
        near = _neighbours(frame, {p.frame: i for i, p in others if p.frame is not None}, clip)
        found = []
        for anchor, index in near.items():
            route = flow.frames_between(min(anchor, frame), max(anchor, frame))
            chain = yield from walked(flow, route if anchor < frame else route[::-1])
            found.append(Source(index, painted[index], abs(frame - anchor), chain))
        if found:
            return found
    return [Source(i, p, None, None, whole_view=True) for i, p in others[:_FOREIGN_SOURCES]]


def _neighbours(frame: int, anchors: Mapping[int, int], clip: ClipTask) -> dict[int, int]:
    """Returns the painted frames before and behind a frame in its scene, with their places."""
    scene = clip.scene_of(frame)
    inside = sorted(number for number in anchors if number in scene and number != frame)
    before = [number for number in inside if number < frame][-1:]
    behind = [number for number in inside if number > frame][:1]
    return {number: anchors[number] for number in (*before, *behind)}
