"""The bar under the canvas: which clip, which frame, and where its references are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from app.actions.commands import Commands
from app.i18n import tr
from app.model.references import ReferencesModel
from app.theme import STATE_PAINTED, shade
from engine.errors import InputError


class FrameSlider(QSlider):
    """A slider over frames with a diamond at each reference."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._marks: list[int] = []
        self.setAccessibleName(tr("Frame"))

    def set_marks(self, places: Sequence[int]) -> None:
        """Marks these positions."""
        self._marks = list(places)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the slider and its marks."""
        super().paintEvent(event)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style = self.style()
        handle = style.subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        ).width()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(STATE_PAINTED))
        for mark in self._marks:
            x = QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), mark, self.width() - handle) + handle / 2
            painter.drawPolygon(QPolygonF([QPointF(x, 0), QPointF(x + 4, 4), QPointF(x, 8), QPointF(x - 4, 4)]))


class ClipBar(QWidget):
    """Chooses a clip and a frame; hidden while the project has no clip."""

    def __init__(self, references: ReferencesModel, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._references = references
        self._numbers: Sequence[int] = ()
        self._clip_id = ""
        self._clips = QComboBox()
        self._clips.setMinimumWidth(140)
        self._clips.setAccessibleName(tr("Clip"))
        self.slider = FrameSlider()
        self.frame = QSpinBox()
        self.frame.setKeyboardTracking(False)
        self.frame.setMinimumWidth(72)
        self.frame.setAccessibleName(tr("Frame number"))
        self._toggle = QToolButton()
        self._toggle.setDefaultAction(commands["reference.toggle"])
        self._toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self._clips)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.frame)
        layout.addWidget(self._toggle)
        self._clips.activated.connect(self._on_clip)
        self.slider.valueChanged.connect(self._on_slider)
        self.frame.valueChanged.connect(self._on_frame)
        references.shown.connect(self.refresh)
        references.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows clip and frame as the model has them."""
        clips, place = self._references.clips, self._references.place
        self.setVisible(bool(clips))
        with QSignalBlocker(self._clips):
            self._clips.clear()
            for clip in clips:
                self._clips.addItem(clip.name, clip.id)
            self._clips.setCurrentIndex(self._clips.findData(place.clip_id))
        self._clip_id = place.clip_id or ""
        try:
            self._numbers = self._references.clip_numbers(self._clip_id) if self._clip_id else ()
        except InputError:
            self._numbers = ()
        for widget in (self.slider, self.frame, self._toggle):
            widget.setEnabled(bool(self._numbers))
        if not self._numbers:
            return
        places = {number: index for index, number in enumerate(self._numbers)}
        with QSignalBlocker(self.slider), QSignalBlocker(self.frame):
            self.slider.setRange(0, len(self._numbers) - 1)
            self.slider.setValue(places.get(place.frame or 0, 0))
            self.frame.setRange(self._numbers[0], self._numbers[-1])
            self.frame.setValue(place.frame or self._numbers[0])
        frames = [r.frame for r in self._references.references if r.clip_id == self._clip_id]
        self.slider.set_marks([places[f] for f in frames if f in places])
        self._toggle.setText(tr("Remove reference") if self._references.current is not None else tr("Use as reference"))

    def _on_clip(self) -> None:
        clip_id = str(self._clips.currentData())
        try:
            self._references.show_frame(clip_id, self._references.clip_numbers(clip_id)[0])
        except InputError as error:
            self._references.pictureFailed.emit(str(error))

    def _on_slider(self, place: int) -> None:
        if place < len(self._numbers):
            self._references.show_frame(self._clip_id, self._numbers[place])

    def _on_frame(self, number: int) -> None:
        if self._numbers:
            nearest = min(self._numbers, key=lambda n: abs(n - number))
            self._references.show_frame(self._clip_id, nearest)
