"""Brush, eraser and unknown brush: one stroke is one edit."""

from __future__ import annotations

from app.canvas.gesture import Gesture
from app.canvas.painting.box import Box
from app.canvas.painting.stroke import SmoothPath, StrokePoint, disc, segment
from app.canvas.pointer import Pointer
from app.canvas.tools.tool import Tool, ToolHost
from app.i18n import tr
from engine.domain.labels import BACKGROUND, UNKNOWN


class BrushTool(Tool):
    """Paints along the pointer; Shift-click draws a straight line from where the last stroke ended.

    Alt, the right button and the eraser end of a pen erase for one stroke.
    """

    name = "brush"
    cursor = "ring"

    def __init__(self, host: ToolHost) -> None:
        super().__init__(host)
        self._gesture: Gesture | None = None
        self._path = SmoothPath()
        self._last_end: StrokePoint | None = None
        self._title = ""

    @property
    def busy(self) -> bool:
        """A stroke is being drawn."""
        return self._gesture is not None

    def label(self, pointer: Pointer, /) -> int:
        """Returns what a stroke that starts like this paints."""
        return BACKGROUND if erases(pointer) else self.host.document.current_part

    def press(self, pointer: Pointer) -> None:
        """Starts a stroke with a dab, or with a line from the last one."""
        label = self.label(pointer)
        self._gesture = self.host.begin(label, pointer.x)
        if self._gesture is None:
            return
        self._title = _title(label)
        point = self._point(pointer)
        if pointer.shift and self._last_end is not None:
            self._paint(StrokePoint(self._last_end.x, self._last_end.y, point.diameter), point)
        else:
            self._paint(point, point)
        self._path.begin(point)
        self._last_end = point

    def drag(self, pointer: Pointer) -> None:
        """Continues the stroke."""
        if self._gesture is None:
            return
        point = self._point(pointer)
        for start, end in self._path.add(point):
            self._paint(start, end)
        self._last_end = point

    def release(self, _pointer: Pointer, /) -> None:
        """Draws the last piece and hands the stroke over."""
        if self._gesture is None:
            return
        for start, end in self._path.finish():
            self._paint(start, end)
        self._gesture = None
        self.host.commit(self._title)

    def cancel(self) -> None:
        """Takes the stroke back."""
        if self._gesture is not None:
            self._gesture = None
            self._path = SmoothPath()
            self.host.rollback()
        self._last_end = None

    def _point(self, pointer: Pointer) -> StrokePoint:
        return StrokePoint(pointer.x, pointer.y, self.host.brush.diameter_at(pointer.pressure))

    def _paint(self, start: StrokePoint, end: StrokePoint) -> None:
        if self._gesture is None:
            return
        hardness = self.host.brush.hardness / 100
        image = self._gesture.image
        patch = disc(start, hardness, image) if start == end else segment(start, end, hardness, image)
        changed = self._gesture.paint(patch)
        if changed != Box(0, 0, 0, 0):
            self.host.painted(changed)


class EraserTool(BrushTool):
    """Paints background, whatever part is current."""

    name = "eraser"

    def label(self, _pointer: Pointer, /) -> int:
        """Returns background."""
        return BACKGROUND


class UnknownTool(BrushTool):
    """Paints "not painted": pixels that take no part in learning."""

    name = "unknown"

    def label(self, pointer: Pointer) -> int:
        """Returns unknown, or background to erase."""
        return BACKGROUND if erases(pointer) else UNKNOWN


def erases(pointer: Pointer) -> bool:
    """Says whether a gesture that starts like this takes away rather than adds."""
    return pointer.alt or pointer.right or pointer.eraser


def _title(label: int) -> str:
    if label == BACKGROUND:
        return tr("Erase")
    return tr("Mark as unknown") if label == UNKNOWN else tr("Brush stroke")
