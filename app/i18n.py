"""Every text that the window shows passes through here, so that it can be translated."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

_CONTEXT = "SMITE Studio"


def tr(text: str) -> str:
    """Returns `text` in the language of the window."""
    return QCoreApplication.translate(_CONTEXT, text)


def plural(count: int, one: str, many: str) -> str:
    """Returns the translated form for `count`, with {n} filled in."""
    return tr(one if count == 1 else many).format(n=count)
