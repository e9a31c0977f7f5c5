"""Before and after: two pictures of one frame with a line between them that the artist drags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.canvas.viewport import ZOOM_STEP, Viewport
from app.i18n import tr
from app.theme import ACCENT, SURROUND, TEXT, shade

_GRAB_PX = 8
_CRISP_ZOOM = 2.0


class BeforeAfter(QWidget):
    """Left of the line the mattes as they were, right of it finished.

    Signals:
        hovered(int, int): Image pixel under the cursor, or -1, -1.
    """

    hovered = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(200, 160)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Before and after finishing"))
        self._pictures: tuple[QImage, QImage] | None = None
        self._pixels: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None  # QImages look into them
        self._message = ""
        self._share = 0.5
        self._drag: QPointF | None = None
        self._moves_line = False
        self._fitted = True
        self.viewport = Viewport()

    @property
    def line(self) -> float:
        """Where the line stands, as a share of the image's width."""
        return self._share

    def set_line(self, share: float) -> None:
        """Moves the line."""
        self._share = min(1.0, max(0.0, share))
        self.update()

    def show_pictures(self, before: NDArray[np.uint8], after: NDArray[np.uint8]) -> None:
        """Shows two (H, W, 3) uint8 pictures of one size."""
        self._message = ""
        self._pixels = (before, after)
        self._pictures = (_image(before), _image(after))
        size = (before.shape[1], before.shape[0])
        if size != (self.viewport.image_width, self.viewport.image_height):
            self.viewport.image_width, self.viewport.image_height = size
            self._fitted = True
        if self._fitted:
            self.viewport.fit()
        self.update()

    def show_message(self, text: str) -> None:
        """Shows a sentence in place of the pictures."""
        self._message, self._pictures, self._pixels = text, None, None
        self.update()

    def fit(self) -> None:
        """Shows the whole frame."""
        self._fitted = True
        self.viewport.fit()
        self.update()

    def one_to_one(self) -> None:
        """Shows plate pixels as screen pixels."""
        self._zoom_about(self.width() / 2, self.height() / 2, 1.0)

    def zoom(self, steps: int) -> None:
        """Zooms about the middle."""
        self._zoom_about(self.width() / 2, self.height() / 2, self.viewport.zoom * ZOOM_STEP**steps)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws both pictures and the line."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), shade(SURROUND))
        if self._pictures is None:
            painter.setPen(shade(TEXT))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self._message)
            return
        view = self.viewport
        left, top = view.to_widget(0, 0)
        target = QRectF(left, top, view.image_width * view.zoom, view.image_height * view.zoom)
        line = self._line_x()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.zoom < _CRISP_ZOOM)
        for picture, start, end in ((self._pictures[0], 0.0, line), (self._pictures[1], line, float(self.width()))):
            painter.setClipRect(QRectF(start, 0, max(0.0, end - start), self.height()))
            painter.drawImage(target, picture)
        painter.setClipping(False)
        painter.setPen(QPen(shade(ACCENT), 2))
        painter.drawLine(QPointF(line, max(0.0, top)), QPointF(line, min(float(self.height()), target.bottom())))
        self._draw_names(painter, line, max(0.0, top))

    def _draw_names(self, painter: QPainter, line: float, top: float) -> None:
        metrics = painter.fontMetrics()
        for text, right in ((tr("before"), True), (tr("after"), False)):
            width = metrics.horizontalAdvance(text) + 12
            box = QRectF(line - width - 6 if right else line + 6, top + 8, width, metrics.height() + 6)
            painter.fillRect(box, QColor(0, 0, 0, 160))
            painter.setPen(shade(TEXT))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the whole frame in sight while it was."""
        super().resizeEvent(event)
        self.viewport.width, self.viewport.height = self.width(), self.height()
        if self._fitted:
            self.viewport.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms to the cursor."""
        at = event.position()
        step = ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP
        self._zoom_about(at.x(), at.y(), self.viewport.zoom * step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the line, or of the picture."""
        self._moves_line = (
            event.button() == Qt.MouseButton.LeftButton and abs(event.position().x() - self._line_x()) <= _GRAB_PX
        )
        self._drag = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the line or the picture."""
        at = event.position()
        if self._drag is not None and self._moves_line:
            x, _ = self.viewport.to_image(at.x(), at.y())
            self.set_line(x / self.viewport.image_width)
        elif self._drag is not None:
            self._fitted = False
            self.viewport.pan(at.x() - self._drag.x(), at.y() - self._drag.y())
            self._drag = at
            self.update()
        near = abs(at.x() - self._line_x()) <= _GRAB_PX and self._pictures is not None
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
        x, y = self.viewport.to_image(at.x(), at.y())
        inside = 0 <= x < self.viewport.image_width and 0 <= y < self.viewport.image_height
        self.hovered.emit(int(x) if inside else -1, int(y) if inside else -1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        del event
        self._drag = None

    def _line_x(self) -> float:
        return self.viewport.to_widget(self._share * self.viewport.image_width, 0)[0]

    def _zoom_about(self, x: float, y: float, zoom: float) -> None:
        self._fitted = False
        self.viewport.zoom_about(x, y, zoom)
        self.update()


def _image(pixels: NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888)
