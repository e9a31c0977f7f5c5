"""Starting the program again, from source and from a bundle alike."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QProcess

RESTART_CODE = 88
"""What the event loop returns where the program is to start again."""


def window_command(paths: Sequence[Path]) -> tuple[str, ...]:
    """Returns the command line that opens the window on paths."""
    names = [str(path) for path in paths]
    if getattr(sys, "frozen", False):
        return (sys.executable, *names)
    # -P: no file that happens to lie in the current folder takes the place of a module.
    return (sys.executable, "-P", "-m", "app.entry", *names)


def start_again(paths: Sequence[Path]) -> bool:
    """Starts the window in a process of its own; returns whether it runs."""
    program, *arguments = window_command(paths)
    started = QProcess.startDetached(program, arguments)
    return bool(started[0] if isinstance(started, tuple) else started)
