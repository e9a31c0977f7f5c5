"""Mouse, pen, wheel and keys of the canvas: moving the view, changing the brush, and everything else to the tool."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTabletEvent, QWheelEvent

from app.canvas.brush_settings import BrushSettings
from app.canvas.events import BrushDrag, PanDrag, WheelTurns, pointer_of
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.tool import Tool
from app.canvas.viewport import ZOOM_STEP, Viewport

_BRUSH_STEP = 1.1


class InputTarget(Protocol):
    """What input acts on: the canvas."""

    @property
    def viewport(self) -> Viewport:
        """Where the image lies."""
        ...

    @property
    def brush(self) -> BrushSettings:
        """Size and hardness."""
        ...

    @property
    def current_tool(self) -> Tool:
        """The tool in use."""
        ...

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zooms about a widget position."""
        ...

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by widget pixels."""
        ...

    def set_brush(self, brush: BrushSettings) -> None:
        """Changes the brush."""
        ...

    def pointer_moved(self, at: QPointF | None) -> None:
        """The pointer is here, or left."""
        ...

    def update_cursor(self) -> None:
        """The cursor's shape may have to change."""
        ...

    def cancel(self) -> None:
        """Drops what is under way, also in the background."""
        ...

    def step_frame(self, step: int) -> None:
        """Asks for another frame."""
        ...

    def tap_space(self) -> None:
        """Space was tapped, not held."""
        ...


class CanvasInput:
    """Keeps what a drag is about. A drag that began with the tool ends with it, or with Esc."""

    def __init__(self, target: InputTarget) -> None:
        self.pan = PanDrag()
        self.brush_drag = BrushDrag()
        self._target = target
        self._tool_drag = False
        self._pen_down = False
        self._space_used = False
        self._wheel = WheelTurns()
        self.erasing = False

    def drop_drag(self) -> None:
        """The drag was cancelled: nothing more is sent to the tool until the next press."""
        self._tool_drag = False

    def mouse_press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if self.pan.wants(event.button()):
            self._space_used = True
            self.pan.begin(event.position())
            self._target.update_cursor()
        elif self._wants_brush_drag(event):
            brush = self._target.brush
            self.brush_drag.begin(event.position(), brush.diameter, brush.hardness)
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and not self._tool_drag:
            self._press(pointer_of(event, self._target.viewport))
        self._target.pointer_moved(event.position())

    def mouse_double_click(self, event: QMouseEvent) -> None:
        """A second press soon after a first: a press like any other but for tools that have a use for it."""
        if event.button() == Qt.MouseButton.LeftButton and self._target.current_tool.takes_double_clicks:
            if not self.pan.space_held:
                self._target.current_tool.double_click(pointer_of(event, self._target.viewport))
        else:
            self.mouse_press(event)

    def mouse_move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        at = event.position()
        if not self._tool_drag:
            self.erasing = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if self.pan.active:
            self._target.pan(*self.pan.move(at))
        elif self.brush_drag.active:
            diameter, hardness = self.brush_drag.brush_at(at, self._target.viewport.zoom)
            self._target.set_brush(self._target.brush.resized(diameter).hardened(hardness))
        elif not self._pen_down:
            self._move(pointer_of(event, self._target.viewport))
        self._target.pointer_moved(self.brush_drag.centre if self.brush_drag.active else at)

    def mouse_release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if self.pan.active and event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
            self.pan.end()
            self._target.update_cursor()
        elif self.brush_drag.active and event.button() == Qt.MouseButton.RightButton:
            self.brush_drag.end()
        elif self._tool_drag and not self._pen_down:
            self._release(pointer_of(event, self._target.viewport))

    def tablet(self, event: QTabletEvent) -> None:
        """A pen touched, moved or left; accepted, so that Qt makes no mouse events of it."""
        pointer = pointer_of(event, self._target.viewport)
        if event.type() == QEvent.Type.TabletPress:
            if self.pan.wants(event.button()):
                self._space_used = True
                self.pan.begin(event.position())
            elif not self._tool_drag:
                self._pen_down = True
                self._press(pointer)
        elif event.type() == QEvent.Type.TabletMove and self.pan.active:
            self._target.pan(*self.pan.move(event.position()))
        elif event.type() == QEvent.Type.TabletMove:
            self._move(pointer)
        elif event.type() == QEvent.Type.TabletRelease:
            self.pan.end()
            self._pen_down = False
            if self._tool_drag:
                self._release(pointer)
        self._target.pointer_moved(event.position())
        event.accept()

    def wheel(self, event: QWheelEvent) -> None:
        """Zooms about the cursor; with Ctrl changes the brush, with Shift asks for another frame."""
        steps = self._wheel.steps(event)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._target.set_brush(self._target.brush.scaled(_BRUSH_STEP**steps))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            frames = self._wheel.frames(steps)
            if frames:
                self._target.step_frame(frames)
        else:
            self._target.zoom_at(event.position(), ZOOM_STEP**steps)
        event.accept()

    def wants_key(self, event: QKeyEvent) -> bool:
        """Says whether a key is the canvas's before it is a shortcut: space, and Esc, Enter, Backspace while busy."""
        if event.key() == Qt.Key.Key_Space:
            return not event.modifiers()
        editing = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)
        return event.key() in editing and self._target.current_tool.busy

    def key_press(self, event: QKeyEvent) -> bool:
        """Handles a key and says whether it was the canvas's."""
        tool = self._target.current_tool
        if event.key() == Qt.Key.Key_Alt and not self._tool_drag:
            self.erasing = True
            self._target.update_cursor()
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.pan.space_held, self._space_used = True, False
                self._target.update_cursor()
        elif event.key() == Qt.Key.Key_Escape and tool.busy:
            self._target.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and tool.busy:
            tool.confirm()
        elif event.key() == Qt.Key.Key_Backspace and tool.busy:
            tool.step_back()
        else:
            return False
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Handles a key going up and says whether it was the canvas's."""
        if event.key() == Qt.Key.Key_Alt and not self._tool_drag:
            self.erasing = False
            self._target.update_cursor()
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat() and self.pan.space_held:
            self.pan.space_held = False
            self._target.update_cursor()
            if not self._space_used:
                self._target.tap_space()
        return True

    def focus_lost(self) -> None:
        """Another window has the keys now: space and Alt are no longer held for us."""
        self.pan.space_held = self.erasing = False
        self._target.update_cursor()

    def _wants_brush_drag(self, event: QMouseEvent) -> bool:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return alt and event.button() == Qt.MouseButton.RightButton and not self._tool_drag

    def _press(self, pointer: Pointer) -> None:
        self._tool_drag = True
        self.erasing = erases(pointer)
        self._target.current_tool.press(pointer)

    def _move(self, pointer: Pointer) -> None:
        if self._tool_drag:
            self._target.current_tool.drag(pointer)
        else:
            self._target.current_tool.hover(pointer)

    def _release(self, pointer: Pointer) -> None:
        self._tool_drag = False
        self.erasing = pointer.alt
        self._target.current_tool.release(pointer)
