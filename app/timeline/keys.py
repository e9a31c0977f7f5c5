"""Keys of the timeline while it has the focus.

Left, Right: a frame; with Shift ten; with Ctrl to the previous or next painted or corrected frame. Home, End: in and
out point; with Ctrl the ends of the clip. Page up, Page down: a second. Plus, minus: zoom at the playhead; Ctrl+0: all.
Space plays or stops.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.timeline.data import TimelineData
from app.timeline.scale import ZOOM_STEP
from app.timeline.surface import TimelineSurface

_SHIFT_STEP = 10
_MOVES = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Home: -1,
    Qt.Key.Key_End: 1,
}
_ZOOM = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}


def press_key(view: TimelineSurface, event: QKeyEvent) -> bool:
    """Does what a key asks for; tells whether it was one of the timeline's."""
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if key in _MOVES and view.playhead.numbers:
        view.taken.emit()
        _move(view, key, control=control, shift=shift)
    elif key in _ZOOM:
        view.zoom(_ZOOM[key])
    elif key == Qt.Key.Key_0 and control:
        view.fit()
    elif key == Qt.Key.Key_Space:
        view.playToggled.emit()
    else:
        return False
    return True


def marked_from(data: TimelineData, frame: int, direction: int) -> int:
    """Returns the nearest painted or corrected frame before or behind `frame`, or `frame` where there is none."""
    marked = sorted(data.anchors | data.holdouts | data.edits)
    place = bisect_left(marked, frame) - 1 if direction < 0 else bisect_right(marked, frame)
    return marked[place] if 0 <= place < len(marked) else frame


def _move(view: TimelineSurface, key: Qt.Key, *, control: bool, shift: bool) -> None:
    playhead = view.playhead
    direction = _MOVES[key]
    if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        span = None if control else playhead.in_out
        ends = (span.start, span.stop - 1) if span is not None else (playhead.numbers[0], playhead.numbers[-1])
        playhead.go(ends[0] if direction < 0 else ends[1])
    elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        playhead.step(direction * view.page_frames)
    elif control:
        playhead.go(marked_from(view.model.data, playhead.frame, direction))
    else:
        playhead.step(direction * (_SHIFT_STEP if shift else 1))
