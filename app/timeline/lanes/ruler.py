"""The ruler: frame numbers of the source."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor

from app.i18n import tr
from app.theme import BORDER, SECONDARY, TEXT, figures_font
from app.timeline.data import TimelineData
from app.timeline.lanes.lane import LaneHeight, Strip
from app.timeline.scale import Scale, tick_step

_LEAST_TICK_PX = 5.0


class Ruler:
    """Ticks and numbers; the numbers are those of the source, so that a missing frame is missing here."""

    name = "ruler"
    height = LaneHeight(24, 24, 24)

    def __init__(self) -> None:
        self.title = tr("Frame")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the clip alone."""
        return (data.axis, data.cuts)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws ticks at every frame, or as many as there is room for, and numbers at round ones."""
        painter, scale = strip.painter, strip.scale
        font = figures_font(painter.font(), 11 * strip.unit)
        painter.setFont(font)
        numbers = data.axis.numbers[scale.shown()]
        if not len(numbers):
            return
        widest = painter.fontMetrics().horizontalAdvance(str(int(numbers[-1])))
        step = tick_step(scale.cell_px, widest + 22 * strip.unit)
        bottom = strip.height - 1
        small = tick_step(scale.cell_px, _LEAST_TICK_PX * strip.unit)
        painter.setPen(QColor(BORDER))
        for number in numbers[numbers % small == 0]:
            x = scale.middle_of(int(number))
            painter.drawLine(QPointF(x, bottom - 4 * strip.unit), QPointF(x, bottom))
        for number in numbered(scale, step):
            x = scale.middle_of(number)
            painter.setPen(QColor(SECONDARY))
            painter.drawLine(QPointF(x, bottom - 8 * strip.unit), QPointF(x, bottom))
            painter.setPen(QColor(TEXT))
            place = QRectF(x - widest, 0, 2 * widest, strip.height - 6 * strip.unit)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(number))


def numbered(scale: Scale, step: int) -> list[int]:
    """Returns the frames that carry their number: multiples of `step`, and the first frame behind each gap.

    Where two would stand on each other, the frame behind the gap goes.
    """
    numbers = scale.axis.numbers[scale.shown()]
    round_ones = [int(n) for n in numbers[numbers % step == 0]]
    cells = {scale.axis.cell_of(n) for n in round_ones}
    if len(scale.axis) and not any(abs(cell) < step for cell in cells):
        round_ones.append(int(scale.axis.numbers[0]))
    for gap in scale.axis.gaps:
        behind = gap.cell + gap.cells
        if not any(abs(behind - cell) < step for cell in cells):
            round_ones.append(gap.missing.stop)
            cells.add(behind)
    shown = set(np.asarray(numbers).tolist())
    return sorted(n for n in round_ones if n in shown)
