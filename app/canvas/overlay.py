"""Labels as premultiplied 32-bit pixels at the size of the screen, only where something changed.

Outlines are found on the labels as the screen shows them, so that they are two screen pixels wide at every zoom and
follow the edges of the image's pixels when these are large.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.overlay_style import OverlayStyle, Tints
from app.canvas.painting.box import Box
from app.canvas.painting.nearest import other_label, other_labels_at
from app.canvas.painting.patch import Patch
from app.canvas.sampling import Grid
from app.canvas.viewport import Viewport
from engine.domain.labels import LabelMap

_CHECKER_PX = 12
_CHECKER_GREYS = (0x66, 0x99)
_HATCH_PX = 5
_WHITE = np.uint32(0xFFFFFFFF)
_BLACK = np.uint32(0xFF000000)


@dataclass(frozen=True)
class Shown:
    """What is drawn over the image.

    Attributes:
        labels: (h, w) uint8 spread over the image: of its size, or a proxy.
        coverage: (h, w) uint8, or None where every label covers its pixels wholly.
        ghost: (H, W) uint8, a neighbour's labels, or None.
        preview: A selection that is not committed yet, or None.
        preview_label: The label it would get.
    """

    labels: LabelMap
    coverage: NDArray[np.uint8] | None
    ghost: LabelMap | None = None
    preview: Patch | None = None
    preview_label: int = 0


@dataclass
class Overlay:
    """Draws into a buffer that is kept between calls.

    Attributes:
        style: Fill, outline, view.
        tints: Colours by label.
    """

    style: OverlayStyle
    tints: Tints
    _grid: Grid = field(default_factory=lambda: Grid(np.zeros(0, np.intp), np.zeros(0, np.intp)))

    def draw(self, shown: Shown, viewport: Viewport, density: float, target: NDArray[np.uint32], dirty: Box) -> None:
        """Redraws the device pixels `dirty` of `target`.

        Args:
            shown: What to draw.
            viewport: Where the image lies.
            density: Device pixels per widget pixel.
            target: (h, w) uint32 premultiplied 0xAARRGGBB, the device pixels of the widget.
            dirty: Device pixels, inside the target or empty.
        """
        if dirty.empty:
            return
        on_image = viewport.image_box(density).clipped(dirty)
        if on_image != dirty:
            target[dirty.slices] = 0
        if on_image.empty:
            return
        line_px = max(1, round(self.style.outline_px * density))
        wide = on_image.grown(line_px).clipped(viewport.image_box(density))
        self._grid = Grid.under(wide, viewport, density, shown.labels.shape)
        over_image = self.style.view == "overlay"
        pixels = self._labels_drawn(shown, line_px) if over_image else self._matte_drawn(shown, wide)
        if over_image and shown.ghost is not None and shown.ghost.shape == shown.labels.shape:
            self._draw_ghost(pixels, self._grid.pick(shown.ghost), wide)
        if shown.preview is not None and not shown.preview.box.empty:
            self._draw_preview(pixels, shown.preview, shown.preview_label, wide)
        target[on_image.slices] = pixels[on_image.moved(-wide.left, -wide.top).slices]

    def _labels_drawn(self, shown: Shown, line_px: int) -> NDArray[np.uint32]:
        labels = self._grid.pick(shown.labels)
        pixels = self._filled(labels, shown) if self.style.fills else np.zeros(labels.shape, np.uint32)
        if self.style.outlines:
            drawn = labels if self.tints.all_drawn else cv2.LUT(labels, self.tints.drawn)
            edge = np.flatnonzero(edges(drawn, 2 * line_px + 1))
            of_edge = drawn.ravel()[edge]
            inside = of_edge > 0
            pixels.ravel()[edge[inside]] = self.tints.line[of_edge[inside]]
        return pixels

    def _filled(self, labels: LabelMap, shown: Shown) -> NDArray[np.uint32]:
        pixels: NDArray[np.uint32] = np.take(self.tints.fill, labels, mode="clip")
        coverage = self._soft_coverage(shown)
        if coverage is None:
            return pixels
        soft = np.flatnonzero(coverage < 255)
        rest = self._rest(shown, labels, soft)
        own_share = coverage.ravel()[soft].astype(np.uint16)[:, None]
        own = _channels(pixels.ravel()[soft])
        other = _channels(self.tints.fill[rest])
        mixed = (own * own_share + other * (255 - own_share) + 127) // 255
        pixels.ravel()[soft] = np.ascontiguousarray(mixed.astype(np.uint8)).view(np.uint32)[:, 0]
        return pixels

    def _matte_drawn(self, shown: Shown, wide: Box) -> NDArray[np.uint32]:
        labels = self._grid.pick(shown.labels)
        matte: NDArray[np.uint8] = np.where(self.tints.chosen, np.uint8(255), np.uint8(0))[labels]
        coverage = self._soft_coverage(shown)
        if coverage is not None:
            soft = np.flatnonzero(coverage < 255)
            share = coverage.ravel()[soft]
            own = np.where(self.tints.chosen[labels.ravel()[soft]], share, 0)
            matte.ravel()[soft] = own + np.where(self.tints.chosen[self._rest(shown, labels, soft)], 255 - share, 0)
        if self.style.view == "matte":
            return np.asarray(matte * np.uint32(0x00010101) | _BLACK, np.uint32)
        return cover_checkered(matte, wide)

    def _soft_coverage(self, shown: Shown) -> NDArray[np.uint8] | None:
        """Returns the coverage as the screen shows it, or None where nothing in sight is soft."""
        if shown.coverage is None:
            return None
        coverage = self._grid.pick(shown.coverage)
        return None if coverage.min() == 255 else coverage

    def _rest(self, shown: Shown, labels: LabelMap, soft: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Returns the label that holds the rest of each soft pixel, given by flat indices into `labels`.

        Pixels of the image larger than those of the screen are looked at once each, not once for every screen pixel.
        """
        if self._grid.rows[-1] - self._grid.rows[0] + 1 >= len(self._grid.rows) or shown.coverage is None:
            return other_labels_at(labels, soft)
        box = Box(
            int(self._grid.columns[0]),
            int(self._grid.rows[0]),
            int(self._grid.columns[-1]) + 1,
            int(self._grid.rows[-1]) + 1,
        )
        crop = box.grown(4).clipped(Box.of_image(shown.labels))
        rest = other_label(shown.labels[crop.slices], shown.coverage[crop.slices])
        rows, columns = np.divmod(soft, labels.shape[1])
        return np.asarray(rest[self._grid.rows[rows] - crop.top, self._grid.columns[columns] - crop.left])

    def _draw_ghost(self, pixels: NDArray[np.uint32], ghost: LabelMap, wide: Box) -> None:
        dashes = edges(ghost, 3) & _checkered(wide, _HATCH_PX)
        # The dark gaps keep the line readable on bright pictures.
        gaps = edges(ghost, 3) & ~dashes & (ghost > 0)
        dashes &= ghost > 0
        pixels[gaps] = np.uint32(0xA0000000)
        pixels[dashes] = self.tints.ghost[ghost[dashes]]

    def _draw_preview(self, pixels: NDArray[np.uint32], preview: Patch, label: int, wide: Box) -> None:
        rows, columns = self._grid.rows - preview.box.top, self._grid.columns - preview.box.left
        inside_rows = (rows >= 0) & (rows < preview.box.height)
        inside_columns = (columns >= 0) & (columns < preview.box.width)
        selected = np.zeros(pixels.shape, np.uint8)
        found = np.take(np.take(preview.alpha, rows[inside_rows], axis=0), columns[inside_columns], axis=1) >= 128
        selected[np.ix_(inside_rows, inside_columns)] = found
        stripes = selected.astype(bool) & striped(wide, _HATCH_PX)
        pixels[stripes] = _faded(self.tints.line[label] or _WHITE)
        rim = edges(selected, 3)
        pixels[rim & (selected > 0)] = _WHITE
        pixels[rim & (selected == 0)] = _BLACK


