"""Lines and handles that stay readable on every picture: white over a wider black."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

ACCENT = QColor("#F0A030")
_DARK = QColor(0, 0, 0, 220)
_LIGHT = QColor(255, 255, 255, 240)
_HANDLE_PX = 7.0


def two_tone(painter: QPainter, path: QPainterPath, *, width: float = 1.2, dashed: bool = False) -> None:
    """Strokes a path in white over black."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_DARK, width + 2))
    painter.drawPath(path)
    pen = QPen(_LIGHT, width)
    if dashed:
        pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.drawPath(path)
    painter.restore()


def draw_path(painter: QPainter, shape: QPolygonF | QRectF, *, closing: bool = False, rounded: bool = False) -> None:
    """Draws an outline under way; `closing` shows dashed how it would close, `rounded` makes a rectangle an ellipse."""
    path = QPainterPath()
    if isinstance(shape, QRectF):
        if rounded:
            path.addEllipse(shape)
        else:
            path.addRect(shape)
    else:
        path.addPolygon(shape)
        if closing and shape.count() > 2:
            back = QPainterPath(shape.at(shape.count() - 1))
            back.lineTo(shape.at(0))
            two_tone(painter, back, dashed=True)
    two_tone(painter, path)


def draw_handle(painter: QPainter, at: QPointF, *, hot: bool) -> None:
    """Draws a square handle; the one under the pointer is larger and in the accent colour."""
    side = _HANDLE_PX + (3 if hot else 0)
    square = QRectF(at.x() - side / 2, at.y() - side / 2, side, side)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QPen(QColor(0, 0, 0), 1))
    painter.setBrush(ACCENT if hot else QColor(255, 255, 255))
    painter.drawRect(square)
    painter.restore()


def draw_dot(painter: QPainter, at: QPointF, colour: QColor, *, minus: bool) -> None:
    """Draws a click of the smart selection: a plus to add, a minus to take away."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0), 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(at, 7.5, 7.5)
    painter.setPen(QPen(QColor(255, 255, 255) if minus else QColor(0, 0, 0), 2))
    painter.drawLine(at - QPointF(4, 0), at + QPointF(4, 0))
    if not minus:
        painter.drawLine(at - QPointF(0, 4), at + QPointF(0, 4))
    painter.restore()


def draw_circle(painter: QPainter, at: QPointF, radius: float) -> None:
    """Draws the brush's circle, white over black."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_DARK, 3))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(_LIGHT, 1.2))
    painter.drawEllipse(at, radius, radius)


def draw_cross(painter: QPainter, at: QPointF) -> None:
    """Draws four short lines around the place of a brush too small for a circle."""
    path = QPainterPath()
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        path.moveTo(at + QPointF(dx, dy) * 5)
        path.lineTo(at + QPointF(dx, dy) * 11)
    two_tone(painter, path)


def draw_minus(painter: QPainter, at: QPointF) -> None:
    """Draws the eraser's sign."""
    path = QPainterPath(at - QPointF(4, 0))
    path.lineTo(at + QPointF(4, 0))
    two_tone(painter, path, width=1.5)
