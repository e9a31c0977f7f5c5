"""The delivery check's report in the window: a verdict, figures, and what was found, with its frames."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import plural, tr
from engine.domain.frames import frames_text
from engine.mattes.check.findings import CheckReport

_SIGNS = {"error": "✕", "warning": "⚠"}
_MOST_FRAMES = 60


class CheckReportDialogue(QDialog):
    """Shows one report; a double click on a finding asks for its first frame.

    Signals:
        frameRequested(int): A frame number.
    """

    frameRequested = Signal(int)

    def __init__(self, report: CheckReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Delivery check"))
        self.resize(640, 420 if report.findings else 200)
        self._report = report
        self.verdict = QLabel(tr("✓ Fit for delivery") if report.fit else tr("✕ Not fit for delivery"))
        self.verdict.setProperty("role", "strong")
        self.figures = QLabel("\n".join(_figures(report)))
        self.figures.setWordWrap(True)
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rows = QTreeWidget()
        self.rows.setRootIsDecorated(False)
        self.rows.setWordWrap(True)
        self.rows.setAccessibleName(tr("What was found"))
        self.rows.setHeaderLabels([tr("What was found"), tr("Frames")])
        self.rows.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for finding in report.findings:
            shown = frames_text(finding.frames[:_MOST_FRAMES]) + ("…" if len(finding.frames) > _MOST_FRAMES else "")
            row = QTreeWidgetItem([f"{_SIGNS[finding.level]}  {finding.text}", shown])
            row.setToolTip(0, finding.text)
            row.setData(0, Qt.ItemDataRole.UserRole, finding.frames[0] if finding.frames else None)
            self.rows.addTopLevelItem(row)
        self.rows.itemDoubleClicked.connect(self._on_row)
        self._build()

    def text(self) -> str:
        """Returns what Copy puts on the clipboard."""
        return self._report.to_text()

    def _build(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        copy = QPushButton(tr("Copy as text"))
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        folder = QLabel(self._report.folder)
        folder.setProperty("role", "secondary")
        folder.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.verdict)
        column.addWidget(folder)
        column.addWidget(self.figures)
        if self._report.findings:
            column.addWidget(self.rows, 1)
        else:
            column.addStretch(1)
        column.addWidget(buttons)

    def _on_row(self, row: QTreeWidgetItem) -> None:
        frame = row.data(0, Qt.ItemDataRole.UserRole)
        if frame is not None:
            self.frameRequested.emit(int(frame))


def _figures(report: CheckReport) -> list[str]:
    frames = plural(report.frames, "{n} frame", "{n} frames")
    lines = [tr("{frames} checked: {what}.").format(frames=frames, what=", ".join(report.checked))]
    if report.deviation is not None:
        text = tr("Parts and background sum to full scale within {value:.2g} of it.")
        lines.append(text.format(value=report.deviation))
    if report.flicker:
        worst = max(report.flicker, key=lambda name: report.flicker[name])
        text = tr("Chatter is largest in '{name}': {value:.3f}, the limit is {limit:g}.")
        lines.append(text.format(name=worst, value=report.flicker[worst], limit=report.limit))
    return [*lines, *report.unmeasured]