def cover_around(matte: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Returns premultiplied pixels that hide everything but the matte behind a colour.

    Args:
        matte: (h, w) uint8, 255 where the picture stays.
        colour: 8-bit sRGB.
    """
    return np.asarray(np.take(_cover_table(colour), matte))


def cover_checkered(matte: NDArray[np.uint8], box: Box) -> NDArray[np.uint32]:
    """Returns premultiplied pixels that hide everything but the matte behind a checker.

    Args:
        matte: (h, w) uint8, 255 where the picture stays.
        box: Where these pixels lie on the screen, (h, w) of them.
    """
    both = np.concatenate([_cover_table((grey, grey, grey)) for grey in _CHECKER_GREYS])
    return np.asarray(np.take(both, matte + _checkered(box, _CHECKER_PX).astype(np.uint16) * np.uint16(256)))


def _cover_table(colour: tuple[int, int, int]) -> NDArray[np.uint32]:
    """Returns the (256,) pixel for each value of a matte."""
    clear = 255 - np.arange(256, dtype=np.uint32)
    red, green, blue = (np.uint32(channel) * clear // 255 for channel in colour)
    return np.asarray(clear << 24 | red << 16 | green << 8 | blue, np.uint32)


def edges(labels: NDArray[np.uint8], size: int) -> NDArray[np.bool_]:
    """Returns where another value lies within a square of `size` pixels."""
    kernel = np.ones((size, size), np.uint8)
    return np.asarray(cv2.dilate(labels, kernel) != cv2.erode(labels, kernel))


def _channels(pixels: NDArray[np.uint32]) -> NDArray[np.uint16]:
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(-1, 4).astype(np.uint16)


def _checkered(box: Box, size_px: int) -> NDArray[np.bool_]:
    rows = np.arange(box.top, box.bottom)[:, None] // size_px
    columns = np.arange(box.left, box.right)[None, :] // size_px
    return np.asarray((rows + columns) % 2 == 0)


def striped(box: Box, size_px: int) -> NDArray[np.bool_]:
    """Returns a pattern of diagonal stripes at these device pixels."""
    along = np.arange(box.top, box.bottom)[:, None] + np.arange(box.left, box.right)[None, :]
    return np.asarray(along % (2 * size_px) < size_px // 2)


def _faded(colour: np.uint32) -> np.uint32:
    """Returns a premultiplied colour at three quarters of its opacity."""
    channels = np.array([colour], np.uint32).view(np.uint8).astype(np.uint16) * 3 // 4
    return np.uint32(channels.astype(np.uint8).view(np.uint32)[0])
