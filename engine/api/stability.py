"""How steady a result is: the flicker figure of each frame and part, stored with the result."""

from __future__ import annotations

import itertools

from engine.api.clip_setup import ClipSetup
from engine.jobs import Job, Progress
from engine.results.folder import ResultReader, ResultWriter


def measure_flicker(setup: ClipSetup, writer: ResultWriter) -> Job[None]:
    """Measures the flicker of every finished frame against the frame before it, where that is not across a cut.

    Yields:
        Progress for each frame.
    """
    from engine.temporal.flicker import flicker

    writer.save()
    reader = ResultReader(writer.folder)
    numbers = sorted(writer.finished() & set(setup.frames))
    for done, (before, frame) in enumerate(itertools.pairwise(numbers), start=1):
        if reader.record.frames[frame].flicker or setup.scene_of(before) != setup.scene_of(frame):
            continue
        values = flicker(
            reader.labels(before), reader.labels(frame), setup.flow.between(frame, before), setup.parts.ids
        )
        writer.set_flicker(frame, {setup.parts.by_id(part_id).name: value for part_id, value in values.items()})
        yield Progress("measuring stability", done, len(numbers) - 1)
