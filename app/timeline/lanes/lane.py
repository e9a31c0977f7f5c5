"""What a lane is: one row of the timeline, drawn as a whole into a picture that is kept until it shows its age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from app.theme import INPUT, LINE, SURROUND, shade
from app.timeline.data import TimelineData
from app.timeline.scale import Scale

_LEAST_GAP_PX = 1.0


@dataclass(frozen=True)
class LaneHeight:
    """Heights of a lane in pixels at a scale of 100 %.

    Attributes:
        least: With less it is left out.
        wanted: What it gets where there is room.
        most: What it grows to where there is more.
    """

    least: float
    wanted: float
    most: float


@dataclass(frozen=True)
class Strip:
    """Where a lane is drawn.

    Attributes:
        painter: Draws from (0, 0) to the width of the scale and `height`.
        scale: What part of the clip is in sight.
        height: In pixels.
        unit: Pixels of one pixel at a scale of 100 %.
        ratio: Device pixels per pixel.
    """

    painter: QPainter
    scale: Scale
    height: float
    unit: float
    ratio: float

    def shown_x(self, frames: frozenset[int]) -> list[tuple[int, float]]:
        """Returns the frames of a set that are in sight and exist, ascending, with their middles in pixels."""
        numbers = self.scale.axis.numbers[self.scale.shown()]
        if len(frames) < len(numbers):
            first, last = (int(numbers[0]), int(numbers[-1])) if len(numbers) else (0, -1)
            found = sorted(frame for frame in frames if first <= frame <= last)
        else:
            found = [int(number) for number in numbers if int(number) in frames]
        return [(frame, self.scale.middle_of(frame)) for frame in found]


class Lane(Protocol):
    """One row."""

    @property
    def name(self) -> str:
        """Stable name: kept heights go by it."""
        ...

    @property
    def title(self) -> str:
        """What its header says."""
        ...

    @property
    def height(self) -> LaneHeight:
        """How much room it takes."""
        ...

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """Returns what the picture depends on: where one of these objects is another, it is drawn anew."""
        ...

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws the lane on its background."""
        ...


def paint_ground(strip: Strip) -> None:
    """Draws the background of a lane: darker where there is no clip, hatched where numbers are missing."""
    painter, scale = strip.painter, strip.scale
    painter.fillRect(QRectF(0, 0, scale.width_px, strip.height), shade(SURROUND))
    left, right = scale.x_of_cell(0), scale.x_of_cell(scale.axis.num_cells)
    painter.fillRect(QRectF(left, 0, right - left, strip.height), shade(INPUT))
    if scale.cell_px < _LEAST_GAP_PX and len(scale.axis.behind_gaps) > scale.width_px:
        return  # a clip on twos or threes: its gaps are narrower than a pixel
    painter.setPen(Qt.PenStyle.NoPen)
    for gap in scale.axis.gaps(scale.cell_at(0), scale.cell_at(scale.width_px)):
        place = QRectF(scale.x_of_cell(gap.cell), 0, gap.cells * scale.cell_px, strip.height)
        painter.fillRect(place, shade(SURROUND))
        painter.setBrush(QBrush(shade(LINE), Qt.BrushStyle.BDiagPattern))
        painter.drawRect(place)


def paint_lines(strip: Strip, data: TimelineData) -> None:
    """Draws a line before the first frame of each new shot, and one below the lane."""
    strip.painter.fillRect(QRectF(0, strip.height - 1, strip.scale.width_px, 1), shade(SURROUND))
    strip.painter.setPen(QColor("#E8E8E8"))
    for cut in data.cuts:
        x = round(strip.scale.x_of(cut))
        if 0 <= x <= strip.scale.width_px:
            strip.painter.drawLine(QPointF(x, 0), QPointF(x, strip.height))


def diamond(x: float, y: float, radius: float) -> QPolygonF:
    """Returns a diamond around a point."""
    return QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])


def triangle(x: float, y: float, radius: float, *, up: bool) -> QPolygonF:
    """Returns a triangle around a point, which points up or down."""
    tip = -radius if up else radius
    return QPolygonF([QPointF(x, y + tip), QPointF(x + radius, y - tip), QPointF(x - radius, y - tip)])
