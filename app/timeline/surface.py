"""What the timeline's mouse, keys and menu work with: what is in sight, and how that is changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.timeline.arrangement import Arrangement
from app.timeline.model import TimelineModel
from app.timeline.scale import Scale


class TimelineSurface(QWidget):
    """The arrangement of rows and frames, without its drawing.

    Signals:
        referenceToggled(int): The artist wants this frame as a reference, or no longer.
        taken(): The artist is about to move the playhead by hand.
        playToggled(): Space was pressed.
    """

    referenceToggled = Signal(int)
    taken = Signal()
    playToggled = Signal()

    def __init__(self, model: TimelineModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.playhead = model.sources.playhead
        self.page_frames = 24
        self.heights: dict[str, float] = {}
        self.worst_only = False
        self.arrangement = Arrangement((), Scale.fitting(model.data.axis, 1, 0), 0, 1)

    @property
    def scale(self) -> Scale:
        """What part of the clip is in sight."""
        return self.arrangement.scale

    def show_scale(self, scale: Scale) -> None:
        """Shows another part of the clip."""
        raise NotImplementedError

    def set_worst_only(self, *, on: bool) -> None:
        """Shows one stability lane for the worst part, or one for each part where there is room."""
        self.worst_only = on
        self.show_scale(self.scale)

    def fit(self) -> None:
        """Shows the whole clip."""
        self.show_scale(Scale.fitting(self.scale.axis, self.scale.width_px, self.scale.pad_px))

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Magnifies around a place in the widget, or around the playhead."""
        scale = self.scale
        at = x - self.arrangement.header_px if x is not None else scale.middle_of(self.playhead.frame)
        if len(scale.axis):
            self.show_scale(scale.zoomed(factor, min(max(at, 0.0), scale.width_px)))

    def set_height(self, lane: str, height_px: float) -> None:
        """Gives a lane another height."""
        self.heights[lane] = height_px / self.arrangement.unit
        self.show_scale(self.scale)

    def reset_heights(self) -> None:
        """Gives every lane the height it had at first."""
        self.heights.clear()
        self.show_scale(self.scale)
