"""A slider with a number field beside it; a double click on its name resets it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QSpinBox, QWidget

from app.i18n import tr

_STEPS = 1000


class SliderField(QWidget):
    """A whole number by slider or by typing.

    Signals:
        valueChanged(int): The artist chose another value.
    """

    valueChanged = Signal(int)

    def __init__(
        self, name: str, bounds: tuple[int, int], start: int, *, suffix: str, logarithmic: bool = False
    ) -> None:
        super().__init__()
        self._bounds, self._start, self._logarithmic = bounds, start, logarithmic
        self._label = QLabel(name)
        self._label.installEventFilter(self)
        self._label.setToolTip(tr("Double-click to reset"))
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setFixedWidth(90)
        self._slider.setAccessibleName(name)
        self.field = QSpinBox()
        self.field.setRange(*bounds)
        self.field.setSuffix(suffix)
        self.field.setAccessibleName(name)
        self.field.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 0, 6, 0)
        for widget in (self._label, self._slider, self.field):
            layout.addWidget(widget)
        self.show_value(start)
        self._slider.valueChanged.connect(self._on_slider)
        self.field.valueChanged.connect(self._on_field)

    @property
    def value(self) -> int:
        """The number."""
        return self.field.value()

    def show_value(self, value: int) -> None:
        """Shows a value without telling anybody."""
        with QSignalBlocker(self.field), QSignalBlocker(self._slider):
            self.field.setValue(value)
            self._slider.setValue(self._to_slider(value))

    def _to_slider(self, value: int) -> int:
        low, high = self._bounds
        if self._logarithmic:
            return round(_STEPS * math.log(value / low) / math.log(high / low))
        return round(_STEPS * (value - low) / (high - low))

    def _on_slider(self, place: int) -> None:
        low, high = self._bounds
        share = place / _STEPS
        value = round(low * (high / low) ** share) if self._logarithmic else round(low + share * (high - low))
        with QSignalBlocker(self.field):
            self.field.setValue(value)
        self.valueChanged.emit(value)

    def _on_field(self, value: int) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._to_slider(value))
        self.valueChanged.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resets on a double click on the name."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.field.setValue(self._start)
            return True
        return super().eventFilter(watched, event)
