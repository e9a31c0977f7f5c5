"""Polygon with editable points; with the magnet its sides run along edges of the image (live-wire)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from app.canvas.painting.box import Box
from app.canvas.painting.shapes import Point, polygon
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.marks import draw_handle, two_tone
from app.canvas.tools.snap import magnetic
from app.canvas.tools.tool import Tool, ToolHost
from app.i18n import tr
from engine.domain.labels import BACKGROUND
from engine.select.live_wire import LiveWire

_GRAB_SCREEN_PX = 9
_WIRE_SCREEN_PX = 1.5


@dataclass
class _Corner:
    """A point of the polygon and the way from it to the next: empty for a straight line."""

    x: float
    y: float
    way: tuple[Point, ...] = ()


class PolygonTool(Tool):
    """Clicks set corners; drag moves one, a click on a side adds one, Alt-click removes one, Backspace takes the last.

    Enter, a double click or a click on the first corner fills the polygon; Alt with them cuts it out.
    """

    name = "polygon"
    takes_double_clicks = True

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._corners: list[_Corner] = []
        self._grabbed: int | None = None
        self._hot: int | None = None
        self._cursor: Point | None = None
        self._wire: LiveWire | None = None
        self._press_place: Point = (0.0, 0.0)
        self._moved = False

    @property
    def busy(self) -> bool:
        """Corners are set."""
        return bool(self._corners)

    @property
    def corners(self) -> list[Point]:
        """The corners, in image pixels."""
        return [(c.x, c.y) for c in self._corners]

    def press(self, pointer: Pointer) -> None:
        """Grabs, adds or removes a corner, or closes the polygon."""
        near = self._corner_near(pointer)
        if pointer.right:
            self.step_back()
        elif near is not None and pointer.alt and len(self._corners) > 1:
            self._remove(near)
        elif near == 0 and len(self._corners) > 2:
            self._grabbed = 0
        elif near is not None:
            self._grabbed = near
        elif (side := self._side_near(pointer)) is not None:
            self._corners.insert(side + 1, _Corner(pointer.x, pointer.y))
            self._corners[side].way = ()
            self._grabbed = side + 1
        else:
            self._append(pointer)
        self._press_place = (pointer.x, pointer.y)
        self._moved = False
        self.host.redraw()

    def drag(self, pointer: Pointer) -> None:
        """Moves the grabbed corner."""
        self._cursor = (pointer.x, pointer.y)
        away = math.dist(self._press_place, self._cursor) * self.host.viewport.zoom
        if self._grabbed is not None and (self._moved or away > 2):
            self._moved = True
            corner = self._corners[self._grabbed]
            corner.x, corner.y = pointer.x, pointer.y
            corner.way = ()
            if self._grabbed > 0:
                self._corners[self._grabbed - 1].way = ()
        self.host.redraw()

    def release(self, pointer: Pointer) -> None:
        """Lets go; a click on the first corner that did not move it closes the polygon."""
        grabbed, self._grabbed = self._grabbed, None
        if grabbed == 0 and not self._moved and len(self._corners) > 2:
            self._fill(self._label(pointer))
        elif grabbed == len(self._corners) - 1 and self._moved:
            self._search()

    def hover(self, pointer: Pointer) -> None:
        """Shows where the next side would run."""
        self._cursor = (pointer.x, pointer.y)
        self._hot = self._corner_near(pointer)
        if self._corners:
            self.host.redraw()

    def double_click(self, pointer: Pointer) -> None:
        """Fills the polygon."""
        if len(self._corners) > 2:
            self._fill(self._label(pointer))

    def confirm(self) -> None:
        """Fills the polygon."""
        if len(self._corners) > 2:
            self._fill(self.host.document.current_part)

    def step_back(self) -> None:
        """Takes the last corner back."""
        if self._corners:
            self._remove(len(self._corners) - 1)
            self.host.redraw()

    def cancel(self) -> None:
        """Drops the polygon."""
        self._corners, self._grabbed, self._hot, self._wire = [], None, None, None
        self.host.redraw()

    def changed(self) -> None:
        """The magnet was switched: the next side is looked for or not."""
        self._search()
        self.host.redraw()

    def draw(self, painter: QPainter) -> None:
        """Draws sides, the side under way, and handles."""
        if not self._corners:
            return
        place = self.host.viewport.to_widget
        outline = QPolygonF([QPointF(*place(x, y)) for x, y in self._outline()])
        path = QPainterPath()
        path.addPolygon(outline)
        two_tone(painter, path)
        last = self._corners[-1]
        if self._cursor is not None and self._grabbed is None and self._hot is None:
            rubber = QPainterPath(QPointF(*place(last.x, last.y)))
            for x, y in self._way_to(*self._cursor):
                rubber.lineTo(QPointF(*place(x, y)))
            rubber.lineTo(QPointF(*place(*self._cursor)))
            two_tone(painter, rubber, dashed=True)
        for index, corner in enumerate(self._corners):
            draw_handle(painter, QPointF(*place(corner.x, corner.y)), hot=index in (self._hot, self._grabbed))

    def _append(self, pointer: Pointer) -> None:
        x, y = magnetic(self.host, pointer)
        if self._corners:
            self._corners[-1].way = tuple(self._way_to(x, y))
        self._corners.append(_Corner(x, y))
        self._grabbed = len(self._corners) - 1
        self._search()

    def _remove(self, index: int) -> None:
        del self._corners[index]
        if index > 0:
            self._corners[index - 1].way = ()
        self._hot = None
        self._search()

    def _label(self, pointer: Pointer) -> int:
        return BACKGROUND if erases(pointer) else self.host.document.current_part

    def _fill(self, label: int) -> None:
        document = self.host.document
        if document.layer is None:
            return
        outline = self._outline()
        first, last = self._corners[0], self._corners[-1]
        outline += self._way_to(first.x, first.y) if last is not first else []
        gesture = self.host.begin(label, first.x)
        if gesture is None:
            return
        self.cancel()
        self.host.painted(gesture.paint(polygon(outline, Box.of_image(document.layer.labels))))
        self.host.commit(tr("Polygon"))

    def _outline(self) -> list[Point]:
        return [point for corner in self._corners for point in ((corner.x, corner.y), *corner.way)]

    def _way_to(self, x: float, y: float) -> list[Point]:
        """Returns the points between the last corner and (x, y) along edges, none where the line is straight."""
        if (
            not self.host.magnet
            or self._wire is None
            or self._wire.anchor != (self._corners[-1].x, self._corners[-1].y)
        ):
            return []
        return self._wire.path(x, y)[1:-1]

    def _search(self) -> None:
        """Looks for edges around the last corner, in the background."""
        image = self.host.document.image
        if not self.host.magnet or not self._corners or image is None:
            return
        anchor = (self._corners[-1].x, self._corners[-1].y)
        step = max(1.0, _WIRE_SCREEN_PX / self.host.viewport.zoom)
        self.host.ask("wire", lambda: LiveWire(image, anchor, step), self._on_wire)

    def _on_wire(self, wire: object) -> None:
        if isinstance(wire, LiveWire):
            self._wire = wire
            self.host.redraw()

    def _corner_near(self, pointer: Pointer) -> int | None:
        reach = _GRAB_SCREEN_PX / self.host.viewport.zoom
        near = [(math.dist((c.x, c.y), (pointer.x, pointer.y)), i) for i, c in enumerate(self._corners)]
        found = min(near, default=(math.inf, 0))
        return found[1] if found[0] <= reach else None

    def _side_near(self, pointer: Pointer) -> int | None:
        reach = _GRAB_SCREEN_PX / 2 / self.host.viewport.zoom
        for index in range(len(self._corners) - 1):
            corner, following = self._corners[index], self._corners[index + 1]
            points = [(corner.x, corner.y), *corner.way, (following.x, following.y)]
            for a, b in pairwise(points):
                if _distance_to_side((pointer.x, pointer.y), a, b) <= reach:
                    return index
        return None


def _distance_to_side(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length_squared = dx * dx + dy * dy
    if length_squared == 0:
        return math.dist(point, a)
    t = max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length_squared))
    return math.dist(point, (a[0] + t * dx, a[1] + t * dy))
