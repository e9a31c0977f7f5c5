"""A film strip: as many small pictures of the clip as fit beside each other."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.i18n import tr
from app.theme import SURROUND, shade
from app.timeline.data import TimelineData
from app.timeline.lanes.lane import LaneHeight, Strip
from app.timeline.pictures import FramePictures
from app.timeline.scale import Scale

_LEAST_SLOT_PX = 28.0


class ThumbnailsLane:
    """Small pictures; what is not read yet is empty, or shows a neighbour meanwhile."""

    name = "thumbnails"
    height = LaneHeight(24, 36, 84)

    def __init__(self, pictures: FramePictures) -> None:
        self.title = tr("Clip")
        self._pictures = pictures

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the pictures that are there."""
        return (data.axis, data.cuts, self._pictures.version)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws the pictures that are there and asks for those that are not."""
        if not len(data.axis):
            return
        painter, scale = strip.painter, strip.scale
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture_px = self._pictures.aspect * strip.height
        cells, frames = slots(scale, max(picture_px, _LEAST_SLOT_PX * strip.unit))
        slot_px = max(cells * scale.cell_px, 1.0)
        for frame, left in frames:
            image = self._pictures.near(frame, cells)
            if image is None:
                continue
            width = min(slot_px - 1, image.width() * strip.height / image.height())
            place = QRectF(left, 0, width, strip.height)
            shown = QRectF(0, 0, width * image.height() / strip.height, image.height())
            painter.fillRect(place, shade(SURROUND))
            painter.drawImage(place, image, shown)
        self._pictures.want([frame for frame, _ in frames])


def slots(scale: Scale, least_px: float) -> tuple[int, list[tuple[int, float]]]:
    """Returns how many cells a picture has, and for each picture in sight its frame and left edge in pixels.

    Slots start at multiples of their length, so that moving the view asks for no other pictures; one without any
    frame (in a gap) is left out.
    """
    cells = max(1, math.ceil(least_px / scale.cell_px))
    first = max(0, math.floor(scale.cell_at(0) / cells))
    last = min(scale.axis.num_cells - 1, math.ceil(scale.cell_at(scale.width_px)))
    found = []
    for start in range(first * cells, last + 1, cells):
        index = scale.axis.index_at(start + cells / 2)
        if start <= scale.axis.cells[index] < start + cells:
            found.append((int(scale.axis.numbers[index]), scale.x_of_cell(start)))
    return cells, found
