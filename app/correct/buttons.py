"""Buttons for commands, in panels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton

from app.actions.commands import Commands


def command_button(commands: Commands, command: str, text: str) -> QToolButton:
    """Returns a button for a command under a short name; menus keep the long one."""
    commands[command].setIconText(text)
    button = QToolButton()
    button.setProperty("boxed", True)
    button.setDefaultAction(commands[command])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setAccessibleName(text)
    return button
