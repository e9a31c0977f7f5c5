"""Close-and-fill lasso and rectangle: drag a shape, let go, and it is filled."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.painting.shapes import Point, ellipse, polygon, rectangle
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.marks import draw_path
from app.canvas.tools.snap import magnetic
from app.canvas.tools.tool import Tool, ToolHost
from app.i18n import tr
from engine.domain.labels import BACKGROUND

_STEP_SCREEN_PX = 1.5


class ShapeTool(Tool):
    """A tool whose drag gives a closed shape; Alt, the right button and a pen's eraser end cut it out."""

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._label: int | None = None

    @property
    def busy(self) -> bool:
        """A shape is being dragged."""
        return self._label is not None

    def press(self, pointer: Pointer) -> None:
        """Starts the shape."""
        self._label = BACKGROUND if erases(pointer) else self.host.document.current_part
        self.start(pointer)
        self.host.redraw()

    def drag(self, pointer: Pointer) -> None:
        """Follows the pointer."""
        if self._label is not None:
            self.extend(pointer)
            self.host.redraw()

    def release(self, pointer: Pointer) -> None:
        """Fills the shape and hands the edit over."""
        if self._label is None or self.host.document.layer is None:
            return
        label, self._label = self._label, None
        patch = self.shape(Box.of_image(self.host.document.layer.labels))
        self.host.redraw()
        if patch.box.empty or (gesture := self.host.begin(label, pointer.x)) is None:
            return
        self.host.painted(gesture.paint(patch))
        self.host.commit(self.title())

    def cancel(self) -> None:
        """Drops the shape."""
        self._label = None
        self.host.redraw()

    def title(self) -> str:
        """Returns the edit's name for the undo list."""
        raise NotImplementedError

    def start(self, pointer: Pointer) -> None:
        """The drag began here."""
        raise NotImplementedError

    def extend(self, pointer: Pointer) -> None:
        """The drag came here."""
        raise NotImplementedError

    def shape(self, image: Box) -> Patch:
        """Returns what the drag encloses."""
        raise NotImplementedError


class LassoTool(ShapeTool):
    """A freehand outline that closes itself; with the magnet it clings to edges of the image."""

    name = "lasso"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._points: list[Point] = []

    def title(self) -> str:
        """Returns "Lasso"."""
        return tr("Lasso")

    def start(self, pointer: Pointer) -> None:
        """The outline begins."""
        self._points = [magnetic(self.host, pointer)]

    def extend(self, pointer: Pointer) -> None:
        """The outline goes on, in steps that the screen can show."""
        x, y = magnetic(self.host, pointer)
        last_x, last_y = self._points[-1]
        if max(abs(x - last_x), abs(y - last_y)) * self.host.viewport.zoom >= _STEP_SCREEN_PX:
            self._points.append((x, y))

    def shape(self, image: Box) -> Patch:
        """Returns what the closed outline encloses."""
        return polygon(self._points, image)

    def draw(self, painter: QPainter) -> None:
        """Draws the outline, and dashed how it would close."""
        if self.busy:
            view = self.host.viewport
            path = QPolygonF([QPointF(*view.to_widget(x, y)) for x, y in self._points])
            draw_path(painter, path, closing=True)


class RectangleTool(ShapeTool):
    """A rectangle from corner to corner; Shift makes it a square, Ctrl an ellipse."""

    name = "rectangle"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._start: Point = (0, 0)
        self._end: Point = (0, 0)
        self._round = False

    def title(self) -> str:
        """Returns "Rectangle" or "Ellipse"."""
        return tr("Ellipse") if self._round else tr("Rectangle")

    def start(self, pointer: Pointer) -> None:
        """One corner."""
        self._start = self._end = (pointer.x, pointer.y)
        self._round = pointer.control

    def extend(self, pointer: Pointer) -> None:
        """The other corner."""
        x, y = pointer.x, pointer.y
        if pointer.shift:
            side = max(abs(x - self._start[0]), abs(y - self._start[1]))
            x = self._start[0] + (side if x >= self._start[0] else -side)
            y = self._start[1] + (side if y >= self._start[1] else -side)
        self._end = (x, y)
        self._round = pointer.control

    def shape(self, image: Box) -> Patch:
        """Returns the rectangle or ellipse; a mere click gives nothing."""
        if self._start == self._end:
            return polygon((), image)
        return (ellipse if self._round else rectangle)(self._start, self._end, image)

    def draw(self, painter: QPainter) -> None:
        """Draws the outline."""
        if self.busy:
            view = self.host.viewport
            a, b = QPointF(*view.to_widget(*self._start)), QPointF(*view.to_widget(*self._end))
            frame = QRectF(a, b).normalized()
            draw_path(painter, frame, rounded=self._round)
