"""Layers of frames in memory, never more than a stated number of bytes; what is needed last goes first.

Readers fill it from their threads while the window looks into it: every method takes the lock for a moment.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from app.playback.layers import Layer, LayerKey

_SMALL_PX = 192
_SMALL_SHARE = 16
"""One part in so many of the limit goes to small plates, which stand in for frames that were let go."""


@dataclass
class _Entry:
    layers: dict[LayerKey, Layer] = field(default_factory=dict)
    stale: set[LayerKey] = field(default_factory=set)

    @property
    def nbytes(self) -> int:
        return sum(layer.nbytes for layer in self.layers.values())


class LayerStore:
    """Layers by frame."""

    def __init__(self, limit_bytes: int) -> None:
        self._lock = threading.Lock()
        self._limit_bytes = limit_bytes
        self._entries: dict[int, _Entry] = {}
        self._small: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._held = 0
        self._small_held = 0
        self._rank: Callable[[int], int] = _unranked
        self._wanted: Sequence[LayerKey] = ()

    @property
    def limit_bytes(self) -> int:
        """The most that it may hold."""
        return self._limit_bytes

    @property
    def held_bytes(self) -> int:
        """Bytes of all that it holds."""
        with self._lock:
            return self._held + self._small_held

    def set_limit(self, limit_bytes: int) -> None:
        """Changes the limit; what no longer fits goes at once."""
        with self._lock:
            self._limit_bytes = limit_bytes
            self._shrink_small()
            self._make_room(0, rank=-1)

    def set_outlook(self, rank: Callable[[int], int], wanted: Sequence[LayerKey]) -> None:
        """Says what matters from now on.

        Args:
            rank: How soon a frame is needed; what has the smallest number is kept longest.
            wanted: Layers that are being shown; others are let go first.
        """
        with self._lock:
            self._rank, self._wanted = rank, tuple(wanted)

    def missing(
        self, frames: Iterable[int], wanted: Sequence[LayerKey], busy: Collection[tuple[int, LayerKey]]
    ) -> tuple[int, LayerKey] | None:
        """Returns the first of these frames, and which of its layers, that is to be read; None where none has room.

        Args:
            frames: In the order in which they are needed.
            wanted: Layers to look for.
            busy: What is being read, or was found not to fit.
        """
        with self._lock:
            for frame in frames:
                for key in wanted:
                    if not self._has(frame, key) and (frame, key) not in busy:
                        return (frame, key) if self._has_room_for(frame) else None
        return None

    def best(self, frame: int, wanted: LayerKey) -> Layer | None:
        """Returns the layer in the best size that is there, stale ones included, or None."""
        with self._lock:
            entry = self._entries.get(frame)
            if entry is None:
                return None
            found = [key for key in entry.layers if key.same_picture(wanted)]
            return entry.layers[max(found, key=lambda key: key.scale)] if found else None

    def has(self, frame: int, wanted: LayerKey) -> bool:
        """Says whether the layer is there, fresh and large enough."""
        with self._lock:
            return self._has(frame, wanted)

    def complete(self, wanted: Sequence[LayerKey]) -> frozenset[int]:
        """Returns the frames of which all these layers are there."""
        with self._lock:
            return frozenset(f for f in self._entries if all(self._has(f, key) for key in wanted))

    def nearest(self, frame: int, wanted: LayerKey, reach: int) -> int | None:
        """Returns the nearest other frame that has the layer in whatever size, at most `reach` numbers away."""
        with self._lock:
            found = [f for f, e in self._entries.items() if any(_shows(e, key, wanted) for key in e.layers)]
        near = min(found, key=lambda f: abs(f - frame), default=None)
        return near if near is not None and abs(near - frame) <= reach else None

    def small(self, frame: int) -> NDArray[np.uint8] | None:
        """Returns a small plate of a frame that was read before, or None."""
        with self._lock:
            return self._small.get(frame)

    def put(self, frame: int, key: LayerKey, layer: Layer) -> bool:
        """Keeps a layer where it fits and says whether it did."""
        small = _small_plate(key, layer)
        with self._lock:
            if small is not None and frame not in self._small:
                self._small[frame] = small
                self._small_held += small.nbytes
                self._shrink_small()
            if not self._make_room(layer.nbytes, rank=self._rank(frame)):
                return False
            entry = self._entries.setdefault(frame, _Entry())
            # Smaller sizes of the same picture are of no more use, but for the one that outlives a look at full size.
            for other in [k for k in entry.layers if k.same_picture(key)]:
                if other == key or other in entry.stale or (other.scale < key.scale and other not in self._wanted):
                    self._drop_layer(entry, other)
            entry.layers[key] = layer
            self._held += layer.nbytes
            return True

    def mark_stale(self, frame: int, result: object) -> None:
        """Layers of this result are still shown, and read again."""
        with self._lock:
            entry = self._entries.get(frame)
            if entry is not None:
                entry.stale |= {key for key in entry.layers if key.result == result and key.result is not None}

    def forget_full(self, frame: int) -> None:
        """Lets go of layers of a frame that are larger than what is wanted of it."""
        with self._lock:
            entry = self._entries.get(frame)
            if entry is None:
                return
            for wanted in self._wanted:
                for key in [k for k in entry.layers if k.same_picture(wanted) and k.scale > wanted.scale]:
                    if wanted in entry.layers:
                        self._drop_layer(entry, key)

    def clear(self) -> None:
        """Lets go of everything."""
        with self._lock:
            self._entries.clear()
            self._small.clear()
            self._held = self._small_held = 0

    def _has(self, frame: int, wanted: LayerKey) -> bool:
        entry = self._entries.get(frame)
        return entry is not None and any(k.serves(wanted) and k not in entry.stale for k in entry.layers)

    def _last(self) -> int | None:
        return max(self._entries, key=self._rank, default=None)

    def _mean_bytes(self) -> int:
        return self._held // max(1, len(self._entries))

    def _has_room_for(self, frame: int) -> bool:
        """Says whether reading the frame makes sense: there is room, or something less urgent can go."""
        room = self._limit_bytes - self._held - self._limit_bytes // _SMALL_SHARE
        if room >= self._mean_bytes():
            return True
        last = self._last()
        return last is not None and self._rank(last) > self._rank(frame)

    def _make_room(self, nbytes: int, *, rank: int) -> bool:
        """Lets go of what is less urgent than `rank` until so many bytes fit; says whether they do."""
        room = self._limit_bytes - self._limit_bytes // _SMALL_SHARE
        if self._held + nbytes > room:
            self._drop_unwanted()
        while self._held + nbytes > room:
            last = self._last()
            if last is None or self._rank(last) <= rank:
                return False
            for key in list(self._entries[last].layers):
                self._drop_layer(self._entries[last], key)
            del self._entries[last]
        return True

    def _drop_unwanted(self) -> None:
        for frame, entry in list(self._entries.items()):
            for key in [k for k in entry.layers if not any(k.same_picture(w) for w in self._wanted)]:
                self._drop_layer(entry, key)
            if not entry.layers:
                del self._entries[frame]

    def _drop_layer(self, entry: _Entry, key: LayerKey) -> None:
        self._held -= entry.layers.pop(key).nbytes
        entry.stale.discard(key)

    def _shrink_small(self) -> None:
        while self._small and self._small_held > self._limit_bytes // _SMALL_SHARE:
            self._small_held -= self._small.popitem(last=False)[1].nbytes


def _unranked(_frame: int) -> int:
    return 0


def _small_plate(key: LayerKey, layer: Layer) -> NDArray[np.uint8] | None:
    if key.kind != "plate" or layer.pixels is None:
        return None
    height, width = layer.pixels.shape[:2]
    scale = min(1.0, _SMALL_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(layer.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _shows(entry: _Entry, key: LayerKey, wanted: LayerKey) -> bool:
    return key.same_picture(wanted) and entry.layers[key].pixels is not None
