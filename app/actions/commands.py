"""What may be done with commands: the whole table, or one workspace's view of it, look the same to action files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtGui import QAction


class Commands(Protocol):
    """Commands by id."""

    def __getitem__(self, command_id: str) -> QAction:
        """Returns the action of a command, for menus and buttons."""
        ...

    def bind(self, command_id: str, handler: Callable[[], object]) -> None:
        """Runs `handler` when the command is chosen."""
        ...

    def bind_switch(self, command_id: str, handler: Callable[[bool], object]) -> None:
        """Runs `handler` with the new state when a switch is flipped by the artist."""
        ...

    def show_switch(self, command_id: str, *, on: bool) -> None:
        """Shows a switch as the model has it."""
        ...

    def tip(self, command_id: str) -> str:
        """Returns 'Brush (B)'."""
        ...
