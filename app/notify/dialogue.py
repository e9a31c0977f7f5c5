"""Errors that must be read: one sentence, details on demand, and a button that copies them."""

from __future__ import annotations

import platform

from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr


class ErrorDialogue(QDialog):
    """Shows one error."""

    def __init__(self, text: str, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("SMITE Studio"))
        self.setMinimumWidth(460)
        self._text, self._report = text, details
        sentence = QLabel(text)
        sentence.setWordWrap(True)
        self._details = QPlainTextEdit(details)
        self._details.setReadOnly(True)
        self._details.setVisible(False)
        self._details.setMinimumHeight(220)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        self._more = QPushButton(tr("Details"))
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_details)
        self._copy = QPushButton(tr("Copy"))
        self._copy.setToolTip(tr("Copy the sentence and its details"))
        self._copy.clicked.connect(self._on_copy)
        if details:
            buttons.addButton(self._more, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._copy, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(sentence)
        layout.addWidget(self._details)
        layout.addWidget(buttons)

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._text

    def report(self) -> str:
        """Returns what Copy puts on the clipboard."""
        return "\n\n".join(part for part in (self._text, self._report, platform.platform()) if part)

    def _on_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self.adjustSize()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report())
