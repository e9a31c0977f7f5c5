"""The real program, with one act of an artist after its start; run as a script.

    acting_window.py restart|stay|look PATH...

"look" prints what the dialogue about the last run says, chooses to recover, prints whether work came back, and quits.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import app.bootstrap
from app.bootstrap import Studio, open_window


def act(studio: Studio, how: str) -> None:
    """Does what the command line says."""
    if how == "restart":
        studio._restart_at_once()
    elif how == "stay":
        studio.core.parts.add_list(["disc"], "Add")
        print("changed", flush=True)  # noqa: T201
    elif how == "look":
        dialogue = studio.diagnostics.dialogue
        assert dialogue is not None
        print(dialogue.kept.text(), flush=True)  # noqa: T201
        dialogue.buttons["recover"].click()
        print([part.name for part in studio.core.document.project.parts], flush=True)  # noqa: T201
        QApplication.exit(0)


def main() -> int:
    """Opens the window as the program does."""
    how, *paths = sys.argv[1:]

    class Acting(Studio):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            QTimer.singleShot(200, self, lambda: act(self, how))

    app.bootstrap.Studio = Acting  # type: ignore[misc]
    return open_window(paths)


if __name__ == "__main__":
    sys.exit(main())
