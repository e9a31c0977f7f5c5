"""One command: its id, name and group."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CommandSpec:
    """One command.

    Attributes:
        id: Stable name, used by keymaps: "<group>.<verb>".
        text: Name in menus, palette and key sheet.
        group: Heading in the key sheet.
        checkable: It is a switch.
        icon: Icon name, or "".
    """

    id: str
    text: str
    group: str
    checkable: bool = False
    icon: str = ""


def group(heading: str, *rows: tuple[str, str]) -> tuple[CommandSpec, ...]:
    """Returns commands (id, text) under one heading."""
    return tuple(CommandSpec(name, text, heading) for name, text in rows)


def switches(heading: str, *rows: tuple[str, str]) -> tuple[CommandSpec, ...]:
    """Returns switches (id, text) under one heading."""
    return tuple(CommandSpec(name, text, heading, checkable=True) for name, text in rows)
