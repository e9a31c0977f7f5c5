"""One QAction for each command: menus, tool bars, palette and key sheet all show the same ones.

A command may do the same everywhere, or something of its own in each workspace ("next frame", "matte view"): handlers
are bound for all workspaces or for one, and a command that the shown workspace does not know is greyed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.actions.catalogue import catalogue
from app.actions.catalogue.spec import CommandSpec
from app.theme import icon

# Keys that lists, sliders and text fields use themselves: as commands they work while a canvas has the focus.
_CANVAS_KEYS = ("frame.", "play.to_", "window.panels")
_EVERYWHERE = ""


class CommandTable(QObject):
    """Commands by id."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._specs = catalogue()
        self._actions: dict[str, QAction] = {}
        self._handlers: dict[str, dict[str, Callable[[bool], object]]] = {}
        self._switches: dict[str, dict[str, bool]] = {}
        self._workspace = _EVERYWHERE
        for spec in self._specs:
            action = QAction(spec.text, self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            if spec.icon:
                action.setIcon(icon(spec.icon))
            if spec.id.startswith(_CANVAS_KEYS):
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)
            action.triggered.connect(lambda on, command_id=spec.id: self._on_triggered(command_id, on))
            self._actions[spec.id] = action

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def __iter__(self) -> Iterator[CommandSpec]:
        return iter(self._specs)

    def add_canvas(self, widget: QWidget) -> None:
        """Lets a canvas or viewer answer the keys that other widgets use themselves (arrows, Home, Tab)."""
        for spec in self._specs:
            if spec.id.startswith(_CANVAS_KEYS):
                widget.addAction(self._actions[spec.id])

    def scoped(self, workspace: str) -> ScopedCommands:
        """Returns the table for handlers that answer only while `workspace` is shown."""
        return ScopedCommands(self, workspace)

    def show_workspace(self, workspace: str) -> None:
        """Lets the commands do what they mean in `workspace`, and greys out those that mean nothing there."""
        self._workspace = workspace
        for command_id, action in self._actions.items():
            handlers = self._handlers.get(command_id, {})
            action.setEnabled(workspace in handlers or _EVERYWHERE in handlers)
            states = self._switches.get(command_id, {})
            if workspace in states or _EVERYWHERE in states:
                action.setChecked(states.get(workspace, states.get(_EVERYWHERE, False)))

    def bind(self, command_id: str, handler: Callable[[], object]) -> None:
        """Runs `handler` when the command is chosen, in every workspace that has no other one."""
        self.bind_in(_EVERYWHERE, command_id, lambda _on: handler())

    def bind_switch(self, command_id: str, handler: Callable[[bool], object]) -> None:
        """Runs `handler` with the new state when a switch is flipped by the artist."""
        self.bind_in(_EVERYWHERE, command_id, handler)

    def bind_in(self, workspace: str, command_id: str, handler: Callable[[bool], object]) -> None:
        """Runs `handler` with the state of the switch when the command is chosen in `workspace` ("" is any)."""
        self._handlers.setdefault(command_id, {})[workspace] = handler
        if workspace in (self._workspace, _EVERYWHERE):
            self._actions[command_id].setEnabled(True)

    def show_switch(self, command_id: str, *, on: bool) -> None:
        """Shows a switch as the model has it."""
        self.show_switch_in(_EVERYWHERE, command_id, on=on)

    def show_switch_in(self, workspace: str, command_id: str, *, on: bool) -> None:
        """Shows a switch as the model of `workspace` has it, while that workspace is shown."""
        self._switches.setdefault(command_id, {})[workspace] = on
        if workspace in (self._workspace, _EVERYWHERE):
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

    def _on_triggered(self, command_id: str, on: bool) -> None:
        handlers = self._handlers.get(command_id, {})
        handler = handlers.get(self._workspace, handlers.get(_EVERYWHERE))
        if handler is not None:
            handler(on)


class ScopedCommands:
    """The table as one workspace sees it (`app.actions.commands.Commands`)."""

    def __init__(self, table: CommandTable, workspace: str) -> None:
        self._table, self._workspace = table, workspace

    def __getitem__(self, command_id: str) -> QAction:
        return self._table[command_id]

    def bind(self, command_id: str, handler: Callable[[], object]) -> None:
        """Runs `handler` when the command is chosen in this workspace."""
        self._table.bind_in(self._workspace, command_id, lambda _on: handler())

    def bind_switch(self, command_id: str, handler: Callable[[bool], object]) -> None:
        """Runs `handler` with the new state when a switch is flipped in this workspace."""
        self._table.bind_in(self._workspace, command_id, handler)

    def show_switch(self, command_id: str, *, on: bool) -> None:
        """Shows a switch as this workspace has it."""
        self._table.show_switch_in(self._workspace, command_id, on=on)

    def tip(self, command_id: str) -> str:
        """Returns 'Brush (B)'."""
        return self._table.tip(command_id)
