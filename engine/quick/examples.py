"""Examples to learn from: painted frames with priors like those the refiner will meet (study 2, item 5)."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.task import ClipTask
from engine.quick.candidates import Candidate, Source, find_candidates
from engine.quick.clip_frames import ClipFrames
from engine.quick.frame_view import FrameView
from engine.quick.fusion import Prior, fuse
from engine.quick.knowledge import Knowledge
from engine.quick.painted import PaintedFrame
from engine.temporal.flow import pixel_grid
from engine.temporal.flow_chain import Chain, walk
from engine.temporal.flow_store import FlowStore

Origin = Literal["held out", "round trip", "unpainted", "plain", "synthetic"]

_SURE = 0.75  # trust above which an unpainted frame's fused label is learned
_ROUND_TRIP_REACH = 16
_OPEN_REACH = 60  # frames from the nearest painted one; of 24 and 60 the better
_CHAIN_REACH = 120  # frames over which painted ones are chained to learn from: beyond, a chain keeps .03 of its trust


@dataclass(frozen=True)
class Example:
    """A picture, a prior, and the labels that should come out.

    Attributes:
        origin: Where the prior comes from.
        lab: (h, w, 3) uint8.
        prior: (h, w, K+1) uint8: P of each part, then C, of 255.
        target: (h, w, K+1) uint8: coverage of each part, then 255 where nothing is to be learned.
    """

    origin: Origin
    lab: NDArray[np.uint8]
    prior: NDArray[np.uint8]
    target: NDArray[np.uint8]


def make_example(origin: Origin, view: FrameView, prior: Prior, target: NDArray[np.uint8]) -> Example:
    """Returns an example with its prior in 8 bits."""
    planes = np.concatenate([prior.parts, prior.trust[..., None]], axis=2)
    return Example(origin, view.lab, np.rint(np.clip(planes, 0, 1) * 255).astype(np.uint8), target)


class ExampleMaker:
    """Makes the examples of one clip."""

    def __init__(self, task: ClipTask, flow: FlowStore, knowledge: Knowledge, rng: np.random.Generator) -> None:
        """Takes what the clip and its painted frames are."""
        self._task, self._flow, self._knowledge, self._rng = task, flow, knowledge, rng
        self._frames = ClipFrames(flow)
        self._size = flow.working_size

    def held_out(self) -> Iterator[Example | None]:
        """Yields each painted frame with priors from its painted neighbours; None where work goes on."""
        chains: dict[tuple[int, int], Chain] = {}
        for one, other in self._neighbours():
            between = self._flow.frames_between(one, other)
            if len(between) > _CHAIN_REACH:
                continue
            for frame, chain in walk(self._flow, one, between[1:]):
                if frame == other:
                    chains[other, one] = chain
                yield None
            for frame, chain in walk(self._flow, other, between[-2::-1]):
                if frame == one:
                    chains[one, other] = chain
                yield None
        painted = self._knowledge.painted
        for index, reference in enumerate(painted):
            sources = [self._source(index, other, chains) for other in self._others(index)]
            if not sources:
                continue
            candidates = find_candidates(reference.view, sources, self._knowledge.groups)
            yield None
            for chosen in self._mixes(candidates, sources):
                prior = fuse(chosen, painted, self._size, reference.num_parts)
                yield make_example("held out", reference.view, prior, reference.soft)

    def round_trips(self, per_frame: int) -> Iterator[Example | None]:
        """Yields painted frames whose labels went some frames away and back; None where work goes on."""
        for index, reference in enumerate(self._knowledge.painted):
            if reference.frame is None:
                continue
            for trip in range(per_frame):
                route = self._route(reference.frame, backwards=bool(trip % 2))
                if len(route) < 2:
                    continue
                away = yield from walked(self._flow, route)
                back = yield from walked(self._flow, route[::-1])
                source = Source(index, reference, 2 * len(route) - 2, _joined(away, back), whole_view=False)
                candidates = find_candidates(reference.view, [source], ())
                prior = fuse(candidates, self._knowledge.painted, self._size, reference.num_parts)
                yield make_example("round trip", reference.view, prior, reference.soft)

    def unpainted(self, count: int) -> Iterator[Example | None]:
        """Yields unpainted frames with the fused labels where the painted frames are sure; None where work goes on."""
        spans = [span for span in self._stretches() if span[1]]
        wanted: list[set[int]] = [set() for _ in spans]
        for place in range(count if spans else 0):
            wanted[place % len(spans)].add(int(self._rng.choice(spans[place % len(spans)][1])))
        index_of = {reference.frame: i for i, reference in enumerate(self._knowledge.painted)}
        for (ends, _), frames in zip(spans, wanted, strict=True):
            chains = {}
            for end in ends if frames else ():
                chains[end] = yield from self._chains(end, frames)
            for frame in sorted(frames):
                sources = [
                    Source(index_of[end], self._knowledge.painted[index_of[end]], abs(frame - end), chains[end][frame])
                    for end in ends
                ]
                view = self._frames.view(frame)
                candidates = find_candidates(view, sources, self._knowledge.groups)
                prior = fuse(candidates, self._knowledge.painted, self._size, self._knowledge.painted[0].num_parts)
                yield make_example("unpainted", view, prior, _pseudo_labels(prior))

    def _chains(self, end: int, frames: Set[int]) -> Generator[None, None, dict[int, Chain]]:
        """Returns the chains of frames on one side of a painted one to it; yields where work goes on."""
        first, last = min(*frames, end), max(*frames, end)
        route = self._flow.frames_between(first, last)
        found = {}
        for frame, chain in walk(self._flow, end, route[1:] if end == first else route[-2::-1]):
            if frame in frames:
                found[frame] = chain
            yield None
        return found

    def _neighbours(self) -> list[tuple[int, int]]:
        anchors = [reference.frame for reference in self._knowledge.painted if reference.frame is not None]
        return [(one, other) for one, other in itertools.pairwise(anchors) if other in self._task.scene_of(one)]

    def _stretches(self) -> list[tuple[tuple[int, ...], Sequence[int]]]:
        """Returns frames between two painted ones, and frames beside one, with the painted ones they are seen from.

        The study learns from the former alone; with one painted frame there are none, and nothing shows the network
        how the object looks from elsewhere (chair with one painted frame .908, and .93 with them).
        """
        closed: list[tuple[tuple[int, ...], Sequence[int]]] = []
        beside: list[tuple[tuple[int, ...], Sequence[int]]] = []
        met: set[tuple[int, bool]] = set()
        for one, other in self._neighbours():
            inside = self._flow.frames_between(one + 1, other - 1)
            if len(inside) <= _OPEN_REACH:
                closed.append(((one, other), inside))
                met |= {(one, True), (other, False)}
        for anchor in (reference.frame for reference in self._knowledge.painted):
            if anchor is not None:
                scene = self._task.scene_of(anchor)
                before = self._flow.frames_between(scene.start, anchor - 1)[-_OPEN_REACH:]
                behind = self._flow.frames_between(anchor + 1, scene.stop - 1)[:_OPEN_REACH]
                beside += [((anchor,), before)] if (anchor, False) not in met else []
                beside += [((anchor,), behind)] if (anchor, True) not in met else []
        return closed + beside

    def _others(self, index: int) -> list[int]:
        frame = self._knowledge.painted[index].frame
        anchors = [i for i, reference in enumerate(self._knowledge.painted) if reference.frame is not None]
        if frame is None:
            return []
        return [i for i in (index - 1, index + 1) if i in anchors]

    def _source(self, index: int, other: int, chains: dict[tuple[int, int], Chain]) -> Source:
        here, there = self._knowledge.painted[index].frame, self._knowledge.painted[other].frame
        chain = chains.get((here, there)) if here is not None and there is not None else None
        distance = abs(here - there) if chain is not None and here is not None and there is not None else None
        return Source(other, self._knowledge.painted[other], distance, chain)

    def _mixes(self, candidates: Sequence[Candidate], sources: Sequence[Source]) -> Iterator[list[Candidate]]:
        """Yields all candidates, then those of each single painted frame, then the chains alone."""
        yield list(candidates)
        if len(sources) > 1:
            for source in sources:
                yield [candidate for candidate in candidates if candidate.source == source.index]
        chains = [candidate for candidate in candidates if candidate.kind == "chain"]
        if chains and len(chains) < len(candidates):
            yield chains

    def _route(self, frame: int, *, backwards: bool) -> list[int]:
        scene = self._task.scene_of(frame)
        reach = int(self._rng.integers(2, _ROUND_TRIP_REACH + 1))
        if backwards:
            return list(self._flow.frames_between(scene.start, frame))[::-1][: reach + 1]
        return list(self._flow.frames_between(frame, scene.stop - 1))[: reach + 1]


def walked(flow: FlowStore, route: Sequence[int]) -> Generator[None, None, Chain]:
    """Returns the chain of the last frame of `route` to the first; yields where work goes on."""
    width, height = flow.working_size
    chain = Chain.start(height, width)
    for _, extended in walk(flow, route[0], route[1:]):
        chain = extended
        yield None
    return chain


def _joined(away: Chain, back: Chain) -> Chain:
    """Returns the chain that first follows `back`, then `away`."""
    height, width = back.confidence.shape
    target = back.field + pixel_grid(height, width)
    beyond = cv2.remap(away.field, target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    trust = cv2.remap(away.confidence, target, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Chain(back.field + beyond, back.confidence * trust)


def _pseudo_labels(prior: Prior) -> NDArray[np.uint8]:
    unsure = np.where(prior.trust > _SURE, np.float32(0.0), np.float32(1.0))
    planes = np.concatenate([prior.parts * (1.0 - unsure)[..., None], unsure[..., None]], axis=2)
    return np.asarray(np.rint(np.clip(planes, 0, 1) * 255), np.uint8)


def plain_examples(painted: Sequence[PaintedFrame]) -> list[Example]:
    """Returns painted frames without any prior, for learning appearance alone."""
    return [
        make_example(
            "plain",
            reference.view,
            Prior(
                np.zeros((*reference.soft.shape[:2], reference.num_parts), np.float32),
                np.zeros(reference.soft.shape[:2], np.float32),
            ),
            reference.soft,
        )
        for reference in painted
    ]
