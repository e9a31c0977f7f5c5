"""Keys of the timeline while it has the focus.

Left, Right: a frame; with Shift ten; with Ctrl to the previous or next painted or corrected frame. Home, End: in and
out point; with Ctrl the ends of the clip. Page up, Page down: a second. Plus, minus: zoom at the playhead; Ctrl+0: all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.timeline.data import TimelineData
from app.timeline.scale import ZOOM_STEP

if TYPE_CHECKING:
    from app.timeline.view import TimelineView

_SHIFT_STEP = 10
_DIRECTION = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_ZOOM = {Qt.Key.Key_Plus: ZOOM_STEP, Qt.Key.Key_Equal: ZOOM_STEP, Qt.Key.Key_Minus: 1 / ZOOM_STEP}


def press_key(view: TimelineView, event: QKeyEvent) -> bool:
    """Does what a key asks for; tells whether it was one of the timeline's."""
    key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    playhead = view.playhead
    if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and control:
        playhead.go(marked_from(view.model.data, playhead.frame, _DIRECTION[key]))
    elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        playhead.step(_DIRECTION[key] * (_SHIFT_STEP if shift else 1))
    elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        playhead.step(_DIRECTION[key] * view.page_frames)
    elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and playhead.numbers:
        _go_to_end(view, first=key == Qt.Key.Key_Home, of_clip=control)
    elif key in _ZOOM:
        view.zoom(_ZOOM[key])
    elif key == Qt.Key.Key_0 and control:
        view.fit()
    else:
        return False
    return True


def marked_from(data: TimelineData, frame: int, direction: int) -> int:
    """Returns the nearest painted or corrected frame before or behind `frame`, or `frame` where there is none."""
    marked = sorted(data.anchors | data.holdouts | data.edits)
    place = bisect_left(marked, frame) - 1 if direction < 0 else bisect_right(marked, frame)
    return marked[place] if 0 <= place < len(marked) else frame


def _go_to_end(view: TimelineView, *, first: bool, of_clip: bool) -> None:
    playhead = view.playhead
    span = None if of_clip else playhead.in_out
    numbers = playhead.numbers
    ends = (span.start, span.stop - 1) if span is not None else (numbers[0], numbers[-1])
    playhead.go(ends[0] if first else ends[1])
