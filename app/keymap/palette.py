"""The command palette: type a few letters of any command and press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.actions.table import CommandTable
from app.i18n import tr
from app.theme import SECONDARY, shade

_ID = Qt.ItemDataRole.UserRole


class CommandPalette(QDialog):
    """A search field over all commands that can be run now."""

    def __init__(self, table: CommandTable, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._table = table
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Type a command"))
        self._search.setAccessibleName(tr("Type a command"))
        self._search.textChanged.connect(self._fill)
        self._search.returnPressed.connect(self._on_run)
        self._search.installEventFilter(self)
        self._list = QTreeWidget()
        self._list.setAccessibleName(tr("Commands"))
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.itemActivated.connect(self._on_run)
        self._list.itemClicked.connect(self._on_run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._search)
        layout.addWidget(self._list)
        self.resize(520, 380)
        self._fill("")
        self._search.setFocus()

    def _fill(self, text: str) -> None:
        self._list.clear()
        found = []
        for order, spec in enumerate(self._table):
            action = self._table[spec.id]
            score = match_score(text, f"{spec.text} {spec.group}")
            if action.isEnabled() and score is not None:
                found.append((score, order, spec))
        for _, _, spec in sorted(found, key=lambda row: row[:2]):
            keys = self._table[spec.id].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem(self._list, [spec.text.rstrip("…"), keys])
            item.setToolTip(0, spec.group)
            item.setForeground(1, shade(SECONDARY))
            item.setData(0, _ID, spec.id)
        self._choose(0)

    def _choose(self, place: int) -> None:
        item = self._list.topLevelItem(place)
        if item is not None:
            self._list.setCurrentItem(item)

    def _on_run(self) -> None:
        item = self._list.currentItem()
        self.accept()
        if item is not None:
            self._table[str(item.data(0, _ID))].trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets the arrow keys move through the list while the search field has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            count, item = self._list.topLevelItemCount(), self._list.currentItem()
            if step and count and item is not None:
                place = (self._list.indexOfTopLevelItem(item) + step) % count
                self._choose(place)
                return True
        return super().eventFilter(watched, event)


def match_score(typed: str, text: str) -> int | None:
    """Returns how well the letters of `typed` are found in order in `text`, 0 best, or None where they are not."""
    typed, text = typed.lower().strip(), text.lower()
    if typed in text:
        return text.index(typed)
    place, gaps = -1, 0
    for letter in typed.replace(" ", ""):
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1
        place = found
    return 100 + gaps
