"""One QAction for each command: menus, tool bars, palette and key sheet all show the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.actions.catalogue import CommandSpec, catalogue
from app.theme import icon

# Keys that lists, sliders and text fields use themselves: as commands they work while the canvas has the focus.
_CANVAS_KEYS = ("frame.", "window.panels")


class CommandTable(QObject):
    """Commands by id."""

    def __init__(self, window: QWidget, canvas: QWidget) -> None:
        super().__init__(window)
        self._specs = catalogue()
        self._actions: dict[str, QAction] = {}
        for spec in self._specs:
            action = QAction(spec.text, self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            if spec.icon:
                action.setIcon(icon(spec.icon))
            if spec.id.startswith(_CANVAS_KEYS):
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                canvas.addAction(action)
            else:
                window.addAction(action)
            self._actions[spec.id] = action

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def __iter__(self) -> Iterator[CommandSpec]:
        return iter(self._specs)

    def bind(self, command_id: str, handler: Callable[[], object]) -> None:
        """Runs `handler` when the command is chosen."""
        self._actions[command_id].triggered.connect(lambda _checked=False: handler())

    def bind_switch(self, command_id: str, handler: Callable[[bool], object]) -> None:
        """Runs `handler` with the new state when a switch is flipped by the artist."""
        self._actions[command_id].triggered.connect(handler)

    def show_switch(self, command_id: str, *, on: bool) -> None:
        """Shows a switch as the model has it."""
        self._actions[command_id].setChecked(on)

    def set_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Gives every command its keys; tooltips name the first."""
        for spec in self._specs:
            sequences = [QKeySequence(key) for key in keys.get(spec.id, ())]
            action = self._actions[spec.id]
            action.setShortcuts(sequences)
            action.setToolTip(self.tip(spec.id))

    def tip(self, command_id: str) -> str:
        """Returns 'Brush (B)'."""
        action = self._actions[command_id]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        text = action.text().rstrip("…")
        return f"{text} ({keys})" if keys else text
