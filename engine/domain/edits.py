"""Label edits: what a gesture changed, kept as deflated tiles, and the layer through which pixels are changed.

Only the side before the change is kept: applying an edit returns its inverse. Tiles keep the memory of a stroke in
proportion to what it touched, and flat tiles cost a few bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap, Painted, size_text
from engine.errors import InputError, InternalError

Rect = tuple[int, int, int, int]
"""(left, top, right, bottom): half-open pixels."""

TILE_PX = 256
FULL_COVERAGE = 255
_DEFLATE_LEVEL = 1
"""Levels above 1 take several times as long and gain little on label tiles."""

_TileIndex = tuple[int, int]
_Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class PackedTile:
    """The pixels of one tile as they were before a change.

    Attributes:
        row: Tile row; its first pixel row is `row * TILE_PX`.
        column: Tile column.
        labels: Deflated bytes, or one byte where the whole tile has that value.
        coverage: As `labels`.
    """

    row: int
    column: int
    labels: bytes
    coverage: bytes


@dataclass(frozen=True)
class LabelEdit:
    """One change of a label layer: the tiles it touched, as they were before.

    Attributes:
        shape: (H, W) of the layer it belongs to.
        tiles: Only tiles that really changed, in reading order.
        rect: The smallest rectangle around the pixels that changed.
    """

    shape: tuple[int, int]
    tiles: tuple[PackedTile, ...]
    rect: Rect

    @property
    def num_bytes(self) -> int:
        """Memory that the tiles take, in bytes."""
        return sum(len(tile.labels) + len(tile.coverage) for tile in self.tiles)


class LabelLayer:
    """A mutable label map with coverage; the only way to change its pixels is a stroke or an edit.

    A stroke is `begin()`, then for each dab `touch(rect)` and writing into `labels` and `coverage` inside that
    rectangle, then `commit()` or `cancel()`. Pixels outside touched rectangles must not be written to.
    """

    def __init__(self, labels: LabelMap, coverage: _Pixels | None = None) -> None:
        painted = Painted(labels, coverage)
        self._labels: LabelMap = np.array(painted.labels, order="C")
        self._coverage = (
            np.full_like(self._labels, FULL_COVERAGE) if coverage is None else np.array(coverage, np.uint8, order="C")
        )
        self._before: dict[_TileIndex, tuple[_Pixels, _Pixels]] | None = None

    @classmethod
    def empty(cls, width: int, height: int) -> LabelLayer:
        """Returns a layer of background, fully covered."""
        return cls(np.zeros((height, width), np.uint8))

    @property
    def labels(self) -> LabelMap:
        """(H, W) uint8, the live pixels."""
        return self._labels

    @property
    def coverage(self) -> _Pixels:
        """(H, W) uint8, the live pixels; 255 where the label covers the whole pixel."""
        return self._coverage

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return (self._labels.shape[0], self._labels.shape[1])

    @property
    def in_stroke(self) -> bool:
        """A stroke has begun and is neither committed nor cancelled."""
        return self._before is not None

    def begin(self) -> None:
        """Starts a stroke.

        Raises:
            InternalError: Another stroke is running.
        """
        if self._before is not None:
            raise InternalError("A stroke began before the last one had ended. Nothing was changed by it.")
        self._before = {}

    def touch(self, rect: Rect) -> Rect:
        """Keeps the pixels of `rect`, before they are written to, and returns `rect` cut to the layer.

        Raises:
            InternalError: No stroke is running.
        """
        before = self._running()
        clipped = _clipped(rect, self.shape)
        for index in _tiles_of(clipped):
            if index not in before:
                tile = _tile_slices(index)
                before[index] = (self._labels[tile].copy(), self._coverage[tile].copy())
        return clipped

    def before(self, rect: Rect) -> tuple[LabelMap, _Pixels]:
        """Returns copies of labels and coverage of `rect` as they were when the stroke began.

        `rect` lies inside the layer; pixels that the stroke has not touched are as they are now.
        """
        kept = self._running()
        left, top, right, bottom = rect
        labels, coverage = self._labels[top:bottom, left:right].copy(), self._coverage[top:bottom, left:right].copy()
        for index in _tiles_of(rect):
            if index in kept:
                row, column = index[0] * TILE_PX, index[1] * TILE_PX
                y0, y1 = max(top, row), min(bottom, row + TILE_PX)
                x0, x1 = max(left, column), min(right, column + TILE_PX)
                for target, source in ((labels, kept[index][0]), (coverage, kept[index][1])):
                    target[y0 - top : y1 - top, x0 - left : x1 - left] = source[
                        y0 - row : y1 - row, x0 - column : x1 - column
                    ]
        return labels, coverage

    def commit(self) -> LabelEdit | None:
        """Ends the stroke and returns what undoes it, or None where no pixel changed."""
        before, self._before = self._running(), None
        return self._edit_from(before)

    def cancel(self) -> Rect | None:
        """Ends the stroke, puts every pixel back, and returns the rectangle that changed by that, or None."""
        before, self._before = self._running(), None
        edit = self._edit_from(before)
        if edit is None:
            return None
        for index, (labels, coverage) in before.items():
            tile = _tile_slices(index)
            self._labels[tile], self._coverage[tile] = labels, coverage
        return edit.rect

    def apply(self, edit: LabelEdit) -> LabelEdit:
        """Puts the pixels of `edit` back and returns its inverse.

        Raises:
            InternalError: The edit belongs to a layer of another size, or a stroke is running.
        """
        if edit.shape != self.shape:
            raise InternalError(
                f"An edit of a {edit.shape[1]}x{edit.shape[0]} image met a layer of {size_text(self._labels)}. "
                "Nothing was changed."
            )
        if self._before is not None:
            raise InternalError("Undo came while a stroke was being painted. Nothing was changed.")
        inverse = []
        for packed in edit.tiles:
            index = (packed.row, packed.column)
            tile = _tile_slices(index)
            inverse.append(_packed(index, self._labels[tile], self._coverage[tile]))
            _unpack(packed.labels, self._labels[tile])
            _unpack(packed.coverage, self._coverage[tile])
        return LabelEdit(edit.shape, tuple(inverse), edit.rect)

    def current(self, edit: LabelEdit) -> LabelEdit:
        """Returns the tiles of `edit` as they are now: what a journal keeps of a finished stroke."""
        tiles = []
        for packed in edit.tiles:
            index = (packed.row, packed.column)
            tile = _tile_slices(index)
            tiles.append(_packed(index, self._labels[tile], self._coverage[tile]))
        return LabelEdit(edit.shape, tuple(tiles), edit.rect)

    def whole(self) -> LabelEdit:
        """Returns every tile as it is now."""
        rect = (0, 0, self.shape[1], self.shape[0])
        tiles = [_packed(i, self._labels[_tile_slices(i)], self._coverage[_tile_slices(i)]) for i in _tiles_of(rect)]
        return LabelEdit(self.shape, tuple(tiles), rect)

    def replace(self, painted: Painted) -> LabelEdit | None:
        """Replaces all pixels as one stroke and returns what undoes it, or None where they were equal.

        Raises:
            InputError: The size differs.
        """
        if painted.labels.shape != self.shape:
            raise InputError(
                f"The mask is {size_text(painted.labels)}, the image {size_text(self._labels)}. "
                "Save the mask at the size of its image."
            )
        self.begin()
        self.touch((0, 0, self.shape[1], self.shape[0]))
        self._labels[...] = painted.labels
        self._coverage[...] = FULL_COVERAGE if painted.coverage is None else painted.coverage
        return self.commit()

    def painted(self) -> Painted:
        """Returns a copy of the pixels; coverage is None where it is full everywhere."""
        full = bool((self._coverage == FULL_COVERAGE).all())
        return Painted(self._labels.copy(), None if full else self._coverage.copy())

    def _running(self) -> dict[_TileIndex, tuple[_Pixels, _Pixels]]:
        if self._before is None:
            raise InternalError("Pixels were to be changed outside a stroke. Nothing was changed.")
        return self._before

    def _edit_from(self, before: dict[_TileIndex, tuple[_Pixels, _Pixels]]) -> LabelEdit | None:
        tiles: list[PackedTile] = []
        rects: list[Rect] = []
        for index in sorted(before):
            labels, coverage = before[index]
            tile = _tile_slices(index)
            changed = (labels != self._labels[tile]) | (coverage != self._coverage[tile])
            if changed.any():
                tiles.append(_packed(index, labels, coverage))
                rects.append(_rect_of(changed, index))
        if not tiles:
            return None
        lefts, tops, rights, bottoms = zip(*rects, strict=True)
        return LabelEdit(self.shape, tuple(tiles), (min(lefts), min(tops), max(rights), max(bottoms)))


def _clipped(rect: Rect, shape: tuple[int, int]) -> Rect:
    left, top, right, bottom = rect
    return (max(0, left), max(0, top), min(shape[1], right), min(shape[0], bottom))


def _tiles_of(rect: Rect) -> Iterator[_TileIndex]:
    left, top, right, bottom = rect
    if right <= left or bottom <= top:
        return
    for row in range(top // TILE_PX, (bottom - 1) // TILE_PX + 1):
        for column in range(left // TILE_PX, (right - 1) // TILE_PX + 1):
            yield row, column


def _tile_slices(index: _TileIndex) -> tuple[slice, slice]:
    row, column = index[0] * TILE_PX, index[1] * TILE_PX
    return slice(row, row + TILE_PX), slice(column, column + TILE_PX)


def _rect_of(changed: NDArray[np.bool_], index: _TileIndex) -> Rect:
    rows = np.flatnonzero(changed.any(axis=1)) + index[0] * TILE_PX
    columns = np.flatnonzero(changed.any(axis=0)) + index[1] * TILE_PX
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _packed(index: _TileIndex, labels: _Pixels, coverage: _Pixels) -> PackedTile:
    return PackedTile(*index, _pack(labels), _pack(coverage))


def _pack(pixels: _Pixels) -> bytes:
    first = pixels[0, 0]
    if (pixels == first).all():
        return bytes((int(first),))
    return zlib.compress(pixels.tobytes(), _DEFLATE_LEVEL)


def _unpack(data: bytes, target: _Pixels) -> None:
    if len(data) == 1:
        target[...] = data[0]
    else:
        # The limit keeps a crafted journal from filling the memory.
        pixels = zlib.decompressobj().decompress(data, target.size)
        target[...] = np.frombuffer(pixels, np.uint8).reshape(target.shape)
