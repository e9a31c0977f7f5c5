"""What lies over the lanes and moves without them: the playhead, in and out, what is left out of them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.theme import ACCENT, ON_ACCENT, TEXT, figures_font, shade
from app.timeline.scale import Scale
from engine.domain.frames import FrameRange

_OUTSIDE = QColor(16, 16, 16, 150)
_WIDE_CELL_PX = 5.0


@dataclass(frozen=True)
class Plot:
    """Where the frames are drawn.

    Attributes:
        painter: Of the whole widget.
        scale: What part of the clip is in sight.
        left: Left edge of the plot in the widget.
        ruler_height: Of the ruler, the topmost lane.
        bottom: Lower edge of the lowest lane.
        unit: Pixels of one pixel at a scale of 100 %.
    """

    painter: QPainter
    scale: Scale
    left: float
    ruler_height: float
    bottom: float
    unit: float


def flag_width(font: QFont, frame: int, unit: float) -> float:
    """Returns the width of the playhead's flag, in pixels."""
    metrics = QFontMetricsF(figures_font(font, 12 * unit))
    return metrics.horizontalAdvance(str(frame)) + 12 * unit


def paint_playhead(plot: Plot, frame: int) -> None:
    """Draws the line, its flag with the frame's number, and the frame's cell where it is wide."""
    painter, scale, unit = plot.painter, plot.scale, plot.unit
    x = plot.left + scale.middle_of(frame)
    if scale.cell_px >= _WIDE_CELL_PX * unit:
        cell = QRectF(plot.left + scale.x_of(frame), plot.ruler_height, scale.cell_px, plot.bottom - plot.ruler_height)
        painter.fillRect(cell, QColor(240, 160, 48, 38))
    painter.setPen(QPen(shade(ACCENT), max(1.0, round(1.5 * unit))))
    painter.drawLine(QPointF(x, plot.ruler_height - 6 * unit), QPointF(x, plot.bottom))
    width, high = flag_width(painter.font(), frame, unit), plot.ruler_height - 5 * unit
    flag = QRectF(x - width / 2, 1, width, high)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade(ACCENT))
    painter.drawRoundedRect(flag, 3 * unit, 3 * unit)
    tip = flag.bottom()
    painter.drawPolygon(
        QPolygonF([QPointF(x - 4 * unit, tip - 1), QPointF(x + 4 * unit, tip - 1), QPointF(x, tip + 4 * unit)])
    )
    painter.setFont(figures_font(painter.font(), 12 * unit))
    painter.setPen(shade(ON_ACCENT))
    painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, str(frame))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def paint_in_out(plot: Plot, in_out: FrameRange | None) -> None:
    """Draws the brackets, faint at the ends of the clip where none was set, and darkens what is outside."""
    scale, painter = plot.scale, plot.painter
    if not len(scale.axis):
        return
    left, right = (plot.left + x for x in bracket_x(scale, in_out))
    if in_out is not None:
        height = plot.bottom - plot.ruler_height
        painter.fillRect(QRectF(plot.left, plot.ruler_height, max(0.0, left - plot.left), height), _OUTSIDE)
        end = plot.left + scale.width_px
        painter.fillRect(QRectF(right, plot.ruler_height, max(0.0, end - right), height), _OUTSIDE)
    colour = shade(TEXT)
    colour.setAlpha(255 if in_out is not None else 110)
    painter.setPen(QPen(colour, max(2.0, 2 * plot.unit)))
    arm, top, bottom = 6 * plot.unit, 2 * plot.unit, plot.ruler_height - 1
    for x, direction in ((left, 1), (right, -1)):
        corners = [(x + direction * arm, top), (x, top), (x, bottom), (x + direction * arm, bottom)]
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in corners]))


def bracket_x(scale: Scale, in_out: FrameRange | None) -> tuple[float, float]:
    """Returns the pixels of the in and the out bracket: the left edge of the first, the right one of the last frame."""
    numbers = scale.axis.numbers
    first, last = (in_out.start, in_out.stop - 1) if in_out is not None else (int(numbers[0]), int(numbers[-1]))
    return scale.x_of(first), scale.x_of(last) + scale.cell_px
