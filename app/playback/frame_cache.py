"""Frames of the current clip, read ahead of the playhead by threads and kept within a limit."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QThread, Signal

from app.playback.layers import Layer, LayerKey, LayerKind
from app.playback.outlook import Outlook, ranks
from app.playback.reading import ClipFile, LayerReader
from app.playback.store import LayerStore
from engine.media.clip import VIDEO_SUFFIXES

DEFAULT_LIMIT_BYTES = 1024 * 2**20
"""About 170 frames of a 1080p plate with labels in a viewer of 1400 pixels."""
_VIDEO_BLOCK = 16
_MOST_AHEAD = 4096
_NEIGHBOUR_REACH = 10**9
_PLATES: tuple[LayerKind, ...] = ("plate",)
_RESULTS: tuple[LayerKind, ...] = ("labels", "matte", "heat")


@dataclass(frozen=True, eq=False)
class Shot:
    """The best that there is of a frame right now.

    Attributes:
        frame: The frame that was asked for.
        shown: The frame whose layers these are: another one while nothing of the frame itself is there.
        layers: By wanted key, in whatever size is there; what is still to come is missing.
        small: (h, w, 3) uint8, a small plate to show while there is no other, or None.
        complete: Every wanted layer of the frame itself is there, large enough for playing.
    """

    frame: int
    shown: int
    layers: Mapping[LayerKey, Layer] = field(default_factory=dict)
    small: NDArray[np.uint8] | None = None
    complete: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        """Why layers cannot be shown, each sentence once."""
        return tuple(dict.fromkeys(layer.problem for layer in self.layers.values() if layer.problem))


class _Desk:
    """What is to be read next: shared by the window's thread and the readers, under one lock."""

    def __init__(self, store: LayerStore) -> None:
        self.wake = threading.Condition()
        self.store = store
        self.wanted: tuple[LayerKey, ...] = ()
        self.full: tuple[LayerKey, ...] = ()
        self.order: Sequence[int] = ()
        self.stopping = False
        self._busy: dict[tuple[int, LayerKey], int] = {}
        self._refused: set[tuple[int, LayerKey]] = set()
        self._outdated: set[tuple[int, LayerKey]] = set()

    def plan(self, order: Sequence[int], wanted: tuple[LayerKey, ...], full: tuple[LayerKey, ...]) -> None:
        """Changes what is read; `full` is for the first frame only."""
        with self.wake:
            self.order, self.wanted, self.full = order, wanted, full
            self._refused.clear()
            self.wake.notify_all()

    def outdate(self, frame: int, result: Path) -> None:
        """What is being read of this frame of the result may be half old: it is read again."""
        with self.wake:
            self._outdated |= {(f, key) for f, key in self._busy if f == frame and key.result == result}
            self.wake.notify_all()

    def stop(self) -> None:
        with self.wake:
            self.stopping = True
            self.wake.notify_all()

    def take(self, kinds: tuple[LayerKind, ...]) -> tuple[int, LayerKey] | None:
        """Waits for something to read and returns it; None when all is over."""
        with self.wake:
            while not self.stopping:
                job = self._next(kinds)
                if job is not None:
                    self._busy[job] = 1
                    return job
                self.wake.wait()
            return None

    def deliver(self, frame: int, key: LayerKey, layer: Layer) -> bool:
        """Keeps what was read; says whether it was of use."""
        with self.wake:
            self._busy.pop((frame, key), None)
            if (frame, key) in self._outdated:
                self._outdated.discard((frame, key))
                return False
            if self.stopping or not any(key.same_picture(wanted) for wanted in (*self.wanted, *self.full)):
                return False
            kept = self.store.put(frame, key, layer)
            if not kept:
                self._refused.add((frame, key))
            return kept

    def _next(self, kinds: tuple[LayerKind, ...]) -> tuple[int, LayerKey] | None:
        taken = self._busy.keys() | self._refused
        wanted = [key for key in self.wanted if key.kind in kinds]
        full = [key for key in self.full if key.kind in kinds]
        first = self.order[:1]
        for frames, keys in ((first, wanted), (first, full), (self.order, wanted)):
            found = self.store.missing(frames, keys, taken)
            if found is not None:
                return found
        return None


class _Worker(QThread):
    """Reads layers of some kinds until it is told to stop.

    Signals:
        delivered(int): A layer of this frame is in the store.
    """

    delivered = Signal(int)

    def __init__(self, desk: _Desk, clip: ClipFile, kinds: tuple[LayerKind, ...]) -> None:
        super().__init__()
        self.setObjectName("viewer " + kinds[0])
        self._desk, self._clip, self._kinds = desk, clip, kinds

    def run(self) -> None:
        reader = LayerReader(self._clip)
        while (job := self._desk.take(self._kinds)) is not None:
            frame, key = job
            try:
                layer = reader.read(frame, key)
            except Exception as error:  # noqa: BLE001 - a thread that died silently would leave the viewer waiting
                layer = Layer(None, f"Frame {frame} could not be shown ({type(error).__name__}: {error}).")
            if self._desk.deliver(frame, key, layer):
                self.delivered.emit(frame)
        reader.close()


