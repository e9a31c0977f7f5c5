"""Qt's mouse and pen events as pointers."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent

from app.canvas.pointer import Pointer
from app.canvas.viewport import Viewport


def pointer_of(event: QMouseEvent | QTabletEvent, viewport: Viewport) -> Pointer:
    """Returns what the event says, in image coordinates. A mouse has full pressure."""
    x, y = viewport.to_image(event.position().x(), event.position().y())
    keys = event.modifiers()
    right = Qt.MouseButton.RightButton
    pen = isinstance(event, QTabletEvent)
    return Pointer(
        x,
        y,
        pressure=event.pressure() if isinstance(event, QTabletEvent) else 1.0,
        right=bool(event.buttons() & right) or event.button() == right,
        shift=bool(keys & Qt.KeyboardModifier.ShiftModifier),
        control=bool(keys & Qt.KeyboardModifier.ControlModifier),
        alt=bool(keys & Qt.KeyboardModifier.AltModifier),
        eraser=pen and event.pointerType() == QPointingDevice.PointerType.Eraser,
    )


class PanDrag:
    """Moving the image by space and drag, or with the middle button."""

    def __init__(self) -> None:
        self.space_held = False
        self._from: QPointF | None = None

    @property
    def active(self) -> bool:
        """A drag moves the image."""
        return self._from is not None

    def wants(self, button: Qt.MouseButton) -> bool:
        """Says whether a press with this button starts moving the image."""
        return button == Qt.MouseButton.MiddleButton or (self.space_held and button == Qt.MouseButton.LeftButton)

    def begin(self, at: QPointF) -> None:
        """The drag starts."""
        self._from = QPointF(at)

    def move(self, to: QPointF) -> tuple[float, float]:
        """Returns how far the image moves, in widget pixels."""
        if self._from is None:
            return 0.0, 0.0
        step = to - self._from
        self._from = QPointF(to)
        return step.x(), step.y()

    def end(self) -> None:
        """The drag is over."""
        self._from = None


class WheelTurns:
    """Turns of the wheel as steps, and as whole frames."""

    _STEP = 120

    def __init__(self) -> None:
        self._rest = 0.0

    def steps(self, event: QWheelEvent) -> float:
        """Returns how many notches the wheel was turned, positive for away from the hand."""
        # Alt and Shift turn the wheel sideways on some systems.
        return (event.angleDelta().y() or event.angleDelta().x()) / self._STEP

    def frames(self, steps: float) -> int:
        """Returns the whole frames to go on by, positive for towards the hand; smooth wheels add up to one."""
        self._rest += steps
        whole = int(self._rest)
        self._rest -= whole
        return -whole


class BrushDrag:
    """Alt and right drag: across changes the brush's size, down and up its hardness."""

    _HARDNESS_PER_PX = 0.5

    def __init__(self) -> None:
        self._from: QPointF | None = None
        self._diameter = 1.0
        self._hardness = 100

    @property
    def active(self) -> bool:
        """A drag changes the brush."""
        return self._from is not None

    @property
    def centre(self) -> QPointF:
        """Where the drag started: the ring stays there meanwhile."""
        return self._from or QPointF()

    def begin(self, at: QPointF, diameter: float, hardness: int) -> None:
        """The drag starts with this brush."""
        self._from, self._diameter, self._hardness = QPointF(at), diameter, hardness

    def brush_at(self, to: QPointF, zoom: float) -> tuple[float, float]:
        """Returns diameter (image pixels) and hardness (per cent) for the pointer's place."""
        step = to - self.centre
        return self._diameter + 2 * step.x() / zoom, self._hardness - step.y() * self._HARDNESS_PER_PX

    def end(self) -> None:
        """The drag is over."""
        self._from = None
