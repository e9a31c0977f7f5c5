"""The pixels of the canvas: one buffer for the picture, one for the overlay, drawn where something changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from app.canvas.overlay import Overlay, Shown
from app.canvas.painting.box import Box
from app.canvas.picture import Picture
from app.canvas.viewport import Viewport

SURROUND = 0xFF1C1C1C
_LINE_MARGIN_PX = 4


class Surface:
    """Keeps what is on the screen, so that a dab costs its own rectangle and nothing more.

    The `QImage`s share the memory of the arrays; both live as long as this object, and are made anew together.
    """

    def __init__(self) -> None:
        self.surround = SURROUND
        self._density = 1.0
        self._stale_picture = True
        self._dirty_overlay = Box(0, 0, 0, 0)
        self._allocate(1, 1)

    @property
    def density(self) -> float:
        """Device pixels per widget pixel."""
        return self._density

    def resize(self, width: int, height: int, density: float) -> None:
        """Makes buffers for a widget of this size in widget pixels; everything is to be drawn again."""
        self._density = density
        size = (max(1, round(width * density)), max(1, round(height * density)))
        if size != (self._picture.shape[1], self._picture.shape[0]):
            self._allocate(*size)
        self.everything_changed()

    def everything_changed(self) -> None:
        """The view moved, or another image is shown: draws all of it at the next paint."""
        self._stale_picture = True
        self.overlay_changed()

    def overlay_changed(self) -> None:
        """Draws the whole overlay at the next paint."""
        self._dirty_overlay = Box.of_image(self._overlay)

    def labels_changed(self, box: Box, viewport: Viewport) -> QRect:
        """Draws the overlay of these image pixels at the next paint; returns the widget rectangle to update."""
        device = viewport.device_box(box, self._density, round(_LINE_MARGIN_PX * self._density) + 1)
        self._dirty_overlay = self._dirty_overlay.united(device)
        return self._widget_rect(device)

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        picture: Picture,
        viewport: Viewport,
        overlay: Overlay | None,
        shown: Shown | None,
    ) -> None:
        """Brings the buffers up to date and draws the widget rectangle `rect` of them."""
        if self._stale_picture:
            picture.draw(viewport, self._density, self._picture, self.surround)
            self._stale_picture = False
        if not self._dirty_overlay.empty and overlay is not None and shown is not None:
            overlay.draw(shown, viewport, self._density, self._overlay, self._dirty_overlay)
            self._dirty_overlay = Box(0, 0, 0, 0)
        source = QRectF(
            rect.x() * self._density,
            rect.y() * self._density,
            rect.width() * self._density,
            rect.height() * self._density,
        )
        painter.drawImage(QRectF(rect), self._picture_image, source)
        if overlay is not None and shown is not None:
            painter.drawImage(QRectF(rect), self._overlay_image, source)

    def _allocate(self, width: int, height: int) -> None:
        self._picture: NDArray[np.uint32] = np.zeros((height, width), np.uint32)
        self._overlay: NDArray[np.uint32] = np.zeros((height, width), np.uint32)
        self._picture_image = image_over(self._picture, QImage.Format.Format_RGB32)
        self._overlay_image = image_over(self._overlay, QImage.Format.Format_ARGB32_Premultiplied)

    def _widget_rect(self, device: Box) -> QRect:
        if device.empty:
            return QRect()
        scale = self._density
        outer = Box.around(device.left / scale, device.top / scale, device.right / scale, device.bottom / scale)
        return QRect(outer.left, outer.top, outer.width, outer.height)


def image_over(buffer: NDArray[np.uint32], layout: QImage.Format) -> QImage:
    """Returns a QImage that shares the memory of (h, w) pixels; keep the array as long as the image."""
    height, width = buffer.shape
    return QImage(buffer.data, width, height, width * 4, layout)
