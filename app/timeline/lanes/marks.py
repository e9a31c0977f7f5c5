"""Two lanes of signs: painted frames, and what the artist corrected and locked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.i18n import tr
from app.theme import STATE_PAINTED, TEXT, shade
from app.timeline.data import TimelineData
from app.timeline.lanes.lane import LaneHeight, Strip, diamond, triangle

_SIDE_BY_SIDE_PX = 22.0


class ReferencesLane:
    """A filled diamond at each painted frame, a hollow one where it is held out of learning."""

    name = "references"
    height = LaneHeight(14, 16, 20)

    def __init__(self) -> None:
        self.title = tr("References")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the references."""
        return (data.axis, data.anchors, data.holdouts, data.cuts)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws the diamonds."""
        radius, y = min(5.5 * strip.unit, strip.height / 2 - 1), strip.height / 2
        painter = strip.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(STATE_PAINTED))
        for _, x in strip.shown_x(data.anchors):
            painter.drawPolygon(diamond(x, y, radius))
        painter.setPen(QPen(shade(STATE_PAINTED), 1.6 * strip.unit))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for _, x in strip.shown_x(data.holdouts):
            painter.drawPolygon(diamond(x, y, radius - 1))


class EditsLane:
    """A triangle at each corrected frame; a padlock where the frame is locked, a hollow one for some parts only."""

    name = "edits"
    height = LaneHeight(14, 18, 22)

    def __init__(self) -> None:
        self.title = tr("Edits, locks")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on edits and locks."""
        return (data.axis, data.edits, data.locks, data.cuts)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws the signs, side by side where there is room, else the lock above the triangle."""
        painter, unit = strip.painter, strip.unit
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        beside = strip.scale.cell_px >= _SIDE_BY_SIDE_PX * unit
        for frame, x in strip.shown_x(data.edits):
            shared = frame in data.locks
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade(TEXT))
            y = strip.height / 2 if beside or not shared else strip.height * 0.75
            radius = 4.5 * unit if beside or not shared else 3.5 * unit
            painter.drawPolygon(triangle(x - (6 * unit if beside and shared else 0), y, radius, up=True))
        for frame, x in strip.shown_x(frozenset(data.locks)):
            shared = frame in data.edits
            y = strip.height / 2 if beside or not shared else strip.height * 0.28
            size = 9 * unit if beside or not shared else 7 * unit
            place = QPointF(x + (6 * unit if beside and shared else 0), y)
            draw_padlock(painter, place, size, hollow=bool(data.locks[frame]))


def draw_padlock(painter: QPainter, middle: QPointF, size: float, *, hollow: bool) -> None:
    """Draws a padlock; a hollow one stands for a lock on some parts only."""
    body = QRectF(middle.x() - 0.4 * size, middle.y() - 0.1 * size, 0.8 * size, 0.55 * size)
    shackle = QPainterPath(QPointF(middle.x() - 0.24 * size, body.top()))
    shackle.arcTo(QRectF(middle.x() - 0.24 * size, middle.y() - 0.5 * size, 0.48 * size, 0.7 * size), 180, -180)
    painter.setPen(QPen(shade(TEXT), max(1.0, 0.13 * size)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(shackle)
    if not hollow:
        painter.setBrush(shade(TEXT))
    painter.drawRect(body)
