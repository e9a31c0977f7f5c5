"""Which painted frames a frame is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.frames import FrameRange
from engine.quick.candidates import Source
from engine.quick.painted import PaintedFrame
from engine.quick.spans import Span
from engine.temporal.flow_chain import Carried

_FOREIGN_SOURCES = 3  # painted frames without a chain that are searched for objects


def sources_for(item: Carried, span: Span, painted: Sequence[PaintedFrame], scene: FrameRange) -> list[Source]:
    """Returns the neighbouring painted frames with their chains, or others where there is none in the scene."""
    found = []
    for anchor, chain in ((span.before, item.before), (span.behind, item.behind)):
        if anchor is None:
            continue
        index = next(i for i, reference in enumerate(painted) if reference.frame == anchor)
        found.append(Source(index, painted[index], abs(item.frame - anchor), chain))
    if found:
        return found
    return [
        Source(index, reference, None, None, whole_view=True)
        for index, reference in list(enumerate(painted))[:_FOREIGN_SOURCES]
        if reference.frame is None or reference.frame not in scene
    ]


def third_source(frame: int, painted: Sequence[PaintedFrame], neighbours: Sequence[Source]) -> list[Source]:
    """Returns the closest painted frame beside the neighbours, for its objects alone; [] where there is none."""
    used = {source.index for source in neighbours if source.distance is not None}
    others = [
        (abs(reference.frame - frame), index)
        for index, reference in enumerate(painted)
        if reference.frame is not None and used and index not in used
    ]
    if not others:
        return []
    distance, index = min(others)
    return [Source(index, painted[index], distance, None, whole_view=False)]
