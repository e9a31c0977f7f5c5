"""The menu of export presets: those that ship, the artist's own, and keeping, renaming and deleting these."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton

from app.i18n import named, tr
from engine.api.export_presets import ExportPreset, built_in_presets
from engine.api.own_presets import OwnPresets, own_presets


class PresetMenu(QToolButton):
    """A button with a menu that is read anew each time it opens.

    Signals:
        chosen(object): An `ExportPreset` was chosen.
        saveRequested(): What is set is to be kept.
        renameRequested(str): Name of an own preset that gets another title.
        deleteRequested(str): Name of an own preset that is to go.
        problem(str): A preset's file cannot be read.
    """

    chosen = Signal(object)
    saveRequested = Signal()
    renameRequested = Signal(str)
    deleteRequested = Signal(str)
    problem = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setText(tr("Presets"))
        self.setToolTip(tr("Formats, options and names under one title"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_of_presets = QMenu(self)
        self.menu_of_presets.setToolTipsVisible(True)
        self.menu_of_presets.aboutToShow.connect(self.fill)
        self.setMenu(self.menu_of_presets)

    def fill(self) -> None:
        """Shows the presets as they are on disk now."""
        menu = self.menu_of_presets
        menu.clear()
        for preset in built_in_presets():
            self._add(preset)
        own = own_presets()
        if own.presets:
            menu.addSection(tr("Your own"))
            for preset in own.presets:
                self._add(preset)
        menu.addSeparator()
        menu.addAction(tr("Save as a preset…")).triggered.connect(lambda: self.saveRequested.emit())
        self._add_changes(own)
        for text in own.problems:
            self.problem.emit(text)

    def _add(self, preset: ExportPreset) -> None:
        action = self.menu_of_presets.addAction(named(preset.title))
        formats = ", ".join(output.format for output in preset.outputs)
        action.setToolTip(preset.about or formats)
        action.triggered.connect(partial(self.chosen.emit, preset))

    def _add_changes(self, own: OwnPresets) -> None:
        if not own.presets:
            return
        for title, signal in ((tr("Rename"), self.renameRequested), (tr("Delete"), self.deleteRequested)):
            menu = self.menu_of_presets.addMenu(title)
            for preset in own.presets:
                menu.addAction(named(preset.title)).triggered.connect(partial(signal.emit, preset.name))
