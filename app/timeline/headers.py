"""The names of the lanes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from app.theme import ACCENT, BORDER, LINE, PANEL, SECONDARY, TEXT, shade
from app.timeline.arrangement import Arrangement
from app.timeline.lanes.stability import StabilityLane


def paint_headers(painter: QPainter, arrangement: Arrangement) -> None:
    """Draws the name of each lane, with the colour of its part, and lines where a lane can be made higher."""
    unit, width = arrangement.unit, arrangement.header_px
    painter.fillRect(QRectF(0, 0, width, painter.device().height()), shade(PANEL))
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(11 * unit)))
    painter.setFont(font)
    for row in arrangement.rows:
        painter.setPen(shade(LINE))
        painter.drawLine(QPointF(0, row.bottom - 0.5), QPointF(width, row.bottom - 0.5))
        left = 8 * unit
        part = row.lane.part if isinstance(row.lane, StabilityLane) else None
        if part is not None:
            side = 8 * unit
            chip = QRectF(left, row.top + (row.height - side) / 2, side, side)
            painter.setPen(shade(BORDER))
            painter.setBrush(QColor(*part.colour))
            painter.drawRect(chip)
            left += side + 5 * unit
        place = QRectF(left, row.top, width - left - 4 * unit, row.height)
        if row.height < 10 * unit:
            continue
        title = painter.fontMetrics().elidedText(row.lane.title, Qt.TextElideMode.ElideRight, int(place.width()))
        painter.setPen(shade(TEXT if isinstance(row.lane, StabilityLane) else SECONDARY))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


def paint_focus(painter: QPainter, place: QRectF) -> None:
    """Draws a frame: the keyboard works here."""
    painter.setPen(shade(ACCENT))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(place.adjusted(0, 0, -1, -1))
