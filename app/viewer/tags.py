"""Words over the picture: what a pane shows, and what is to be known of the frame."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

_PADDING_PX = 6
_MARGIN_PX = 10
_BACK = QColor(16, 16, 16, 190)
_TEXT = QColor("#E6E6E6")
_KNOB_PX = 9


def draw_tag(painter: QPainter, area: QRect, corner: Qt.AlignmentFlag, text: str) -> QRectF:
    """Draws a few lines of text on a dark ground in a corner of `area`; returns the rectangle that they take."""
    metrics = QFontMetricsF(painter.font())
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
    most = area.width() - 2 * (_MARGIN_PX + _PADDING_PX)
    wanted = metrics.boundingRect(QRectF(0, 0, max(40, most), 4000), flags, text)
    box = QRectF(0, 0, wanted.width() + 2 * _PADDING_PX, wanted.height() + _PADDING_PX)
    inner = QRectF(area).adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
    left = inner.left()
    if corner & Qt.AlignmentFlag.AlignRight:
        left = inner.right() - box.width()
    elif corner & Qt.AlignmentFlag.AlignHCenter:
        left = inner.center().x() - box.width() / 2
    top = inner.bottom() - box.height() if corner & Qt.AlignmentFlag.AlignBottom else inner.top()
    box.moveTo(left, top)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_BACK)
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(_TEXT)
    painter.drawText(box.adjusted(_PADDING_PX, _PADDING_PX / 2, -_PADDING_PX, 0), int(flags), text)
    return box


def draw_wipe(painter: QPainter, x: float, height: int) -> None:
    """Draws the line between two pictures, with a knob to take it by."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    for width, colour in ((3, QColor(0, 0, 0, 150)), (1, QColor("#FFFFFF"))):
        pen = painter.pen()
        pen.setColor(colour)
        pen.setWidth(width)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, 0), QPointF(x, height))
    painter.setBrush(QColor(16, 16, 16, 220))
    painter.drawEllipse(QPointF(x, height / 2), _KNOB_PX, _KNOB_PX)
    for side in (-1, 1):
        tip = x + side * (_KNOB_PX - 3)
        painter.drawLine(QPointF(tip, height / 2), QPointF(tip - side * 3, height / 2 - 3))
        painter.drawLine(QPointF(tip, height / 2), QPointF(tip - side * 3, height / 2 + 3))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
