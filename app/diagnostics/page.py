"""The diagnostics page: everything that helps somebody else to help, in one text to copy."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr


class DiagnosticsPage(QDialog):
    """Shows the text as it will be copied; nothing is sent anywhere.

    Signals:
        logsRequested(): Show the folder of the logs.
    """

    logsRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Diagnostics"))
        note = QLabel(
            tr(
                "Versions, machine, disks and the last errors. Names and places of projects and media are taken out. "
                "Nothing is sent: copy the text into your report."
            )
        )
        note.setWordWrap(True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("Diagnostics"))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        copy, close = QPushButton(tr("Copy")), QPushButton(tr("Close"))
        copy.setToolTip(tr("Copy the whole text"))
        copy.setDefault(True)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        close.clicked.connect(self.close)
        self.logs = QPushButton(tr("Log folder"))
        self.logs.setToolTip(tr("Show the logs of the last runs"))
        self.logs.clicked.connect(self.logsRequested)
        row = QHBoxLayout()
        row.addWidget(self.logs)
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(note)
        layout.addWidget(self._text, 1)
        layout.addLayout(row)
        unit = self.fontMetrics().height()
        self.resize(46 * unit, 36 * unit)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.toPlainText()

    def show_text(self, text: str) -> None:
        """Shows a text."""
        self._text.setPlainText(text)
