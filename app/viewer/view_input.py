"""Mouse, wheel and keys of the viewer: moving the view, dragging the wipe, picking a part, peeking at the plate."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent

from app.canvas.events import PanDrag, WheelTurns
from app.canvas.viewport import ZOOM_STEP

_GRIP_PX = 8
_CLICK_PX = 4


class ViewTarget(Protocol):
    """What input acts on: the viewer."""

    @property
    def wipe_x(self) -> float | None:
        """Where the line of the wipe stands in the widget, or None where there is none."""
        ...

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zooms about a widget position."""
        ...

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by widget pixels."""
        ...

    def drag_wipe(self, x: float) -> None:
        """Puts the line of the wipe at a widget column."""
        ...

    def click(self, at: QPointF) -> None:
        """The left button was pressed and let go in one place."""
        ...

    def hover(self, at: QPointF | None) -> None:
        """The cursor is here, or left."""
        ...

    def step_frame(self, step: int) -> None:
        """Asks for another frame."""
        ...

    def tap_space(self) -> None:
        """Space was tapped, not held."""
        ...

    def set_peek(self, *, on: bool) -> None:
        """Shows the plate alone while a key is held."""
        ...

    def set_pointer(self, shape: Qt.CursorShape) -> None:
        """Changes the cursor."""
        ...


class ViewInput:
    """Keeps what a drag is about."""

    def __init__(self, target: ViewTarget) -> None:
        self.peek_keys: tuple[QKeySequence, ...] = ()
        self._target = target
        self._pan = PanDrag()
        self._wheel = WheelTurns()
        self._wiping = False
        self._space_used = False
        self._pressed: QPointF | None = None

    def mouse_press(self, event: QMouseEvent) -> None:
        """A button went down."""
        at = event.position()
        if self._pan.wants(event.button()):
            self._space_used = True
            self._pan.begin(at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._wiping = self._on_wipe(at)
            self._pressed = None if self._wiping else QPointF(at)
        self._show_pointer(at)

    def mouse_move(self, event: QMouseEvent) -> None:
        """The cursor moved."""
        at = event.position()
        if self._pressed is not None and not self._pan.active and _far(self._pressed, at):
            self._pan.begin(self._pressed)
            self._pressed = None
        if self._pan.active:
            self._target.pan(*self._pan.move(at))
        elif self._wiping:
            self._target.drag_wipe(at.x())
        self._target.hover(at)
        self._show_pointer(at)

    def mouse_release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        if self._pressed is not None and event.button() == Qt.MouseButton.LeftButton:
            self._target.click(event.position())
        self._pan.end()
        self._wiping = False
        self._pressed = None
        self._show_pointer(event.position())

    def wheel(self, event: QWheelEvent) -> None:
        """Zooms about the cursor; with Shift asks for another frame."""
        steps = self._wheel.steps(event)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            frames = self._wheel.frames(steps)
            if frames:
                self._target.step_frame(frames)
        else:
            self._target.zoom_at(event.position(), ZOOM_STEP**steps)
        event.accept()

    def wants_key(self, event: QKeyEvent) -> bool:
        """Says whether a key is the viewer's before it is a shortcut: space, and the key that shows the plate."""
        return (event.key() == Qt.Key.Key_Space and not event.modifiers()) or self._is_peek(event)

    def key_press(self, event: QKeyEvent) -> bool:
        """Handles a key and says whether it was the viewer's."""
        if not self.wants_key(event):
            return False
        if not event.isAutoRepeat():
            if event.key() == Qt.Key.Key_Space:
                self._pan.space_held, self._space_used = True, False
                self._target.set_pointer(Qt.CursorShape.OpenHandCursor)
            else:
                self._target.set_peek(on=True)
        return True

    def key_release(self, event: QKeyEvent) -> bool:
        """Handles a key going up and says whether it was the viewer's."""
        if not (event.key() == Qt.Key.Key_Space or self._is_peek(event)):
            return False
        if not event.isAutoRepeat():
            if event.key() != Qt.Key.Key_Space:
                self._target.set_peek(on=False)
            elif self._pan.space_held:
                self._pan.space_held = False
                self._target.set_pointer(Qt.CursorShape.CrossCursor)
                if not self._space_used:
                    self._target.tap_space()
        return True

    def focus_lost(self) -> None:
        """Another widget has the keys now: nothing is held for us."""
        self._pan.space_held = False
        self._target.set_peek(on=False)

    def drop_drag(self) -> None:
        """Whatever the mouse has half done is over."""
        self._pan.end()
        self._wiping = False
        self._pressed = None

    def _is_peek(self, event: QKeyEvent) -> bool:
        return any(QKeySequence(event.keyCombination()) == key for key in self.peek_keys)

    def _on_wipe(self, at: QPointF) -> bool:
        x = self._target.wipe_x
        return x is not None and abs(at.x() - x) <= _GRIP_PX

    def _show_pointer(self, at: QPointF) -> None:
        if self._pan.active:
            self._target.set_pointer(Qt.CursorShape.ClosedHandCursor)
        elif self._wiping or self._on_wipe(at):
            self._target.set_pointer(Qt.CursorShape.SplitHCursor)
        elif self._pan.space_held:
            self._target.set_pointer(Qt.CursorShape.OpenHandCursor)
        else:
            self._target.set_pointer(Qt.CursorShape.CrossCursor)


def _far(start: QPointF, to: QPointF) -> bool:
    return abs(to.x() - start.x()) + abs(to.y() - start.y()) > _CLICK_PX
