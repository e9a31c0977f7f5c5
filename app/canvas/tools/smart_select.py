"""Smart select: click, or drag a box, look at the preview, add and take away, and commit with Enter."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from app.canvas.background import Failure
from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.painting.shapes import Point
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.marks import draw_dot, draw_path
from app.canvas.tools.tool import Tool, ToolHost
from app.i18n import tr
from engine.select.engines import GrabCutEngine, SelectEngine
from engine.select.hints import Hints, Selection

_BOX_SCREEN_PX = 6
_LEAST_REACH_PX = 16.0
_ADDED = QColor("#5BD75B")
_TAKEN = QColor("#E04040")


class SmartSelectTool(Tool):
    """Left click adds, Alt or right click takes away, a drag draws a box; the preview waits for Enter or double click.

    Shift while moving shows what a click there would select.
    """

    name = "select"
    takes_double_clicks = True

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self.engine: SelectEngine = GrabCutEngine()
        self._inside: list[Point] = []
        self._outside: list[Point] = []
        self._order: list[bool] = []
        self._box: tuple[Point, Point] | None = None
        self._drag_start: Point | None = None
        self._drag_end: Point | None = None
        self._takes_away = False
        self._selected: Patch | None = None
        self._asking = False
        self._confirmed = False

    @property
    def busy(self) -> bool:
        """Clicks or a box wait to be committed."""
        return bool(self._order) or self._box is not None or self._drag_start is not None

    @property
    def selected(self) -> Patch | None:
        """What Enter would paint."""
        return self._selected

    def press(self, pointer: Pointer) -> None:
        """Starts a click or a box."""
        self._drag_start = self._drag_end = (pointer.x, pointer.y)
        self._takes_away = erases(pointer)

    def drag(self, pointer: Pointer) -> None:
        """Draws the box."""
        self._drag_end = (pointer.x, pointer.y)
        self.host.redraw()

    def release(self, _pointer: Pointer, /) -> None:
        """Takes the click or the box and asks for a selection."""
        if self._drag_start is None or self._drag_end is None:
            return
        start, end = self._drag_start, self._drag_end
        self._drag_start = self._drag_end = None
        if math.dist(start, end) * self.host.viewport.zoom > _BOX_SCREEN_PX and not self._takes_away:
            self._box = (start, end)
            self._inside, self._outside, self._order = [], [], []
        else:
            (self._outside if self._takes_away else self._inside).append(start)
            self._order.append(not self._takes_away)
        self._ask(self._hints(), keep=True)
        self.host.redraw()

    def hover(self, pointer: Pointer) -> None:
        """With Shift, shows what a click here would select."""
        if pointer.shift and self._on_image(pointer.x, pointer.y):
            hints = self._hints()
            self._ask(replace(hints, inside=(*hints.inside, (pointer.x, pointer.y))), keep=False)

    def double_click(self, _pointer: Pointer, /) -> None:
        """Commits what the clicks select, the first of the two among them, as soon as it is worked out."""
        self.confirm()

    def confirm(self) -> None:
        """Paints the selection, as soon as it is worked out."""
        if self._asking:
            self._confirmed = True
            return
        if self._selected is None or self._selected.box.empty:
            return
        patch = self._selected
        middle = (patch.box.left + patch.box.right) / 2
        gesture = self.host.begin(self.host.document.current_part, middle)
        if gesture is None:
            return
        self.cancel()
        self.host.painted(gesture.paint(patch))
        self.host.commit(tr("Smart select"))

    def step_back(self) -> None:
        """Takes the last click back, and the box after the clicks."""
        if self._order:
            (self._inside if self._order.pop() else self._outside).pop()
        else:
            self._box = None
        self._ask(self._hints(), keep=True)
        self.host.redraw()

    def cancel(self) -> None:
        """Drops clicks, box and preview."""
        self._inside, self._outside, self._order = [], [], []
        self._box = self._drag_start = self._drag_end = None
        self._selected = None
        self._asking = self._confirmed = False
        self.host.set_preview(None, 0)
        self.host.redraw()

    def draw(self, painter: QPainter) -> None:
        """Draws the box and the clicks."""
        place = self.host.viewport.to_widget
        corners = self._box
        if self._drag_start is not None and self._drag_end is not None and not self._takes_away:
            corners = (self._drag_start, self._drag_end)
        if corners is not None:
            a, b = QPointF(*place(*corners[0])), QPointF(*place(*corners[1]))
            draw_path(painter, QRectF(a, b).normalized())
        for x, y in self._inside:
            draw_dot(painter, QPointF(*place(x, y)), _ADDED, minus=False)
        for x, y in self._outside:
            draw_dot(painter, QPointF(*place(x, y)), _TAKEN, minus=True)

    def _hints(self) -> Hints:
        box = None
        if self._box is not None:
            (ax, ay), (bx, by) = self._box
            outer = Box.around(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
            layer = self.host.document.layer
            box = outer if layer is None else outer.clipped(Box.of_image(layer.labels))
        inside = tuple(p for p in self._inside if self._on_image(*p))
        outside = tuple(p for p in self._outside if self._on_image(*p))
        return Hints(inside, outside, box, self._reach_px())

    def _reach_px(self) -> float:
        """Returns how far a click looks: less than half of what is in sight, so that zooming in finds small things."""
        view = self.host.viewport
        return max(_LEAST_REACH_PX, 0.45 * min(view.width, view.height) / view.zoom)

    def _on_image(self, x: float, y: float) -> bool:
        image = self.host.document.image
        return image is not None and 0 <= x < image.shape[1] and 0 <= y < image.shape[0]

    def _ask(self, hints: Hints, *, keep: bool) -> None:
        image, engine = self.host.document.image, self.engine
        if image is None or (not hints.inside and (hints.box is None or Box(*hints.box).empty)):
            self._selected = None
            self.host.set_preview(None, 0)
            return
        if not keep and self._asking:
            return
        self._asking = keep
        self.host.ask("select", lambda: engine.select(image, hints), self._on_selected if keep else self._on_hovered)

    def _on_selected(self, answer: object) -> None:
        self._asking = False
        self._selected = self._patch(answer)
        self.host.set_preview(self._selected, self.host.document.current_part)
        if self._confirmed:
            self._confirmed = False
            self.confirm()

    def _on_hovered(self, answer: object) -> None:
        self.host.set_preview(self._patch(answer), self.host.document.current_part)

    def _patch(self, answer: object) -> Patch | None:
        if isinstance(answer, Failure):
            self.host.refuse(answer.text)
        if not isinstance(answer, Selection):
            return None
        patch = Patch.of_mask(answer.mask)
        return Patch(patch.box.moved(answer.box[0], answer.box[1]), patch.alpha)
