"""A clip with a result for the timeline, in memory: what the models of the window would say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.playback.playhead import Playhead
from app.timeline.model import TimelineModel
from app.timeline.pictures import FramePictures
from app.timeline.sources import TimelineSources
from app.timeline.view import TimelineView
from engine.domain.parts import Part, PartSet
from engine.domain.project import ProjectClip, ProjectReference
from engine.results.record import FrameRecord, ResultRecord

PARTS = PartSet((Part.named(1, "body"), Part.named(2, "wheel")))


def frame_record(
    confidence: Mapping[str, float], flicker: Mapping[str, float] | None = None, *, state: str = "done"
) -> FrameRecord:
    return FrameRecord("x", state, confidence, "Carried by flow.", flicker or {})


def record_of(frames: Mapping[int, FrameRecord], parts: PartSet = PARTS, cuts: Sequence[int] = ()) -> ResultRecord:
    facts = {"width": 64, "height": 36, "cuts": list(cuts)}
    return ResultRecord({}, parts, facts, dict(frames))


class Results(QObject):
    recordChanged = Signal()
    frameChanged = Signal(int)

    def __init__(self, record: ResultRecord | None = None) -> None:
        super().__init__()
        self.record = record
        self.states: dict[int, str] = {}

    def state(self, frame: int) -> str:
        if frame in self.states:
            return self.states[frame]
        row = self.record.frames.get(frame) if self.record is not None else None
        return row.state if row is not None else "none"


class References(QObject):
    changed = Signal()

    def __init__(self, frames: Mapping[int, bool], path: Path | None = None) -> None:
        super().__init__()
        self.clips = [ProjectClip("c1", path, "shot")] if path is not None else []
        self.references = [
            ProjectReference(f"r{n}", str(n), 64, 36, clip_id="c1", frame=n, holdout=holdout)
            for n, holdout in frames.items()
        ]


class Edits(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.edited: frozenset[int] = frozenset()
        self.locks: dict[int, tuple[str, ...]] = {}


class Cache(QObject):
    cacheChanged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cached_frames: frozenset[int] = frozenset()


class Clip:
    """Everything that a timeline is built from, and the timeline."""

    def __init__(
        self,
        numbers: Sequence[int],
        record: ResultRecord | None = None,
        references: Mapping[int, bool] | None = None,
        path: Path | None = None,
    ) -> None:
        self.playhead = Playhead()
        self.playhead.set_clip("c1", numbers)
        self.results, self.references = Results(record), References(references or {}, path)
        self.edits, self.cache = Edits(), Cache()
        self.sources = TimelineSources(self.playhead, self.references, self.results, self.edits, self.cache)
        self.model = TimelineModel(self.sources)
        self.model.catch_up()
        self.pictures = FramePictures()
        self.pictures.set_clip(path)

    def view(self, width: int = 700, height: int = 200) -> TimelineView:
        made = TimelineView(self.model, self.pictures)
        made.resize(width, height)
        return made
