"""Keeps the timeline's picture of the clip up to date, a little at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.timeline.axis import FrameAxis
from app.timeline.data import STATE_CODES, TimelineData
from app.timeline.sources import TimelineSources
from app.timeline.worst import step_worst
from engine.domain.parts import PartSet
from engine.results.record import FrameRecord, ResultRecord

_WAIT_MS = 150
"""A run writes up to 20 frames a second: what arrives within this time is shown together."""


class TimelineModel(QObject):
    """What is known of the current clip.

    Signals:
        changed(): `data` is another.
    """

    changed = Signal()

    def __init__(self, sources: TimelineSources, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sources = sources
        self.data = TimelineData()
        self._record: ResultRecord | None = None
        self._frames: set[int] = set()
        self._whole_record = False
        self._cache_moved = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self.catch_up)
        sources.playhead.clipChanged.connect(self._on_clip)
        sources.references.changed.connect(self._on_references)
        sources.results.recordChanged.connect(self._on_record)
        sources.results.frameChanged.connect(self._on_frame)
        if sources.edits is not None:
            sources.edits.changed.connect(self._on_edits)
        if sources.cache is not None:
            sources.cache.cacheChanged.connect(self._on_cache)
        self._on_clip()

    def next_worst(self, step: int, part: int | None = None) -> int | None:
        """Returns the next (`step` 1) or previous (-1) worst frame from the playhead, of all parts or of one.

        Args:
            step: 1 or -1.
            part: Index of the part in `data.parts`, or None for all.
        """
        places = self.data.worst(part)
        return step_worst(places, self.sources.playhead.frame, step)

    def go_to_worst(self, step: int) -> None:
        """Moves the playhead to the next or previous worst frame; stays where nothing is bad."""
        frame = self.next_worst(step)
        if frame is not None:
            self.sources.playhead.go(frame)

    def catch_up(self) -> None:
        """Takes in now what would be taken in together a little later."""
        self._timer.stop()
        data = self.data
        if self._whole_record:
            data = self._with_record(data)
        elif self._frames:
            data = self._with_frames(data)
        if self._cache_moved and self.sources.cache is not None:
            data = data.with_cached(frozenset(self.sources.cache.cached_frames))
        self._frames.clear()
        self._whole_record = self._cache_moved = False
        self._show(data)

    def _with_record(self, data: TimelineData) -> TimelineData:
        record, before = self.sources.results.record, self._record
        self._record = record
        # All frames are asked: the record follows two seconds behind what is on disk.
        states = {n: self.sources.results.state(n) for n in data.axis.numbers.tolist()}
        if record is None:
            return replace(data.with_result(PartSet(()), {}, states), cuts=())
        cuts = tuple(int(cut) for cut in record.clip.get("cuts", ()))
        if cuts != data.cuts:
            data = replace(data, cuts=cuts)
        if before is None or before.parts != record.parts or not before.frames.keys() <= record.frames.keys():
            return data.with_result(record.parts, record.frames, states)
        old = before.frames
        changed = {n: row for n, row in record.frames.items() if row is not old.get(n) and row != old.get(n)}
        codes = np.fromiter((STATE_CODES[state] for state in states.values()), np.uint8, len(states))
        moved = {n: states[n] for n in data.axis.numbers[codes != data.states].tolist()}
        return data.with_frames(changed, moved) if changed or moved else data

    def _with_frames(self, data: TimelineData) -> TimelineData:
        results = self.sources.results
        record = results.record
        known: dict[int, FrameRecord] = {}
        if record is not None and record.parts == data.parts:
            known = {frame: record.frames[frame] for frame in self._frames if frame in record.frames}
        return data.with_frames(known, {frame: results.state(frame) for frame in self._frames})

    def _on_clip(self) -> None:
        """Shows the clip at once, and its result a little later: who owns the results hears of the clip as we do."""
        data = TimelineData.of_clip(FrameAxis.of(self.sources.playhead.numbers))
        self._record = None
        self._frames.clear()
        self._whole_record = self._cache_moved = True
        self._show(self._with_edits(self._with_references(data)))
        self._wait()

    def _on_references(self) -> None:
        self._show(self._with_references(self.data))

    def _on_edits(self) -> None:
        self._show(self._with_edits(self.data))

    def _on_record(self) -> None:
        self._whole_record = True
        self._wait()

    def _on_frame(self, frame: int) -> None:
        self._frames.add(frame)
        self._wait()

    def _on_cache(self) -> None:
        self._cache_moved = True
        self._wait()

    def _wait(self) -> None:
        """Starts the clock, unless it runs: a steady stream of news must not put off the picture for ever."""
        if not self._timer.isActive():
            self._timer.start()

    def _with_references(self, data: TimelineData) -> TimelineData:
        clip_id = self.sources.playhead.clip_id
        here = [r for r in self.sources.references.references if r.clip_id == clip_id and r.frame is not None]
        anchors = frozenset(r.frame for r in here if not r.holdout and r.frame is not None)
        holdouts = frozenset(r.frame for r in here if r.holdout and r.frame is not None)
        if (anchors, holdouts) == (data.anchors, data.holdouts):
            return data
        return replace(data, anchors=anchors, holdouts=holdouts)

    def _with_edits(self, data: TimelineData) -> TimelineData:
        edits = self.sources.edits
        if edits is None:
            return data
        return replace(data, edits=frozenset(edits.edited), locks=dict(edits.locks))

    def _show(self, data: TimelineData) -> None:
        if data is not self.data:
            self.data = data
            self.changed.emit()
