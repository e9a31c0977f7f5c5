"""The time-budget dial: fast to best, with the minutes that each will take here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QSlider, QWidget

from app.i18n import tr
from app.planning.words import prediction_words, short_words
from engine.domain.settings import Preset
from engine.hardware.predict import Prediction

_STOP_CHARS, _TEXT_CHARS = 4, 20
_LEAST_HEIGHT_PX = 24


class TimeDial(QWidget):
    """A slider over the presets of a list; the list stays the one that holds the choice.

    Attributes:
        slider: One stop for each preset.
        label: The chosen preset and its time.
    """

    def __init__(
        self, presets: QComboBox, told: Callable[[Preset], Prediction | None], *, stacked: bool = False
    ) -> None:
        """Takes the list of presets and what tells the time of one.

        Args:
            presets: Its data are the names of the presets.
            told: Returns the prediction for a preset, or None.
            stacked: The time stands below the slider, for narrow panels.
        """
        super().__init__()
        self._presets, self._told = presets, told
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Time budget"))
        self.slider.setRange(0, presets.count() - 1)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.setMinimumHeight(_LEAST_HEIGHT_PX)
        self.label = QLabel()
        self.label.setAccessibleName(tr("Preset and its time"))
        unit = self.fontMetrics().averageCharWidth()
        self.slider.setFixedWidth(presets.count() * _STOP_CHARS * unit)
        row = QGridLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        for column, widget in enumerate((_side(tr("fast")), self.slider, _side(tr("best")))):
            row.addWidget(widget, 0, column)
        if stacked:
            row.addWidget(self.label, 1, 0, 1, 4)
        else:
            self.label.setMinimumWidth(_TEXT_CHARS * unit)
            row.addWidget(self.label, 0, 3)
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.setColumnStretch(3, 1)
        presets.hide()
        presets.currentIndexChanged.connect(self.refresh)
        self.slider.valueChanged.connect(self._on_moved)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Shows the chosen preset, its time, and in the tooltip those of all."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._presets.currentIndex())
        told = [self._told(self._presets.itemData(place)) for place in range(self._presets.count())]
        chosen = self._presets.currentIndex()
        short = short_words(told[chosen]) if chosen >= 0 else ""
        text = f"{self._presets.currentText()}  {short}".rstrip()
        self.label.setText(text)
        rows = [f"{self._presets.itemText(place)}: {prediction_words(told[place])}" for place in range(len(told))]
        tip = "\n".join([tr("How much time to spend (arrow keys)"), *rows])
        self.setToolTip(tip)
        self.slider.setToolTip(tip)
        self.slider.setAccessibleDescription(text)

    def _on_moved(self, place: int) -> None:
        self._presets.setCurrentIndex(place)
        self._presets.activated.emit(place)


def _side(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "secondary")
    return label
