"""The brush ring, its mirror image, and the mirror's axis."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app.canvas.protocols import CanvasDocument
from app.canvas.tools.marks import draw_circle, draw_cross, draw_minus, two_tone
from app.canvas.viewport import Viewport
from engine.domain.labels import BACKGROUND, UNKNOWN

_MARGIN_PX = 14
_SMALLEST_RING_PX = 3
_SMALLEST_WITH_DOT_PX = 8
_LARGEST_PICTURE_PX = 800
_UNKNOWN_GREY = QColor(128, 128, 128)


class BrushCursor:
    """Where the ring is, so that moving it redraws the old and the new place only."""

    def __init__(self) -> None:
        self.at: QPointF | None = None
        self._ring: QPixmap | None = None
        self._ring_size = (0.0, 0.0)

    def rects(self, viewport: Viewport, document: CanvasDocument, diameter: float) -> list[QRect]:
        """Returns the widget rectangles that the ring and its mirror image take."""
        radius = diameter / 2 * viewport.zoom
        return [
            QRect(round(p.x() - radius), round(p.y() - radius), round(2 * radius), round(2 * radius)).adjusted(
                -_MARGIN_PX, -_MARGIN_PX, _MARGIN_PX, _MARGIN_PX
            )
            for p in self._places(viewport, document)
        ]

    def draw(
        self, painter: QPainter, viewport: Viewport, document: CanvasDocument, diameter: float, label: int
    ) -> None:
        """Draws the ring with a dot of the colour that would be painted, or a minus for the eraser."""
        radius, colour = diameter / 2 * viewport.zoom, label_colour(document, label)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in self._places(viewport, document):
            self._draw_ring(painter, place, radius)
            if radius < _SMALLEST_WITH_DOT_PX:
                continue
            if colour is None:
                draw_minus(painter, place)
            else:
                painter.setPen(QPen(QColor(0, 0, 0), 1))
                painter.setBrush(colour)
                painter.drawEllipse(place, 3, 3)
        painter.restore()

    def _draw_ring(self, painter: QPainter, at: QPointF, radius: float) -> None:
        if radius < _SMALLEST_RING_PX:
            draw_cross(painter, at)
        elif radius > _LARGEST_PICTURE_PX:
            draw_circle(painter, at, radius)
        else:
            # Stroking a large circle anew at each move costs more than the dab below it: it is kept as a picture.
            density = painter.device().devicePixelRatioF()
            if self._ring is None or self._ring_size != (radius, density):
                self._ring, self._ring_size = _ring_picture(radius, density), (radius, density)
            half = self._ring.width() / density / 2
            painter.drawPixmap(QPointF(round(at.x() - half), round(at.y() - half)), self._ring)

    def _places(self, viewport: Viewport, document: CanvasDocument) -> list[QPointF]:
        if self.at is None:
            return []
        if document.mirror is None:
            return [self.at]
        axis, _ = viewport.to_widget(document.mirror.axis_x, 0)
        return [self.at, QPointF(2 * axis - self.at.x(), self.at.y())]


def _ring_picture(radius: float, density: float) -> QPixmap:
    side = 2 * (round(radius) + 3)
    picture = QPixmap(round(side * density), round(side * density))
    picture.setDevicePixelRatio(density)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_circle(painter, QPointF(side / 2, side / 2), radius)
    painter.end()
    return picture


def label_colour(document: CanvasDocument, label: int) -> QColor | None:
    """Returns the colour of a part, grey for unknown, None for background."""
    if label == UNKNOWN:
        return _UNKNOWN_GREY
    if label == BACKGROUND or label not in document.parts.ids:
        return None
    return QColor(*document.parts.by_id(label).colour)


def draw_mirror_axis(painter: QPainter, viewport: Viewport, axis_x: float) -> None:
    """Draws the mirror's axis over the height of the image."""
    x, top = viewport.to_widget(axis_x, 0)
    _, bottom = viewport.to_widget(axis_x, viewport.image_height)
    path = QPainterPath(QPointF(round(x) + 0.5, max(0.0, top)))
    path.lineTo(round(x) + 0.5, min(float(viewport.height), bottom))
    painter.setPen(Qt.PenStyle.NoPen)
    two_tone(painter, path, width=1, dashed=True)
