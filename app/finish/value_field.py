"""A number that is dragged on a slider or typed beside it; a double click on its name resets it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QSlider

from app.i18n import tr

_STEPS = 1000


@dataclass(frozen=True)
class ValueRange:
    """What a value may be.

    Attributes:
        bounds: What can be typed.
        slid: What the slider covers: the values that are of use most often.
        step: Of the arrow keys and the wheel.
        decimals: Digits behind the point.
        suffix: Unit.
        curve: Power of the slider: 1 is even, 3 gives small values most of the way.
        neutral: What a double click on the name sets.
    """

    bounds: tuple[float, float]
    slid: tuple[float, float]
    step: float
    decimals: int
    suffix: str = ""
    curve: float = 1.0
    neutral: float = 0.0


class ValueField(QObject):
    """Name, slider and number of one value; the panel puts them into a row.

    Signals:
        changed(float): The artist chose another value; told while the slider moves.
    """

    changed = Signal(float)

    def __init__(self, title: str, tip: str, values: ValueRange, parent: QObject) -> None:
        super().__init__(parent)
        self._values = values
        self.label, self.slider, self.number = QLabel(title), QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        self.number.setDecimals(values.decimals)
        self.number.setRange(*values.bounds)
        self.number.setSingleStep(values.step)
        self.number.setSuffix(values.suffix)
        self.number.setKeyboardTracking(False)
        self.number.setFixedWidth(self.number.fontMetrics().horizontalAdvance("100000 px²") + 10)
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumSize(60, 24)
        self.label.installEventFilter(self)
        for widget in (self.label, self.slider, self.number):
            back = tr("{tip}. Double-click on the name: back to {value}")
            widget.setToolTip(back.format(tip=tip, value=f"{values.neutral:g}"))
            widget.setAccessibleName(title)
        self.show_value(values.neutral)
        self.slider.valueChanged.connect(self._on_slider)
        self.number.valueChanged.connect(self._on_number)

    def show_value(self, value: float) -> None:
        """Shows a value without telling anybody."""
        with QSignalBlocker(self.number), QSignalBlocker(self.slider):
            self.number.setValue(value)
            self.slider.setValue(self._place(value))

    def _place(self, value: float) -> int:
        low, high = self._values.slid
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return round(_STEPS * float(share ** (1 / self._values.curve)))

    def _on_slider(self, place: int) -> None:
        low, high = self._values.slid
        value = low + (high - low) * (place / _STEPS) ** self._values.curve
        with QSignalBlocker(self.number):
            self.number.setValue(value)
        self.changed.emit(self.number.value())

    def _on_number(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._place(value))
        self.changed.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resets on a double click on the name."""
        if watched is self.label and event.type() == QEvent.Type.MouseButtonDblClick:
            self.number.setValue(self._values.neutral)
            return True
        return super().eventFilter(watched, event)
