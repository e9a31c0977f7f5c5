"""The searchable sheet of shortcuts, in which keys are changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.actions.table import CommandTable
from app.i18n import tr
from app.keymap.editor import KeyEditor
from app.keymap.keymap import Keymap


class KeySheet(QDialog):
    """Commands with their keys.

    Signals:
        keymapChanged(object): The artist chose another preset or key; the new `Keymap`.
    """

    keymapChanged = Signal(object)

    def __init__(self, table: CommandTable, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.resize(620, 640)
        self.editor = KeyEditor(table, keymap)
        self.editor.keymapChanged.connect(self.keymapChanged)
        QVBoxLayout(self).addWidget(self.editor)
        self.editor.setFocus()
