"""Keys: presets, search, and one's own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent

from app.actions.table import CommandTable
from app.i18n import tr
from app.keymap.editor import KeyEditor
from app.keymap.keymap import Keymap, load_keymap
from app.preferences import Preferences
from app.preferences_window.page import Page


class KeysPage(Page):
    """The key sheet as a page.

    Signals:
        keymapChanged(object): Another preset or key; the new `Keymap`.
    """

    keymapChanged = Signal(object)

    name = "keys"

    def __init__(self, preferences: Preferences, commands: CommandTable) -> None:
        super().__init__()
        self.title = tr("Keys")
        self._preferences = preferences
        self.editor = KeyEditor(commands, self._kept())
        self.editor.keymapChanged.connect(self.keymapChanged)
        self.add_below(self.editor)

    def reset(self) -> None:
        """The default preset without own keys."""
        keymap = load_keymap("smite", {})
        self.editor.show_keymap(keymap)
        self.keymapChanged.emit(keymap)

    def _kept(self) -> Keymap:
        return load_keymap(self._preferences.keymap_preset, self._preferences.own_keys)

    def showEvent(self, event: QShowEvent) -> None:
        """Shows keys that were changed in the key sheet meanwhile."""
        super().showEvent(event)
        self.editor.show_keymap(self._kept())
