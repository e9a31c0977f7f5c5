"""What the mouse does in the timeline."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from app.i18n import tr
from app.timeline.arrangement import Target
from app.timeline.describe import frame_html
from app.timeline.lanes.stability import StabilityLane
from app.timeline.menu import go_to_worst, set_range
from app.timeline.scale import ZOOM_STEP
from app.timeline.stack import Row
from app.timeline.surface import TimelineSurface
from engine.domain.frames import FrameRange

_CURSORS = {
    "divider": Qt.CursorShape.SplitVCursor,
    "in": Qt.CursorShape.SizeHorCursor,
    "out": Qt.CursorShape.SizeHorCursor,
}
_NOTCH = 120.0


class Pointer:
    """Holds the playhead, a bracket, the view or the edge of a lane while a button is down."""

    def __init__(self, view: TimelineSurface) -> None:
        self._view = view
        self._held: Target | str = ""
        self._row: Row | None = None
        self._last = QPointF()
        self._range_before: FrameRange | None = None
        self._wheel = 0.0

    def press(self, event: QMouseEvent) -> None:
        """Takes hold of what is under the mouse."""
        at, view = event.position(), self._view
        self._last = at
        target = view.arrangement.target_at(at.x(), at.y(), view.playhead.in_out)
        moves_view = event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        )
        if moves_view:
            self._held = "view"
            view.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._held = "" if target == "nothing" else target
            if target == "divider":
                self._row = view.arrangement.row_above(at.y())
            elif target in ("in", "out"):
                self._range_before = view.playhead.in_out
            elif target == "header":
                row = view.arrangement.row_at(at.y())
                if row is not None and isinstance(row.lane, StabilityLane):
                    go_to_worst(view, row.lane)
            elif target == "plot":
                view.taken.emit()
                self._scrub(at)

    def move(self, event: QMouseEvent) -> None:
        """Moves what is held, or shows what could be."""
        at, view = event.position(), self._view
        if self._held == "view":
            view.show_scale(view.scale.panned(at.x() - self._last.x()))
        elif self._held == "divider" and self._row is not None:
            view.set_height(self._row.lane.name, at.y() - self._row.top)
        elif self._held == "in":
            view.playhead.set_in(view.arrangement.frame_at(at.x()))
        elif self._held == "out":
            view.playhead.set_out(view.arrangement.frame_at(at.x()))
        elif self._held == "plot":
            self._scrub(at)
        elif not self._held:
            self._hover(at)
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._let_go()
        self._hover(event.position())

    def double_click(self, event: QMouseEvent) -> None:
        """Goes to the worst frame of a stability lane; shows the whole clip in the ruler."""
        at, view = event.position(), self._view
        row = view.arrangement.row_at(at.y())
        if event.button() != Qt.MouseButton.LeftButton or row is None or at.x() < view.arrangement.header_px:
            return
        if isinstance(row.lane, StabilityLane):
            go_to_worst(view, row.lane)
        elif row is view.arrangement.rows[0]:
            view.fit()

    def wheel(self, event: QWheelEvent) -> None:
        """Zooms at the mouse, with Ctrl at the playhead; steps with Shift; moves the view sideways."""
        view, turn = self._view, event.angleDelta()
        modifiers = event.modifiers()
        if not len(view.scale.axis):
            event.ignore()
            return
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._wheel += turn.y() or turn.x()
            steps = int(self._wheel / _NOTCH)
            self._wheel -= steps * _NOTCH
            view.taken.emit()
            view.playhead.step(-steps)
        elif abs(turn.x()) > abs(turn.y()):
            view.show_scale(view.scale.panned(turn.x()))
        elif turn.y():
            at_playhead = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            view.zoom(ZOOM_STEP ** (turn.y() / _NOTCH), None if at_playhead else event.position().x())
        event.accept()

    def take_key(self, event: QKeyEvent) -> bool:
        """Escape gives back a bracket that is being dragged; tells whether there was one."""
        if event.key() != Qt.Key.Key_Escape or self._held not in ("in", "out"):
            return False
        set_range(self._view.playhead, self._range_before)
        self._let_go()
        return True

    def tooltip_at(self, at: QPointF) -> str:
        """Returns what is said of the place under the mouse."""
        view = self._view
        target = view.arrangement.target_at(at.x(), at.y(), view.playhead.in_out)
        row = view.arrangement.row_at(at.y())
        if target == "divider":
            return tr("Drag to make the lane higher or lower")
        if target == "header":
            bad = row is not None and isinstance(row.lane, StabilityLane)
            return tr("Confidence is the area, flicker hangs from above. Click: the worst frame.") if bad else ""
        if target in ("in", "out"):
            return tr("In point: drag it") if target == "in" else tr("Out point: drag it")
        return frame_html(view.model.data, view.arrangement.frame_at(at.x())) if target == "plot" else ""

    def _scrub(self, at: QPointF) -> None:
        self._view.playhead.go(self._view.arrangement.frame_at(at.x()))

    def _hover(self, at: QPointF) -> None:
        view = self._view
        target = view.arrangement.target_at(at.x(), at.y(), view.playhead.in_out)
        view.setCursor(_CURSORS.get(target, Qt.CursorShape.ArrowCursor))
        if QToolTip.isVisible():
            QToolTip.showText(view.mapToGlobal(at.toPoint()), self.tooltip_at(at), view)

    def _let_go(self) -> None:
        self._held, self._row = "", None
