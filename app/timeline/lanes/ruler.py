"""The ruler: frame numbers of the source."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt

from app.i18n import tr
from app.theme import BORDER, SECONDARY, TEXT, figures_font, shade
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
        painter.setPen(shade(BORDER))
        for number in numbers[numbers % small == 0]:
            x = scale.middle_of(int(number))
            painter.drawLine(QPointF(x, bottom - 4 * strip.unit), QPointF(x, bottom))
        for number in numbered(scale, step):
            x = scale.middle_of(number)
            painter.setPen(shade(SECONDARY))
            painter.drawLine(QPointF(x, bottom - 8 * strip.unit), QPointF(x, bottom))
            painter.setPen(shade(TEXT))
            place = QRectF(x - widest, 0, 2 * widest, strip.height - 6 * strip.unit)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(number))


def numbered(scale: Scale, step: int) -> list[int]:
    """Returns the frames in sight that carry their number, at least `step` cells apart.

    Multiples of `step` go first, then the clip's first frame, then frames behind a gap.
    """
    axis, shown = scale.axis, scale.shown()
    numbers, cells = axis.numbers[shown], axis.cells[shown]
    behind = axis.behind_gaps[(axis.behind_gaps >= shown.start) & (axis.behind_gaps < shown.stop)]
    # One for each step is enough: more would not fit.
    _, firsts = np.unique(axis.cells[behind] // step, return_index=True)
    candidates = [
        *np.flatnonzero(numbers % step == 0),
        *([0] if shown.start == 0 else []),
        *(behind[firsts] - shown.start),
    ]
    chosen: dict[int, int] = {}
    for index in candidates:
        cell = int(cells[index])
        if all(abs(cell - other) >= step for other in chosen):
            chosen[cell] = int(numbers[index])
    return [chosen[cell] for cell in sorted(chosen)]
