"""Draft: painted labels carried along by optical flow alone, fast enough to be shown at once.

Flow is computed and composed at half the working size where that is large, which costs a quarter; labels are sampled
at working size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

import cv2
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
from engine.temporal.flow_chain import Carried, Chain, carry, walk
from engine.temporal.flow_store import FlowStore

_LARGE = (
    100_000  # pixels; half of it still shows what moves (no worse than the whole size on the shots of tests/footage)
)
_TINY = 1e-6
_LEAST_WEIGHT = 1e-4  # where no chain is sure of anything, the better guess still counts
_GLANCE_REACH = 24  # frames; beyond, a walk takes as long as the draft itself
_MARGIN = 3  # pixels of the flow around where a part may lie


@dataclass(frozen=True)
class _Drafter:
    """What stays the same from frame to frame.

    Attributes:
        flow: Light flow, at the working size or half of it.
        soft: `PaintedFrame.soft` of each painted frame, at working size.
        shown: (h, w) float32 at the size of the flow: above 0 where any part was painted on a painted frame.
        plate: Sizes and orders.
    """

    flow: FlowStore
    soft: Mapping[int, NDArray[np.uint8]]
    shown: Mapping[int, NDArray[np.float32]]
    plate: Plate

    @classmethod
    def of(cls, task: ClipTask, working_size: tuple[int, int]) -> _Drafter:
        plate = Plate.of(task, working_size)
        width, height = working_size
        size = (-(-width // 2), -(-height // 2)) if width * height > _LARGE else working_size
        flow = FlowStore(task.source, None, working_size=size, settings=DRAFT_FLOW)
        soft = {
            frame: soft_labels(painted, plate.canonical_ids, working_size) for frame, painted in task.anchors.items()
        }
        shown = {frame: _shown(labels, size) for frame, labels in soft.items()}
        return cls(flow, soft, shown, plate)

    def carried(self, item: Carried, span: Span) -> FrameScores:
        """Returns the confidence-weighted mean of what both sides carry (study 1, item 2)."""
        chains = [
            (anchor, chain)
            for anchor, chain in ((span.before, item.before), (span.behind, item.behind))
            if anchor is not None and chain is not None
        ]
        width, height = self.plate.working_size
        num_parts = len(self.plate.canonical_ids)
        probabilities = np.zeros((num_parts + 1, height, width), np.float32)
        probabilities[0] = 1.0
        trust = np.minimum(np.sum([chain.confidence for _, chain in chains], axis=0), 1.0)
        confidence = (float(trust.mean()),) * num_parts
        box = self._box(chains)
        if box is not None:
            prior = self._mean(chains, box)
            rows, columns = box
            probabilities[:, rows, columns] = prior.probabilities()
            confidence = tuple(_mean_trust(prior, place, float(trust.mean())) for place in range(num_parts))
        painted = sentence([str(anchor) for anchor, _ in chains])
        frames = "frame" if len(chains) == 1 else "frames"
        belief = Belief(confidence, f"Draft: labels carried by optical flow from painted {frames} {painted}.")
        return frame_scores(item.frame, probabilities, belief, self.plate, state="draft")

    def unconnected(self, frame: int) -> FrameScores:
        """Returns a painted frame, or background where nothing painted is in the scene."""
        num_parts = len(self.plate.canonical_ids)
        width, height = self.plate.working_size
        parts = np.zeros((height, width, num_parts), np.float32)
        belief = Belief((0.0,) * num_parts, "No painted frame in this scene, so there is nothing to carry along.")
        if frame in self.soft:
            parts = self.soft[frame][..., :-1].astype(np.float32) * np.float32(1 / 255)
            belief = Belief((1.0,) * num_parts, "Painted by hand.")
        prior = Prior(parts, np.zeros((height, width), np.float32))
        return frame_scores(frame, prior.probabilities(), belief, self.plate, state="draft")

    def _box(self, chains: list[tuple[int, Chain]]) -> tuple[slice, slice] | None:
        """Returns the rows and columns at working size outside which every chain says background."""
        (width, height), (flow_width, flow_height) = self.plate.working_size, self.flow.working_size
        grid = pixel_grid(flow_height, flow_width)
        found = np.zeros((flow_height, flow_width), bool)
        for anchor, chain in chains:
            found |= cv2.remap(self.shown[anchor], chain.field + grid, None, cv2.INTER_LINEAR) > 0
        rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
        if not len(rows):
            return None
        return (
            _enlarged_slice(int(rows[0]), int(rows[-1]), flow_height, height),
            _enlarged_slice(int(columns[0]), int(columns[-1]), flow_width, width),
        )

    def _mean(self, chains: list[tuple[int, Chain]], box: tuple[slice, slice]) -> Prior:
        rows, columns = box
        height, width = rows.stop - rows.start, columns.stop - columns.start
        votes = np.zeros((height, width, len(self.plate.canonical_ids)), np.float32)
        total = np.full((height, width), _TINY, np.float32)
        trust = np.zeros((height, width), np.float32)
        grid = pixel_grid(height, width) + np.array([columns.start, rows.start], np.float32)
        for anchor, chain in chains:
            field, confidence = self._enlarged(chain, box)
            labels = sampled(self.soft[anchor], field + grid)
            weight = confidence + np.float32(_LEAST_WEIGHT)
            votes += labels[..., :-1] * (weight * np.float32(1 / 255))[..., None]
            total += weight
            trust += confidence
        return Prior(np.asarray(votes / total[..., None], np.float32), np.minimum(trust, 1.0))

    def _enlarged(self, chain: Chain, box: tuple[slice, slice]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Returns field and confidence of the box at working size."""
        (width, height), (flow_width, flow_height) = self.plate.working_size, self.flow.working_size
        rows, columns = box
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) * (flow_width / width) - 0.5
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * (flow_height / height) - 0.5
        at = np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1).astype(np.float32)
        field = cv2.remap(chain.field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        field = field * np.array([width / flow_width, height / flow_height], np.float32)
        confidence = cv2.remap(chain.confidence, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return field, confidence


def draft(task: ClipTask, flow: FlowStore) -> ScoringJob[None]:
    """Carries the anchors' labels through the clip with a light optical flow.

    Yields:
        FrameScores with the state "draft" for every wanted frame, and Progress while flow is prepared.

    Raises:
        InputError: A frame cannot be decoded.
    """
    drafter = _Drafter.of(task, flow.working_size)
    wanted = set(task.frames)
    done = 0
    for span in spans_of(task, drafter.flow):
        for scores in _span_drafts(drafter, span, wanted):
            done += scores is not None
            yield scores if scores is not None else Progress("drafting", done, len(wanted))


def glance(task: ClipTask, flow: FlowStore) -> ScoringJob[None]:
    """Drafts the most wanted unpainted frame alone, from its nearest painted frame: the quickest answer there is.

    Yields:
        At most one FrameScores with the state "draft", none where the painted frames are far; Progress before it.

    Raises:
        InputError: A frame cannot be decoded.
    """
    frame = next((frame for frame in task.frames if frame not in task.anchors), None)
    if frame is None:
        return
    drafter = _Drafter.of(task, flow.working_size)
    span = next(iter(spans_of(replace(task, frames=(frame,)), drafter.flow)))
    routes = []
    if span.before is not None:
        routes.append((span.before, [number for number in span.frames if number <= frame]))
    if span.behind is not None:
        routes.append((span.behind, [number for number in reversed(span.frames) if number >= frame]))
    anchor, route = min(routes, key=lambda found: len(found[1]), default=(None, []))
    if anchor is None or len(route) > _GLANCE_REACH:
        return
    for at, chain in walk(drafter.flow, anchor, route):
        if at != frame:
            yield Progress("drafting", 0, 1)
            continue
        before, behind = (chain, None) if anchor == span.before else (None, chain)
        yield drafter.carried(Carried(frame, before, behind), span)


def _span_drafts(drafter: _Drafter, span: Span, wanted: Set[int]) -> Iterator[FrameScores | None]:
    if span.painted or (span.before is None and span.behind is None):
        yield from (drafter.unconnected(frame) for frame in span.frames if frame in wanted)
        return
    for item in carry(drafter.flow, span.frames, span.before, span.behind):
        yield drafter.carried(item, span) if item is not None and item.frame in wanted else None


def _mean_trust(prior: Prior, place: int, elsewhere: float) -> float:
    """Returns how sure the flow is where the part lies."""
    weight = prior.parts[..., place]
    total = float(weight.sum())
    return float((weight * prior.trust).sum()) / total if total > 0 else elsewhere


def _shown(soft: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    any_part = (soft[..., :-1].max(2, initial=0) > 0).astype(np.float32)
    return np.asarray(cv2.resize(any_part, size, interpolation=cv2.INTER_AREA))


def _enlarged_slice(first: int, last: int, size: int, full: int) -> slice:
    """Returns the pixels of `full` that lie under `first` to `last` of `size`, and a margin."""
    scale = full / size
    return slice(max(0, int((first - _MARGIN) * scale)), min(full, int(np.ceil((last + 1 + _MARGIN) * scale))))
