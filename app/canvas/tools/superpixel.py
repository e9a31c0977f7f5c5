"""Superpixel brush: paints the pieces that the picture falls into by itself."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from app.canvas.background import Failure
from app.canvas.gesture import Gesture
from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.painting.stroke import StrokePoint, segment
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.tool import Tool, ToolHost
from app.i18n import tr
from engine.domain.labels import BACKGROUND
from engine.select.superpixels import SlicSettings, Superpixels, Tile


class SuperpixelTool(Tool):
    """A brush that takes whole superpixels; the one under the pointer is shown before it is painted.

    Tiles of superpixels are made in the background. A stroke over a tile that is not there yet is completed when it
    comes, before the next gesture starts.
    """

    name = "superpixel"
    cursor = "ring"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._superpixels: Superpixels | None = None
        self._region_px = SlicSettings().region_px
        self._gesture: Gesture | None = None
        self._last: StrokePoint | None = None
        self._waiting: list[Patch] = []
        self._released = False
        self._making: Tile | None = None
        self._hovered: Patch | None = None

    @property
    def busy(self) -> bool:
        """A stroke is being drawn or completed."""
        return self._gesture is not None

    @property
    def region_px(self) -> int:
        """Side of a superpixel in image pixels."""
        return self._region_px

    def set_region_px(self, region_px: int) -> None:
        """Changes the size of superpixels."""
        self._region_px = region_px
        self._superpixels = None

    def press(self, pointer: Pointer) -> None:
        """Starts a stroke."""
        if self._gesture is not None:
            return
        self.host.set_preview(None, 0)
        label = BACKGROUND if erases(pointer) else self.host.document.current_part
        self._gesture = self.host.begin(label, pointer.x)
        self._released = False
        self._last = None
        self.drag(pointer)

    def drag(self, pointer: Pointer) -> None:
        """Takes the superpixels under the brush."""
        if self._gesture is None or self._released:
            return
        point = self._point(pointer)
        patch = segment(self._last or point, point, 1.0, self._gesture.image)
        self._last = point
        if not patch.box.empty:
            self._waiting.append(patch)
            self._paint_waiting()

    def release(self, _pointer: Pointer, /) -> None:
        """Hands the stroke over, at once or when the last tile is there."""
        self._released = True
        self._end_when_complete()

    def hover(self, pointer: Pointer) -> None:
        """Shows what a click here would take."""
        layer = self.host.document.layer
        if self._gesture is not None or layer is None:
            return
        point = self._point(pointer)
        self._hovered = segment(point, point, 1.0, Box.of_image(layer.labels))
        self._show_hovered()

    def cancel(self) -> None:
        """Takes the stroke back."""
        self._waiting, self._hovered, self._making = [], None, None
        self.host.set_preview(None, 0)
        if self._gesture is not None:
            self._gesture = None
            self.host.rollback()

    def draw(self, painter: QPainter) -> None:
        """Draws nothing of its own: the preview shows the superpixels."""

    def _point(self, pointer: Pointer) -> StrokePoint:
        return StrokePoint(pointer.x, pointer.y, self.host.brush.diameter_at(pointer.pressure))

    def _of_image(self) -> Superpixels | None:
        image = self.host.document.image
        if image is None:
            return None
        if self._superpixels is None or not self._superpixels.belongs_to(image):
            self._superpixels = Superpixels(image, SlicSettings(region_px=self._region_px))
        return self._superpixels

    def _paint_waiting(self) -> None:
        superpixels = self._of_image()
        if superpixels is None or self._gesture is None:
            return
        still: list[Patch] = []
        for patch in self._waiting:
            if superpixels.missing(patch.box):
                still.append(patch)
                continue
            for taken in _pieces(superpixels, patch):
                self.host.painted(self._gesture.paint(taken))
        self._waiting = still
        if still:
            self._make(superpixels, superpixels.missing(still[0].box)[0])

    def _show_hovered(self) -> None:
        superpixels = self._of_image()
        if superpixels is None or self._hovered is None or self._hovered.box.empty:
            self.host.set_preview(None, 0)
            return
        if missing := superpixels.missing(self._hovered.box):
            self._make(superpixels, missing[0])
            return
        self.host.set_preview(_joined(_pieces(superpixels, self._hovered)), self.host.document.current_part)

    def _make(self, superpixels: Superpixels, tile: Tile) -> None:
        if self._making == tile:
            return
        self._making = tile

        def work() -> Superpixels:
            superpixels.make(tile)
            return superpixels

        self.host.ask("superpixels", work, self._on_made)

    def _on_made(self, superpixels: object) -> None:
        self._making = None
        if isinstance(superpixels, Failure):
            self.cancel()
            self.host.refuse(superpixels.text)
            return
        if superpixels is not self._superpixels:
            return
        if self._gesture is not None:
            self._paint_waiting()
            self._end_when_complete()
        else:
            self._show_hovered()

    def _end_when_complete(self) -> None:
        if self._released and not self._waiting and self._gesture is not None:
            self._gesture = None
            self.host.commit(tr("Superpixels"))


def _pieces(superpixels: Superpixels, patch: Patch) -> list[Patch]:
    pieces = []
    for left, top, mask in superpixels.within(patch.alpha, patch.box.left, patch.box.top):
        piece = Patch.of_mask(mask)
        pieces.append(Patch(piece.box.moved(left, top), piece.alpha))
    return pieces


def _joined(pieces: list[Patch]) -> Patch | None:
    """Returns one patch that holds all pieces."""
    if not pieces:
        return None
    box = pieces[0].box
    for piece in pieces[1:]:
        box = box.united(piece.box)
    alpha = np.zeros((box.height, box.width), np.uint8)
    for piece in pieces:
        inner = piece.box.moved(-box.left, -box.top)
        np.maximum(alpha[inner.slices], piece.alpha, out=alpha[inner.slices])
    return Patch(box, alpha)
