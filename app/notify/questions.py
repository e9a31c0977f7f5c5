"""Questions to the artist, in one place, so that what asks them can be driven without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QInputDialog, QMessageBox, QWidget

from app.i18n import tr
from app.preferences import Preferences


class Questions:
    """Asks with the system's dialogues."""

    def __init__(self, window: QWidget, preferences: Preferences) -> None:
        self._window, self._preferences = window, preferences

    def choose(self, text: str, options: Sequence[tuple[str, str]], *, escape: str, more: str) -> str:
        """Returns the key of the option that was chosen.

        Args:
            text: The question.
            options: (key, label), the first being the default.
            escape: Key that stands for closing the question: the one by which nothing is lost.
            more: What helps to answer, or "".
        """
        box = QMessageBox(QMessageBox.Icon.Question, tr("SMITE Studio"), text, parent=self._window)
        box.setInformativeText(more)
        buttons = {box.addButton(label, QMessageBox.ButtonRole.ActionRole): key for key, label in options}
        box.setDefaultButton(next(iter(buttons)))
        box.setEscapeButton(next(button for button, key in buttons.items() if key == escape))
        box.exec()
        return next((key for button, key in buttons.items() if button is box.clickedButton()), escape)

    def text(self, title: str, label: str, value: str = "") -> str | None:
        """Returns what was typed, or None where the question was closed."""
        typed, accepted = QInputDialog.getText(self._window, title, label, text=value)
        return typed.strip() if accepted and typed.strip() else None

    def pick(self, title: str, label: str, rows: Sequence[str]) -> int | None:
        """Returns the place of the row that was chosen, or None."""
        chosen, accepted = QInputDialog.getItem(self._window, title, label, list(rows), editable=False)
        return list(rows).index(chosen) if accepted else None

    def files(self, title: str, suffixes: Sequence[str]) -> list[Path]:
        """Returns the files that were chosen."""
        pattern = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
        names, _ = QFileDialog.getOpenFileNames(self._window, title, self._preferences.last_folder, f"({pattern})")
        return self._remembered([Path(name) for name in names])

    def folder(self, title: str) -> Path | None:
        """Returns the folder that was chosen, or None."""
        name = QFileDialog.getExistingDirectory(self._window, title, self._preferences.last_folder)
        return self._remembered([Path(name)])[0] if name else None

    def new_folder(self, title: str, name: str) -> Path | None:
        """Returns the path of a folder that is to be made, or None."""
        start = str(Path(self._preferences.last_folder or Path.home()) / name)
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, start)
        return self._remembered([Path(chosen)])[0] if chosen else None

    def colour(self, title: str, start: tuple[int, int, int]) -> tuple[int, int, int] | None:
        """Returns the colour that was chosen, or None."""
        chosen = QColorDialog.getColor(QColor(*start), self._window, title)
        return (chosen.red(), chosen.green(), chosen.blue()) if chosen.isValid() else None

    def _remembered(self, paths: list[Path]) -> list[Path]:
        if paths:
            self._preferences.set_last_folder(paths[0].parent)
        return paths
