"""The device pixels of the viewer: one buffer for pictures and one for what lies over them, shared by its panes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from app.canvas.surface import SURROUND, image_over
from app.canvas.viewport import Viewport
from app.viewer.drawing import Target
from app.viewer.look import Pane


class Screen:
    """Buffers of the widget's size; the `QImage`s share their memory and are made anew with them."""

    def __init__(self) -> None:
        self.surround = SURROUND
        self.density = 1.0
        self._allocate(1, 1)

    def resize(self, width: int, height: int, density: float) -> None:
        """Makes buffers for a widget of this size in widget pixels."""
        self.density = density
        size = (max(1, round(width * density)), max(1, round(height * density)))
        if size != (self.picture.shape[1], self.picture.shape[0]):
            self._allocate(*size)

    def target(self, pane: Pane, view: Viewport) -> Target:
        """Returns where a pane is drawn.

        Args:
            pane: Its place, as shares of the width.
            view: Where the image lies in the widget, or in the pane where that has a view of its own.
        """
        left, right = self.columns(pane)
        offset = 0.0 if pane.own_view else left / self.density / view.zoom
        shown = replace(view, width=(right - left) / self.density, origin_x=view.origin_x + offset)
        return Target(self.picture[:, left:right], self.overlay[:, left:right], shown, self.density, self.surround)

    def columns(self, pane: Pane) -> tuple[int, int]:
        """Returns the half-open device columns of a pane."""
        width = self.picture.shape[1]
        return round(pane.left * width), round(pane.right * width)

    def paint(self, painter: QPainter, rect: QRect) -> None:
        """Draws a widget rectangle of the buffers."""
        scale = self.density
        source = QRectF(rect.x() * scale, rect.y() * scale, rect.width() * scale, rect.height() * scale)
        painter.drawImage(QRectF(rect), self._picture_image, source)
        painter.drawImage(QRectF(rect), self._overlay_image, source)

    def _allocate(self, width: int, height: int) -> None:
        self.picture: NDArray[np.uint32] = np.zeros((height, width), np.uint32)
        self.overlay: NDArray[np.uint32] = np.zeros((height, width), np.uint32)
        self._picture_image = image_over(self.picture, QImage.Format.Format_RGB32)
        self._overlay_image = image_over(self.overlay, QImage.Format.Format_ARGB32_Premultiplied)
