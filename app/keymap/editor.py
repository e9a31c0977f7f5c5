"""Commands with their keys: search, change, presets; in the key sheet and in the preferences."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions.table import CommandTable
from app.i18n import tr
from app.keymap.keymap import Keymap, load_keymap, presets

_ID = Qt.ItemDataRole.UserRole


class KeyEditor(QWidget):
    """Commands with their keys.

    Signals:
        keymapChanged(object): The artist chose another preset or key; the new `Keymap`.
    """

    keymapChanged = Signal(object)

    def __init__(self, table: CommandTable, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table, self._keymap = table, keymap
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Search a command or a key"))
        self._search.setAccessibleName(tr("Search a command or a key"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._preset = QComboBox()
        for name, title in presets().items():
            self._preset.addItem(title, name)
        self._preset.setCurrentIndex(self._preset.findData(keymap.preset))
        self._preset.activated.connect(self._on_preset)
        self._tree = QTreeWidget()
        self._tree.setColumnCount(2)
        self._tree.setAccessibleName(tr("Commands and their keys"))
        self._tree.setHeaderLabels([tr("Command"), tr("Keys")])
        self._tree.setColumnWidth(0, 380)
        self._tree.currentItemChanged.connect(self._on_selected)
        self._edit = QKeySequenceEdit()
        self._edit.setMaximumSequenceLength(1)
        self._edit.editingFinished.connect(self._on_edited)
        self._clear = QPushButton(tr("No key"))
        self._clear.clicked.connect(self._on_clear)
        self._restore = QPushButton(tr("Preset's key"))
        self._restore.clicked.connect(self._on_restore)
        self._note = QLabel()
        self._note.setProperty("role", "secondary")
        self._note.setWordWrap(True)
        self._build()
        self._fill()
        self._tell_clashes()
        self.setFocusProxy(self._search)

    @property
    def keymap(self) -> Keymap:
        """The keymap as it was changed."""
        return self._keymap

    def show_keymap(self, keymap: Keymap) -> None:
        """Shows a keymap that was changed elsewhere."""
        self._keymap = keymap
        self._preset.setCurrentIndex(self._preset.findData(keymap.preset))
        self._note.setText("")
        self._fill()
        self._tell_clashes()

    def _build(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._search, 1)
        preset, new = QLabel(tr("Preset")), QLabel(tr("New key"))
        preset.setBuddy(self._preset)
        new.setBuddy(self._edit)
        self._preset.setAccessibleName(tr("Preset"))
        self._edit.setAccessibleName(tr("New key"))
        top.addWidget(preset)
        top.addWidget(self._preset)
        bottom.addWidget(new)
        bottom.addWidget(self._edit, 1)
        bottom.addWidget(self._clear)
        bottom.addWidget(self._restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self._tree, 1)
        layout.addLayout(bottom)
        layout.addWidget(self._note)

    def _fill(self) -> None:
        chosen = self._chosen()
        self._tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        keys = self._keymap.keys
        for spec in self._table:
            if spec.group not in groups:
                groups[spec.group] = QTreeWidgetItem(self._tree, [spec.group])
                groups[spec.group].setFlags(Qt.ItemFlag.ItemIsEnabled)
                groups[spec.group].setExpanded(True)
            shown = "  ".join(
                QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in keys.get(spec.id, ())
            )
            item = QTreeWidgetItem(groups[spec.group], [spec.text.rstrip("…"), shown])
            item.setData(0, _ID, spec.id)
            if spec.id == chosen:
                self._tree.setCurrentItem(item)
        self._filter(self._search.text())

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for row in range(self._tree.topLevelItemCount()):
            group = self._tree.topLevelItem(row)
            if group is None:
                continue
            any_left = False
            for place in range(group.childCount()):
                item = group.child(place)
                if item is None:
                    continue
                shown = f"{group.text(0)} {item.text(0)} {item.text(1)}".lower()
                item.setHidden(not all(word in shown for word in words))
                any_left |= not item.isHidden()
            group.setHidden(not any_left)

    def _tell_clashes(self) -> None:
        """Names keys that two commands have, as a settings file may give them: neither would answer."""
        both = tr("{key} belongs to '{first}' and to '{second}': neither answers. Give one of them another key.")
        texts = {spec.id: spec.text.rstrip("…") for spec in self._table}
        for key, ids in self._keymap.clashes().items():
            names = [texts[command_id] for command_id in ids if command_id in texts]
            if len(names) > 1:
                self._note.setText(both.format(key=key, first=names[0], second=names[1]))

    def _chosen(self) -> str:
        item = self._tree.currentItem()
        return str(item.data(0, _ID) or "") if item is not None else ""

    def _set(self, keymap: Keymap, note: str = "") -> None:
        self._keymap = keymap
        self._note.setText(note)
        self._fill()
        self.keymapChanged.emit(keymap)

    def _on_selected(self) -> None:
        keys = self._keymap.keys.get(self._chosen(), ())
        self._edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())

    def _on_edited(self) -> None:
        chosen, key = self._chosen(), self._edit.keySequence().toString()
        if not chosen or not key or key in self._keymap.keys.get(chosen, ()):
            return
        holder = self._keymap.holder_of(key, but=chosen)
        note = tr("'{command}' had this key before.").format(command=self._table[holder].text()) if holder else ""
        self._set(self._keymap.binding(chosen, key), note)

    def _on_clear(self) -> None:
        if self._chosen():
            self._set(self._keymap.binding(self._chosen(), ""))

    def _on_restore(self) -> None:
        if self._chosen():
            self._set(self._keymap.restored(self._chosen()))

    def _on_preset(self) -> None:
        self._set(load_keymap(str(self._preset.currentData()), {}))
