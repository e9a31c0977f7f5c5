"""Where everything of the timeline stands, and what lies under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.timeline.lanes.lane import LaneHeight
from app.timeline.overlays import bracket_x
from app.timeline.scale import Scale
from app.timeline.stack import Row
from engine.domain.frames import FrameRange

_DIVIDER_PX = 4.0
_BRACKET_OUTSIDE_PX = 16.0
_BRACKET_INSIDE_PX = 8.0

Target = Literal["divider", "header", "in", "out", "plot", "nothing"]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The rows, and the stretch of the clip beside their headers.

    Attributes:
        rows: From the top down; the first is the ruler.
        scale: What part of the clip is in sight.
        header_px: Width of the headers; the plot begins there.
        unit: Pixels of one pixel at a scale of 100 %.
    """

    rows: tuple[Row, ...]
    scale: Scale
    header_px: float
    unit: float

    @property
    def bottom(self) -> float:
        """Lower edge of the lowest row."""
        return self.rows[-1].bottom if self.rows else 0.0

    @property
    def ruler_height(self) -> float:
        """Height of the topmost row."""
        return self.rows[0].height if self.rows else 0.0

    def row_at(self, y: float) -> Row | None:
        """Returns the row at a height, or None below the last."""
        return next((row for row in self.rows if row.top <= y < row.bottom), None)

    def frame_at(self, x: float) -> int:
        """Returns the existing frame nearest to a place in the widget; the clip must have one."""
        return self.scale.frame_at(x - self.header_px)

    def target_at(self, x: float, y: float, in_out: FrameRange | None) -> Target:
        """Returns what the mouse would take hold of.

        Brackets at the ends of the clip that nobody set are held from outside only, so that the first and the last
        frame can be clicked.
        """
        if x < self.header_px:
            edges = [row.bottom for row in self.rows if _resizable(row.lane.height)]
            near = any(abs(y - edge) <= _DIVIDER_PX * self.unit for edge in edges)
            return "divider" if near else "header"
        if not len(self.scale.axis) or y >= self.bottom:
            return "nothing"
        return self._bracket_at(x - self.header_px, in_out) if y < self.ruler_height else "plot"

    def row_above(self, y: float) -> Row | None:
        """Returns the row whose lower edge is nearest to a height, of those that can be made higher."""
        rows = [row for row in self.rows if _resizable(row.lane.height)]
        return min(rows, key=lambda row: abs(row.bottom - y), default=None)

    def _bracket_at(self, x: float, in_out: FrameRange | None) -> Target:
        left, right = bracket_x(self.scale, in_out)
        inside = _BRACKET_INSIDE_PX * self.unit if in_out is not None else 0.0
        outside = _BRACKET_OUTSIDE_PX * self.unit
        over_in, over_out = left - outside <= x < left + inside, right - inside < x <= right + outside
        if over_in and over_out:
            return "in" if x - left < right - x else "out"
        return "in" if over_in else "out" if over_out else "plot"


def _resizable(height: LaneHeight) -> bool:
    return height.most > height.least
