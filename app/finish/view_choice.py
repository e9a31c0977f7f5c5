"""How scene-linear plates are looked at: the program's own shoulder, or a display view of OpenColorIO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from app.i18n import tr
from engine.mattes.options import ColourOptions
from engine.media.view_transform import BUILT_IN, DisplayView

_FILE = "file"
_LETTERS = 34


class ViewChoice(QComboBox):
    """The views of one configuration; nothing in the mattes or in EXR files depends on them.

    Signals:
        chosen(object): Another `ColourOptions` was chosen.
        fileRequested(): The artist wants to choose a configuration file.
    """

    chosen = Signal(object)
    fileRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("View of scene-linear plates"))
        self.setToolTip(tr("How scene-linear plates look here and in review videos; mattes and EXR stay as they are"))
        self.setMinimumContentsLength(_LETTERS)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._colour = ColourOptions()
        self.activated.connect(self._on_activated)
        self.show_views(self._colour, ())

    @property
    def config(self) -> str:
        """The configuration whose views are listed."""
        return self._colour.ocio_config or BUILT_IN

    def show_views(self, colour: ColourOptions, views: Sequence[DisplayView]) -> None:
        """Lists the views of the configuration, and which of them holds."""
        self._colour = colour
        with QSignalBlocker(self):
            self.clear()
            self.addItem(tr("View: the program's own"), ColourOptions(transfer=colour.transfer))
            for row in views:
                title = tr("{view} on {display}").format(view=row.view, display=row.display)
                chosen = replace(colour, ocio_config=self.config, display=row.display, view=row.view)
                self.addItem(title, chosen)
            self.insertSeparator(self.count())
            self.addItem(tr("OpenColorIO configuration…"), _FILE)
            self._select()

    def _select(self) -> None:
        if not self._colour.ocio_config:
            self.setCurrentIndex(0)
            return
        for place in range(1, self.count()):
            row = self.itemData(place)
            if not isinstance(row, ColourOptions):
                continue
            if self._colour.view in ("", row.view) and self._colour.display in ("", row.display):
                self.setCurrentIndex(place)
                return

    def _on_activated(self) -> None:
        data = self.currentData()
        if data == _FILE:
            with QSignalBlocker(self):
                self._select()
            self.fileRequested.emit()
        elif isinstance(data, ColourOptions):
            self.chosen.emit(data)
