"""Segmenting with a look at the clock: what it took is noted, and the next estimate rests on it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from engine.api.plan import work_of
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.api.summary import SegmentSummary
from engine.errors import EngineError
from engine.hardware.measured import MeasuredRun, note_run, now, peak_memory
from engine.jobs import Event, FrameDone, Job, watched
from engine.media import open_clip

_FEWEST_FRAMES = 4
"""Fewer say little of the pace."""


@dataclass
class _Clock:
    """When frames were finished."""

    began: float = field(default_factory=time.monotonic)
    first: float = 0.0
    last: float = 0.0
    frames: int = 0

    def tell(self, event: Event) -> None:
        if isinstance(event, FrameDone) and event.state == "done":
            self.last = time.monotonic()
            self.first = self.first or self.last
            self.frames += 1


def segment_measured(request: SegmentRequest) -> Job[SegmentSummary]:
    """As `segment`; notes in `request.measured`, where that is given, how long it took."""
    clock = _Clock()
    summary = yield from watched(segment(request), clock.tell)
    if request.measured is not None and clock.frames >= _FEWEST_FRAMES:
        _note(request, clock)
    return summary


def _note(request: SegmentRequest, clock: _Clock) -> None:
    assert request.measured is not None
    work, pixels = work_of(request), _pixels(request)
    pace = (clock.last - clock.first) / (clock.frames - 1)
    run = MeasuredRun(
        backbone=work.backbone,
        device=work.device,
        resolution=work.resolution,
        steps=clock.frames,
        seconds_per_step=pace,
        # All that is not the pace of the frames: what comes before the first, and the measuring of flicker at the end.
        setup_s=max(0.0, time.monotonic() - clock.began - pace * clock.frames),
        peak_bytes=peak_memory(work.device),
        measured_at=now(),
        verb="segment",
        preset=work.preset,
        temporal=work.temporal,
        learns=work.learns,
        pixels=pixels,
    )
    note_run(request.measured, run)


def _pixels(request: SegmentRequest) -> int:
    try:
        source = open_clip(request.clip, colour_space=request.colour_space)
    except EngineError:
        return 0
    try:
        return source.info.width * source.info.height
    finally:
        source.close()
