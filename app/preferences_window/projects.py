"""Saving by itself, and how new clips are read."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QSpinBox

from app.i18n import tr
from app.preferences import AUTOSAVE_RANGE_MIN, Preferences
from app.preferences_window.page import Page
from engine.media.colour import AUTO
from engine.media.colour_curves import SPACES


class ProjectsPage(Page):
    """What projects start with."""

    name = "projects"

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.title = tr("Projects")
        self._preferences = preferences
        self.autosave = QSpinBox()
        self.autosave.setRange(*AUTOSAVE_RANGE_MIN)
        self.autosave.setSpecialValueText(tr("Never"))
        self.autosave.setSuffix(tr(" min"))
        self.autosave.setKeyboardTracking(False)
        self.autosave.valueChanged.connect(self._on_autosave)
        self.add(
            tr("Save by itself after"),
            self.autosave,
            tr(
                "Every change goes into the project's journal at once and survives a crash, whatever is chosen here. "
                "Saving by itself also renews the project's file, without asking, once it has a name."
            ),
        )
        self.colour_space = QComboBox()
        self.colour_space.addItem(tr("Automatic, from what the file says"), AUTO)
        for name, space in SPACES.items():
            self.colour_space.addItem(space.title, name)
        self.colour_space.activated.connect(self._on_colour_space)
        self.add(
            tr("Colour space of new clips"),
            self.colour_space,
            tr("For footage whose files do not name it, such as log plates. Clips that are there keep theirs."),
        )
        self.finish()
        self.refresh()

    def refresh(self) -> None:
        """Shows what is in force."""
        self.autosave.blockSignals(True)
        self.autosave.setValue(self._preferences.autosave_min)
        self.autosave.blockSignals(False)
        self.colour_space.setCurrentIndex(self.colour_space.findData(self._preferences.colour_space))

    def reset(self) -> None:
        """The journal alone; colour from the file."""
        self._preferences.reset(self.name)
        self.refresh()
        self.changed.emit(self.name)

    def _on_autosave(self, minutes: int) -> None:
        self._preferences.set_autosave_min(minutes)
        self.changed.emit(self.name)

    def _on_colour_space(self) -> None:
        self._preferences.set_colour_space(str(self.colour_space.currentData()))
        self.changed.emit(self.name)
