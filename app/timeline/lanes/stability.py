"""Stability: confidence and flicker of a part in every frame, or of the worst part where there is little room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app.i18n import tr
from app.theme import INPUT, SECONDARY, STATE_FAILED, STATE_STALE, figures_font, shade
from app.timeline.columns import Columns
from app.timeline.data import TimelineData
from app.timeline.lanes.lane import LaneHeight, Strip, triangle
from app.timeline.worst import Figures
from engine.domain.parts import Part

_NUM_MARKED = 3
MARKED_BADNESS = 0.25
"""A frame that is better than this carries no mark, however bad it is among the others."""
_ALL_PARTS = (0xB8, 0xB8, 0xB8)
_FILL = 0.42


class StabilityLane:
    """Confidence as an area that stands on the floor, flicker as icicles that hang from the ceiling.

    A good part is a full area without icicles. Flicker is drawn by its square root: its figures are small, and a tenth
    already shows. A triangle marks the worst frames.
    """

    height = LaneHeight(18, 24, 120)

    def __init__(self, part: Part | None, index: int | None) -> None:
        """Makes the lane of a part.

        Args:
            part: The part, or None for the worst of all parts in each frame.
            index: Its row in the figures, or None.
        """
        self.part, self.index = part, index
        self.name = f"stability {part.name}" if part is not None else "stability"
        self.title = part.name if part is not None else tr("Worst part")

    def reads(self, data: TimelineData) -> tuple[object, ...]:
        """It depends on the figures, and the marks on the cuts."""
        return (data.axis, data.confidence, data.flicker, data.cuts)

    def figures(self, data: TimelineData) -> tuple[Figures, Figures]:
        """Returns what the lane draws: confidence and flicker, (T,) float32 each, NaN where they are missing."""
        if self.index is not None:
            return data.confidence[self.index], data.flicker[self.index]
        return -np.fmax.reduce(-data.confidence, axis=0), np.fmax.reduce(data.flicker, axis=0)

    def paint(self, strip: Strip, data: TimelineData) -> None:
        """Draws area, icicles and marks; without a result, what would be here."""
        if not len(data.parts):
            self._announce(strip, data)
            return
        confidence, flicker = self.figures(data)
        columns = Columns.of(strip.scale, strip.ratio)
        colour = self.part.colour if self.part is not None else _ALL_PARTS
        picture = stability_picture(
            columns.smallest(confidence), columns.largest(flicker), round(strip.height * strip.ratio), colour
        )
        picture.setDevicePixelRatio(strip.ratio)
        strip.painter.drawImage(QPointF(0, 0), picture)
        self._mark(strip, data)

    def _announce(self, strip: Strip, data: TimelineData) -> None:
        if len(data.axis):
            strip.painter.setFont(figures_font(strip.painter.font(), 11 * strip.unit))
            strip.painter.setPen(shade(SECONDARY))
            place = QRectF(strip.scale.x_of_cell(0) + 6 * strip.unit, 0, strip.scale.width_px, strip.height)
            text = tr("Confidence and flicker of each part appear here once the clip is segmented.")
            strip.painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def _mark(self, strip: Strip, data: TimelineData) -> None:
        painter = strip.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in data.worst(self.index, limit=_NUM_MARKED):
            x = strip.scale.middle_of(place.frame)
            if place.badness < MARKED_BADNESS or not 0 <= x <= strip.scale.width_px:
                continue
            painter.setPen(QPen(shade(INPUT), 1))
            painter.setBrush(shade(STATE_STALE))
            painter.drawPolygon(triangle(x, 4.5 * strip.unit, 4 * strip.unit, up=False))


def stability_picture(confidence: Figures, flicker: Figures, height: int, colour: tuple[int, int, int]) -> QImage:
    """Returns the curves of neighbouring columns as a transparent picture.

    Args:
        confidence: (W,) float32 in [0, 1], NaN draws nothing.
        flicker: (W,) float32 in [0, 1], NaN draws nothing.
        height: Rows of the picture.
        colour: Of the confidence, 8-bit sRGB.
    """
    rows = np.arange(height)[:, None]
    top = _rows(height - np.nan_to_num(confidence, nan=0) * (height - 2), height)
    known = ~np.isnan(confidence)
    pixels = np.zeros((height, len(confidence)), np.uint32)
    red, green, blue = colour
    pixels[(rows >= top) & known] = _argb(red, green, blue, _FILL)
    before = np.where(np.roll(known, 1), np.roll(top, 1), top)
    if len(before):
        before[0] = top[0]
    edge = (rows >= np.minimum(top, before) - 1) & (rows <= np.maximum(top - 1, before - 1)) & known
    pixels[edge] = _argb(red, green, blue, 1)
    hanging = _rows(np.sqrt(np.nan_to_num(flicker, nan=0)) * (height - 1), height)
    bad = shade(STATE_FAILED)
    pixels[(rows < hanging) & (hanging > 0)] = _argb(bad.red(), bad.green(), bad.blue(), 0.9)
    image = QImage(pixels.data, pixels.shape[1], height, 4 * pixels.shape[1], QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def _rows(values: NDArray[np.float32], height: int) -> NDArray[np.int64]:
    return np.clip(np.round(values), 0, height).astype(np.int64)


def _argb(red: int, green: int, blue: int, alpha: float) -> np.uint32:
    r, g, b = (round(value * alpha) for value in (red, green, blue))
    return np.uint32((round(255 * alpha) << 24) | (r << 16) | (g << 8) | b)
