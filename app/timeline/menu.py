"""The menu of a frame."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.i18n import tr
from app.playback.playhead import Playhead
from app.timeline.lanes.lane import Lane
from app.timeline.lanes.stability import StabilityLane
from app.timeline.scale import ZOOM_STEP
from app.timeline.surface import TimelineSurface
from engine.domain.frames import FrameRange


def make_menu(view: TimelineSurface, frame: int, lane: Lane | None) -> QMenu:
    """Returns the menu for a frame and the lane that was clicked."""
    menu, playhead, data = QMenu(view), view.playhead, view.model.data
    menu.addAction(tr("Set in point here"), partial(playhead.set_in, frame))
    menu.addAction(tr("Set out point here"), partial(playhead.set_out, frame))
    clear = menu.addAction(tr("Clear in and out"), partial(set_range, playhead, None))
    clear.setEnabled(playhead.in_out is not None)
    menu.addSeparator()
    worst = menu.addAction(tr("Go to the worst frame"), partial(go_to_worst, view, None))
    worst.setEnabled(bool(data.worst(limit=1)))
    if isinstance(lane, StabilityLane) and lane.part is not None:
        text = tr("Go to the worst frame of {part}").format(part=lane.part.name)
        menu.addAction(text, partial(go_to_worst, view, lane)).setEnabled(bool(data.worst(lane.index, limit=1)))
    is_reference = frame in data.anchors or frame in data.holdouts
    text = tr("Remove this reference") if is_reference else tr("Use this frame as reference")
    menu.addAction(text, partial(view.referenceToggled.emit, frame))
    menu.addAction(
        tr("Copy frame number {n}").format(n=frame), partial(QGuiApplication.clipboard().setText, str(frame))
    )
    menu.addSeparator()
    menu.addAction(tr("Show whole clip"), view.fit)
    menu.addAction(tr("Zoom in"), partial(view.zoom, ZOOM_STEP**2))
    menu.addAction(tr("Zoom out"), partial(view.zoom, 1 / ZOOM_STEP**2))
    one = menu.addAction(tr("One stability lane for the worst part"))
    one.setCheckable(True)
    one.setChecked(view.worst_only)
    one.triggered.connect(lambda on: view.set_worst_only(on=on))
    menu.addAction(tr("Reset lane heights"), view.reset_heights).setEnabled(bool(view.heights))
    return menu


def set_range(playhead: Playhead, in_out: FrameRange | None) -> None:
    """Sets in and out to the ends of a range, or clears both."""
    playhead.set_in(in_out.start if in_out is not None else None)
    playhead.set_out(in_out.stop - 1 if in_out is not None else None)


def go_to_worst(view: TimelineSurface, lane: StabilityLane | None) -> None:
    """Goes to the worst frame of a lane, or of all parts."""
    for place in view.model.data.worst(lane.index if lane is not None else None, limit=1):
        view.playhead.go(place.frame)
