"""The brush ring, its mirror image, and the mirror's axis."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app.canvas.protocols import CanvasDocument
from app.canvas.tools.marks import draw_ring, two_tone
from app.canvas.viewport import Viewport
from engine.domain.labels import BACKGROUND, UNKNOWN

_MARGIN_PX = 14
_UNKNOWN_GREY = QColor(128, 128, 128)


class BrushCursor:
    """Where the ring is, so that moving it redraws the old and the new place only."""

    def __init__(self) -> None:
        self.at: QPointF | None = None

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
        """Draws the ring with a dot of the colour that would be painted."""
        colour = label_colour(document, label)
        for place in self._places(viewport, document):
            draw_ring(painter, place, diameter / 2 * viewport.zoom, colour)

    def _places(self, viewport: Viewport, document: CanvasDocument) -> list[QPointF]:
        if self.at is None:
            return []
        if document.mirror is None:
            return [self.at]
        axis, _ = viewport.to_widget(document.mirror.axis_x, 0)
        return [self.at, QPointF(2 * axis - self.at.x(), self.at.y())]


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
