"""Two lanes of stretches: what the result is like in each frame, and which frames play without being read."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen

from app.i18n import tr
from app.theme import INPUT, STATE_DONE, STATE_NONE, STATE_STALE, shade
from app.timeline.columns import Columns
from app.timeline.data import DONE, DRAFT, STALE, TimelineData
from app.timeline.lanes.lane import LaneHeight, Strip

CACHED = "#7E9DB8"
_SEPARATED_PX = 6.0


class ResultLane:
    """Done is a full bar, draft a low dotted one, stale a hatched one, none an empty line: colour is not needed."""

    name = "result"
    height = LaneHeight(10, 16, 22)

    def __init__(self) -> None:
        self.title = tr("Result")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the states of the frames."""
        return (data.axis, data.states, data.cuts)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws a bar for each stretch of one state."""
        painter, scale = strip.painter, strip.scale
        middle = strip.height / 2
        painter.setPen(QPen(shade(STATE_NONE), 1, Qt.PenStyle.DotLine))
        painter.drawLine(
            round(scale.x_of_cell(0)), round(middle), round(scale.x_of_cell(scale.axis.num_cells)), round(middle)
        )
        top, high = 2 * strip.unit, strip.height - 4 * strip.unit
        for start, stop, code in Columns.of(scale, strip.ratio).runs(data.states.astype(np.float32)):
            place = QRectF(start / strip.ratio, top, (stop - start) / strip.ratio, high)
            if code == DONE:
                painter.fillRect(place, shade(STATE_DONE))
            elif code == DRAFT:
                low = place.adjusted(0, high / 2, 0, 0)
                painter.fillRect(low, shade(STATE_DONE).darker(190))
                painter.fillRect(low, QBrush(shade(STATE_DONE), Qt.BrushStyle.Dense5Pattern))
            elif code == STALE:
                painter.fillRect(place, shade(STATE_STALE))
                painter.fillRect(place, QBrush(QColor("#3A2400"), Qt.BrushStyle.BDiagPattern))
            else:
                continue
        _separate(strip)


class CacheLane:
    """Which frames are in the cache."""

    name = "cache"
    height = LaneHeight(6, 13, 14)

    def __init__(self) -> None:
        self.title = tr("Cache")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the cache."""
        return (data.axis, data.cached, data.cuts)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws a low bar for each stretch in the cache."""
        height = min(4 * strip.unit, strip.height)
        for start, stop, cached in Columns.of(strip.scale, strip.ratio).runs(data.cached.astype(np.float32)):
            if cached:
                left, width = start / strip.ratio, (stop - start) / strip.ratio
                strip.painter.fillRect(QRectF(left, (strip.height - height) / 2, width, height), QColor(CACHED))


def _separate(strip: Strip) -> None:
    """Draws a line between frames that are wide enough to be told apart."""
    scale = strip.scale
    if scale.cell_px < _SEPARATED_PX * strip.unit:
        return
    strip.painter.setPen(shade(INPUT))
    for left in scale.lefts(scale.shown()):
        strip.painter.drawLine(round(left), 0, round(left), round(strip.height))
