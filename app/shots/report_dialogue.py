"""The report of all shots as text."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr
from engine.batch.report import REPORT_NAME, BatchReport

_SIZE_PX = (860, 520)


class ReportDialogue(QDialog):
    """Shows, and copies."""

    def __init__(self, report: BatchReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Report of all shots"))
        self.resize(*_SIZE_PX)
        self.text = QPlainTextEdit(report.to_text())
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(max(1, self.font().pixelSize()))
        self.text.setFont(fixed)
        self.text.setAccessibleName(tr("Report of all shots"))
        where = QLabel(tr("After each run it is written to {file}.").format(file=report.out / REPORT_NAME))
        where.setProperty("role", "secondary")
        where.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        copy = QPushButton(tr("Copy"))
        copy.setToolTip(tr("Copy the report"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(where)
        layout.addWidget(buttons)
