"""Spans: stretches of a scene between painted frames, and the order in which they are worked on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from engine.domain.task import ClipTask
from engine.temporal.flow_store import FlowStore


@dataclass(frozen=True)
class Span:
    """Frames between two painted frames, or between a painted frame and the end of the scene.

    Attributes:
        frames: All existing frames strictly between, ascending; or one painted frame.
        before: The painted frame just before, or None.
        behind: The painted frame just behind, or None.
        painted: Whether `frames` holds one painted frame.
    """

    frames: tuple[int, ...]
    before: int | None
    behind: int | None
    painted: bool = False


def spans_of(task: ClipTask, store: FlowStore) -> Iterator[Span]:
    """Yields the spans that hold wanted frames, the most wanted first."""
    wanted = {frame: rank for rank, frame in reversed(list(enumerate(task.frames)))}
    found: list[tuple[int, Span]] = []
    for scene in task.scenes:
        inside = store.frames_between(scene.start, scene.stop - 1)
        for span in _scene_spans(tuple(inside), sorted(a for a in task.anchors if a in scene)):
            ranks = [wanted[frame] for frame in span.frames if frame in wanted]
            if ranks:
                found.append((min(ranks), _trimmed(span, wanted)))
    yield from (span for _, span in sorted(found, key=lambda item: item[0]))


def _scene_spans(frames: tuple[int, ...], anchors: list[int]) -> Iterator[Span]:
    bounds: list[int | None] = [None, *anchors, None]
    for before, behind in itertools.pairwise(bounds):
        low = before if before is not None else -1
        between = tuple(f for f in frames if f > low and (behind is None or f < behind))
        if between:
            yield Span(between, before, behind)
        if behind is not None:
            yield Span((behind,), None, None, painted=True)


def _trimmed(span: Span, wanted: dict[int, int]) -> Span:
    """Returns the span without the frames that no wanted frame is reached through."""
    places = [place for place, frame in enumerate(span.frames) if frame in wanted]
    first = 0 if span.before is not None else places[0]
    last = len(span.frames) if span.behind is not None else places[-1] + 1
    return Span(span.frames[first:last], span.before, span.behind, span.painted)