class FrameCache(QObject):
    """Plates and result layers by frame.

    `request` never waits: it returns the best there is, and `frameReady` follows when there is more.

    Signals:
        frameReady(int): More of this frame is there than before.
        cacheChanged(): `cached_frames` may be another; sent as often as frames come and go.
    """

    frameReady = Signal(int)
    cacheChanged = Signal()

    def __init__(self, parent: QObject | None = None, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        super().__init__(parent)
        self.store = LayerStore(limit_bytes)
        self._desk: _Desk | None = None
        self._workers: list[_Worker] = []
        self._retired: list[_Worker] = []
        self._full_at: int | None = None
        self._clip: ClipFile | None = None
        self._numbers: tuple[int, ...] = ()
        self._places: dict[int, int] = {}
        self._wanted: tuple[LayerKey, ...] = ()
        self._outlook = Outlook(0, 0, 1)
        self._block = 1

    @property
    def limit_bytes(self) -> int:
        """The most that frames may take in memory."""
        return self.store.limit_bytes

    @property
    def held_bytes(self) -> int:
        """What frames take in memory now."""
        return self.store.held_bytes

    @property
    def wanted(self) -> tuple[LayerKey, ...]:
        """The layers that are read of each frame."""
        return self._wanted

    @property
    def cached_frames(self) -> frozenset[int]:
        """Frames that can be shown without being read."""
        return self.store.complete(self._wanted) if self._wanted else frozenset()

    def set_limit(self, limit_bytes: int) -> None:
        """Changes the most that frames may take in memory."""
        self.store.set_limit(limit_bytes)
        self._plan()
        self.cacheChanged.emit()

    def set_clip(self, clip: ClipFile | None, numbers: Sequence[int]) -> None:
        """Goes to another clip, or to none."""
        numbers = tuple(numbers)
        if clip == self._clip and numbers == self._numbers:
            return
        self._retire()
        self.store.clear()
        self._clip, self._numbers = clip, numbers
        self._places = {number: place for place, number in enumerate(numbers)}
        self._outlook = Outlook(0, 0, max(1, len(numbers)))
        if clip is not None and numbers:
            # A frame of a sequence is a file; of a video, whatever was decoded on the way to it.
            self._block = _VIDEO_BLOCK if clip.path.suffix.lower() in VIDEO_SUFFIXES else 1
        self._plan()
        self.cacheChanged.emit()

    def want(self, layers: Sequence[LayerKey]) -> None:
        """Changes which layers are read of each frame; what is there already in a larger size is kept."""
        if tuple(layers) != self._wanted:
            self._wanted = tuple(layers)
            self._plan()
            self.cacheChanged.emit()

    def look(self, outlook: Outlook) -> None:
        """Follows the playhead: reads what comes next, and lets go of what lies furthest away."""
        if outlook != self._outlook:
            self._outlook = outlook
            self._plan()

    def ready(self, frame: int) -> bool:
        """Says whether the frame can be shown without being read."""
        return bool(self._wanted) and all(self.store.has(frame, key) for key in self._wanted)

    def request(self, frame: int) -> Shot:
        """Returns what there is of a frame, at once."""
        shown = frame
        small = None
        plates = [key for key in self._wanted if key.kind == "plate"]
        if plates and self.store.best(frame, plates[0]) is None:
            small = self.store.small(frame)
            near = None if small is not None else self.store.nearest(frame, plates[0], _NEIGHBOUR_REACH)
            shown = frame if near is None else near
        layers = {key: layer for key in self._wanted if (layer := self.store.best(shown, key)) is not None}
        return Shot(frame, shown, layers, small, complete=shown == frame and self.ready(frame))

    def invalidate(self, frame: int, result: Path) -> None:
        """A frame of a result changed on disk: what is there is shown until it has been read again."""
        self.store.mark_stale(frame, result)
        if self._desk is not None:
            self._desk.outdate(frame, result)
        self._plan()

    def invalidate_result(self, result: Path) -> None:
        """All frames of a result may have changed."""
        for frame in self._numbers:
            self.store.mark_stale(frame, result)
            if self._desk is not None:
                self._desk.outdate(frame, result)
        self._plan()

    def shut_down(self) -> None:
        """Ends the threads; each finishes the frame that it is reading. What is in memory stays."""
        self._retire()
        for worker in self._retired:
            worker.wait()
        self._retired.clear()

    def _retire(self) -> None:
        """Tells the threads to end without waiting for them."""
        if self._desk is not None:
            self._desk.stop()
        self._desk = None
        self._retired += self._workers
        self._workers = []
        self._on_finished()

    def _on_finished(self) -> None:
        self._retired = [worker for worker in self._retired if not worker.isFinished()]

    def _plan(self) -> None:
        if self._clip is None or not self._numbers or not self._wanted:
            return
        table = ranks(self._outlook, len(self._numbers), self._block)
        places, numbers = self._places, self._numbers
        far = int(table.max()) + 1

        def rank(frame: int) -> int:
            place = places.get(frame)
            return far if place is None else int(table[place])

        self.store.set_outlook(rank, self._wanted)
        full = () if self._outlook.playing else tuple(key.at(1.0) for key in self._wanted if key.scale < 1)
        here = numbers[self._outlook.place] if full else None
        if self._full_at is not None and self._full_at != here:
            self.store.forget_full(self._full_at)
        self._full_at = here
        order = [numbers[place] for place in np.argsort(table, kind="stable")[:_MOST_AHEAD].tolist()]
        self._start().plan(order, self._wanted, full)

    def _start(self) -> _Desk:
        if self._desk is None:
            assert self._clip is not None
            self._desk = _Desk(self.store)
            spare = max(1, (os.cpu_count() or 2) // 2)
            # One thread decodes a video: two would each decode the whole way to their frames.
            plates = 1 if self._block > 1 else min(3, spare)
            kinds = [_PLATES] * plates + [_RESULTS] * min(3, spare)
            self._workers = [_Worker(self._desk, self._clip, kind) for kind in kinds]
            for worker in self._workers:
                worker.delivered.connect(self._on_delivered)
                worker.finished.connect(self._on_finished)
                worker.start(QThread.Priority.LowPriority)
        return self._desk

    def _on_delivered(self, frame: int) -> None:
        self.frameReady.emit(frame)
        self.cacheChanged.emit()
