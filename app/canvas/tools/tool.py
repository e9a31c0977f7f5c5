"""What every tool is: gestures in, label edits out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

from PySide6.QtGui import QPainter

from app.canvas.brush_settings import BrushSettings
from app.canvas.gesture import Gesture
from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.pointer import Pointer
from app.canvas.protocols import CanvasDocument
from app.canvas.viewport import Viewport

CursorShape = Literal["ring", "cross"]


class ToolHost(Protocol):
    """What the canvas gives its tools."""

    @property
    def document(self) -> CanvasDocument:
        """The document."""
        ...

    @property
    def viewport(self) -> Viewport:
        """Where the image lies."""
        ...

    @property
    def brush(self) -> BrushSettings:
        """Size and hardness."""
        ...

    @property
    def magnet(self) -> bool:
        """Outlines cling to edges of the image."""
        ...

    def begin(self, label: int, x: float) -> Gesture | None:
        """Starts changing labels, or says to the user why that cannot be and returns None.

        Args:
            label: What will be painted.
            x: Image column where the gesture starts; with a mirror it decides which side is painted.
        """
        ...

    def commit(self, title: str) -> None:
        """Ends the gesture and hands its edit over; `title` names it in the undo list."""
        ...

    def rollback(self) -> None:
        """Ends the gesture and restores the labels to the bit."""
        ...

    def painted(self, box: Box) -> None:
        """Redraws image pixels that the gesture changed."""
        ...

    def set_preview(self, patch: Patch | None, label: int) -> None:
        """Shows a selection that is not committed yet, or none."""
        ...

    def ask(self, kind: str, work: Callable[[], Any], receive: Callable[[Any], None]) -> None:
        """Works something out in the background; see `Background.ask`."""
        ...

    def redraw(self) -> None:
        """Draws the tool's own marks again."""
        ...

    def refuse(self, sentence: str) -> None:
        """Tells the user why nothing happens."""
        ...

    def pick(self, label: int) -> None:
        """Asks the document to make a label current."""
        ...


class Tool:
    """A tool does nothing until it overrides what it needs. Coordinates are image pixels, centres at +0.5."""

    name = ""
    cursor: CursorShape = "cross"
    takes_double_clicks = False

    def __init__(self, host: ToolHost) -> None:
        self.host = host

    @property
    def busy(self) -> bool:
        """A gesture or an outline is under way, which Esc would cancel."""
        return False

    def press(self, pointer: Pointer, /) -> None:
        """A button or the pen went down."""

    def drag(self, pointer: Pointer, /) -> None:
        """The pointer moved with a button down."""

    def release(self, pointer: Pointer, /) -> None:
        """The button or the pen went up."""

    def hover(self, pointer: Pointer, /) -> None:
        """The pointer moved with no button down."""

    def double_click(self, pointer: Pointer, /) -> None:
        """A double click; its first press and release were reported before."""

    def confirm(self) -> None:
        """Enter: finish what is under way."""

    def step_back(self) -> None:
        """Backspace: take the last point back."""

    def cancel(self) -> None:
        """Esc, or another image: drop what is under way and leave labels as they were."""

    def changed(self) -> None:
        """Brush, magnet or current part changed."""

    def draw(self, painter: QPainter) -> None:
        """Draws the tool's marks, in widget coordinates."""
