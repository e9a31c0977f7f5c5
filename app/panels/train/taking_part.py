"""The references that take part in learning, which of them are held out, and what the linter says."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.i18n import plural, tr
from app.model.linting import LinterModel
from app.model.training import TrainingModel

_ID = Qt.ItemDataRole.UserRole


class TakingPart(QWidget):
    """One row for each painted reference, with a switch for holding it out.

    Signals:
        holdoutRequested(str, bool): Reference id; keep it out of learning or not.
    """

    holdoutRequested = Signal(str, bool)

    def __init__(self, model: TrainingModel, linter: LinterModel) -> None:
        super().__init__()
        self._model, self._linter = model, linter
        self.list = QTreeWidget()
        self.list.setHeaderLabels([tr("Reference"), tr("Hold out"), tr("Linter")])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(tr("References that take part"))
        self.summary = QLabel()
        self.summary.setProperty("role", "secondary")
        self.summary.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.summary)
        self.list.itemChanged.connect(self._on_changed)
        linter.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the references as they are now."""
        painted = self._model.painted()
        with QSignalBlocker(self.list):
            self.list.clear()
            for reference in painted:
                warnings = self._linter.count(reference.id)
                noted = f"▲ {warnings}" if warnings else "✓"
                item = QTreeWidgetItem([reference.name, "", noted])
                item.setData(0, _ID, reference.id)
                item.setCheckState(1, Qt.CheckState.Checked if reference.holdout else Qt.CheckState.Unchecked)
                item.setToolTip(1, tr("Keep it out of learning, to measure how well others are found"))
                if warnings:
                    item.setToolTip(2, plural(warnings, "{n} thing to look at", "{n} things to look at"))
                self.list.addTopLevelItem(item)
        for column in (1, 2):
            self.list.resizeColumnToContents(column)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, self.list.header().ResizeMode.Stretch)
        held = sum(reference.holdout for reference in painted)
        words = plural(len(painted) - held, "Learns from {n} reference.", "Learns from {n} references.")
        if held:
            words += " " + plural(held, "{n} is held out.", "{n} are held out.")
        elif len(painted) > 1:
            words += " " + tr("Hold one out to measure how well it learns.")
        self.summary.setText(words if painted else tr("Paint at least one reference first."))

    def _on_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 1:
            self.holdoutRequested.emit(str(item.data(0, _ID)), item.checkState(1) == Qt.CheckState.Checked)
