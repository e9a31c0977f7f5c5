"""How steady a result is: the flicker figure of each frame and part, stored with the result."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from engine.api.clip_setup import ClipSetup
from engine.jobs import Job, Progress
from engine.results.folder import ResultReader, ResultWriter

if TYPE_CHECKING:
    from engine.temporal.flow_store import FlowStore


def measure_flicker(setup: ClipSetup, writer: ResultWriter) -> Job[None]:
    """Measures the flicker of every finished frame against the frame before it, where that is not across a cut.

    Yields:
        Progress for each frame.
    """
    from engine.temporal.flicker import flicker

    writer.save()
    flow = _light_flow(setup)
    reader = ResultReader(writer.folder)
    numbers = sorted(writer.finished() & set(setup.frames))
    for done, (before, frame) in enumerate(itertools.pairwise(numbers), start=1):
        if reader.record.frames[frame].flicker or setup.scene_of(before) != setup.scene_of(frame):
            continue
        values = flicker(reader.labels(before), reader.labels(frame), flow.between(frame, before), setup.parts.ids)
        writer.set_flicker(frame, {setup.parts.by_id(part_id).name: value for part_id, value in values.items()})
        yield Progress("measuring stability", done, len(numbers) - 1)


def _light_flow(setup: ClipSetup) -> FlowStore:
    """Returns flow at half the size: a draft or a crop has not computed any other, and figures stay comparable."""
    from engine.temporal.flow import DRAFT_FLOW
    from engine.temporal.flow_store import FlowStore

    width, height = setup.flow.working_size
    return FlowStore(setup.source, None, working_size=(-(-width // 2), -(-height // 2)), settings=DRAFT_FLOW)
