"""A picture that is moved about: zoom, pan, and the events that go with them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.canvas.viewport import ZOOM_STEP, Viewport
from app.viewer.view_input import ViewInput


class NavigatedView(QWidget):
    """Keeps where the image lies and passes mouse, wheel and keys to `ViewInput`; `ResultViewer` draws the image.

    Signals:
        viewChanged(float): Zoom, screen pixels per plate pixel (1.0 is 1:1).
        spaceTapped(): Space was pressed and let go without a drag (play or pause).
        frameStepRequested(int): Shift and wheel: so many frames on, negative for back.
    """

    viewChanged = Signal(float)
    spaceTapped = Signal()
    frameStepRequested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._input = ViewInput(self)
        self._view = Viewport()
        self._fits = True
        self._cursor_at: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    @property
    def zoom(self) -> float:
        """Screen pixels per plate pixel."""
        return self._view.zoom

    def set_peek_keys(self, keys: tuple[QKeySequence, ...]) -> None:
        """Changes the keys that show the plate alone while they are held."""
        self._input.peek_keys = keys

    def fit(self) -> None:
        """Shows the whole image, and again when the widget is resized."""
        self._fits = True
        self._view.fit()
        self.view_moved()

    def one_to_one(self) -> None:
        """Shows one image pixel on one screen pixel, about the cursor."""
        self.set_zoom(1.0)

    def zoom_in(self) -> None:
        """One step in."""
        self.set_zoom(self.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step out."""
        self.set_zoom(self.zoom / ZOOM_STEP)

    def set_zoom(self, zoom: float) -> None:
        """Sets the zoom, 0.05 to 64, about the cursor or the middle."""
        at = self._cursor_at or QPointF(self.width() / 2, self.height() / 2)
        self.zoom_at(at, zoom / self.zoom)

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zooms about a widget position."""
        self._fits = False
        x = at.x() - self.view_left(at.x())
        self._view.zoom_about(x, at.y(), self._view.zoom * factor)
        self.view_moved()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by widget pixels."""
        self._fits = False
        self._view.pan(dx, dy)
        self.view_moved()

    def cancel(self) -> None:
        """Whatever the mouse has half done is over, and no key is held."""
        self._input.drop_drag()
        self._input.focus_lost()

    # What input asks for

    @property
    def wipe_x(self) -> float | None:
        """Where the line of the wipe stands, or None."""
        return None

    def drag_wipe(self, x: float) -> None:
        """Puts the line of the wipe at a widget column."""

    def click(self, at: QPointF) -> None:
        """The left button was pressed and let go in one place."""

    def hover(self, at: QPointF | None) -> None:
        """The cursor is here, or left."""
        self._cursor_at = None if at is None else QPointF(at)

    def set_peek(self, *, on: bool) -> None:
        """Shows the plate alone while a key is held."""

    def step_frame(self, step: int) -> None:
        """Asks for another frame."""
        self.frameStepRequested.emit(step)

    def tap_space(self) -> None:
        """Tells that space was tapped."""
        self.spaceTapped.emit()

    def set_pointer(self, shape: Qt.CursorShape) -> None:
        """Changes the cursor."""
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    # What whoever draws it answers

    def view_left(self, _x: float) -> float:
        """Returns the column at which the picture under a widget column begins."""
        return 0.0

    def view_moved(self) -> None:
        """Zoom or place changed."""
        self.update()
        self.viewChanged.emit(self._view.zoom)

    def event(self, event: QEvent) -> bool:
        """Keeps space and the peek key for the viewer."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._input.wants_key(event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self.view_moved()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See `ViewInput`."""
        self._input.mouse_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """See `ViewInput`."""
        self._input.mouse_move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See `ViewInput`."""
        self._input.mouse_release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """See `ViewInput`."""
        self._input.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See `ViewInput`."""
        if not self._input.key_press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """See `ViewInput`."""
        if not self._input.key_release(event):
            super().keyReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing lies under the cursor any more."""
        self.hover(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No key is held for us any more."""
        self._input.focus_lost()
        super().focusOutEvent(event)
