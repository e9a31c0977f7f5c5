"""Theme, size and language."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

from app.i18n import languages, tr
from app.preferences import SCALE_RANGE, SYSTEM_LANGUAGE, THEMES, Preferences
from app.preferences_window.page import Page

_STEP = 5


class AppearancePage(Page):
    """How the window looks.

    Signals:
        restartRequested(): Start again, to show another language.
    """

    restartRequested = Signal()

    name = "appearance"

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.title = tr("Appearance")
        self._preferences = preferences
        self._language_at_start = preferences.language
        names = {"dark": tr("Dark"), "contrast": tr("High contrast")}
        self.theme = _combo([(names[theme], theme) for theme in THEMES])
        self.theme.activated.connect(self._on_theme)
        self.add(
            tr("Theme"),
            self.theme,
            tr("Greys stay neutral, so that they do not bias colours. High contrast is for tired or weak eyes."),
        )
        self.slider, self.percent = QSlider(Qt.Orientation.Horizontal), QSpinBox()
        self.add(tr("Size of texts"), self._scale_row(), tr("Also with Ctrl+Shift+= and Ctrl+Shift+- at any time."))
        for control in (self.slider, self.percent):
            control.setAccessibleName(tr("Size of texts"))
        known = [(title, code) for code, title in languages().items()]
        self.language = _combo([(tr("As the desktop"), SYSTEM_LANGUAGE), *known])
        self.language.activated.connect(self._on_language)
        self.add(
            tr("Language"),
            self.language,
            tr("Shown after the next start. Errors of jobs and the command line stay English."),
        )
        self.restart = QPushButton(tr("Restart now"))
        self.restart.setToolTip(tr("Asks about unsaved work first, and opens the same project again"))
        self.restart.clicked.connect(self.restartRequested)
        self.rows.addRow("", self.restart)
        self.finish()
        self.refresh()

    def refresh(self) -> None:
        """Shows what is in force."""
        kept = self._preferences
        self.theme.setCurrentIndex(self.theme.findData(kept.theme))
        self.language.setCurrentIndex(max(0, self.language.findData(kept.language)))
        self._show_percent(kept.scale_percent)
        self.restart.setVisible(kept.language != self._language_at_start)

    def reset(self) -> None:
        """Dark, 100 per cent, the desktop's language."""
        self._preferences.reset(self.name)
        self.refresh()
        self.changed.emit(self.name)

    def _scale_row(self) -> QWidget:
        for control in (self.slider, self.percent):
            control.setRange(*SCALE_RANGE)
            control.setSingleStep(_STEP)
        self.slider.setPageStep(2 * _STEP)
        self.percent.setSuffix(" %")
        self.percent.setKeyboardTracking(False)
        # A window that grows under the mouse would run away from it: the slider acts when it is let go.
        self.slider.setTracking(False)
        self.slider.sliderMoved.connect(lambda value: self.percent.lineEdit().setText(f"{value} %"))
        self.slider.valueChanged.connect(self._on_scale)
        self.percent.valueChanged.connect(self._on_scale)
        row = QWidget()
        row.setFocusProxy(self.slider)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.percent)
        return row

    def _show_percent(self, value: int) -> None:
        for control in (self.slider, self.percent):
            control.blockSignals(True)
            control.setValue(value)
            control.blockSignals(False)

    def _on_scale(self, value: int) -> None:
        self._preferences.set_scale_percent(value)
        self._show_percent(value)
        self.changed.emit(self.name)

    def _on_theme(self) -> None:
        self._preferences.set_theme(str(self.theme.currentData()))
        self.changed.emit(self.name)

    def _on_language(self) -> None:
        self._preferences.set_language(str(self.language.currentData()))
        self.refresh()
        self.changed.emit(self.name)


def _combo(rows: list[tuple[str, str]]) -> QComboBox:
    combo = QComboBox()
    for title, value in rows:
        combo.addItem(title, value)
    return combo
