"""The window: pages in a list, the chosen one beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.preferences_window.page import Page


class PreferencesWindow(QDialog):
    """Settings that work at once; the main window stays usable beside it.

    Signals:
        closed(): It was closed.
    """

    closed = Signal()

    def __init__(self, pages: Sequence[Page], problems: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self.setModal(False)
        self.pages = tuple(pages)
        self.list = QListWidget()
        self.list.setObjectName("pages")
        self.list.setAccessibleName(tr("Pages"))
        self._stack = QStackedWidget()
        for page in self.pages:
            self.list.addItem(page.title)
            self._stack.addWidget(_scrolled(page))
        self.list.currentRowChanged.connect(self._on_row)
        self.problems = QLabel("\n".join(problems))
        self.problems.setWordWrap(True)
        self.problems.setVisible(bool(problems))
        self.reset = QPushButton(tr("Reset this page"))
        self.reset.setToolTip(tr("Bring back what the program came with, on this page alone"))
        self.reset.clicked.connect(self._on_reset)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.clicked.connect(self.close)
        self._build()
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field means the field
        self.finished.connect(self._on_finished)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def show_page(self, name: str) -> None:
        """Shows a page."""
        self.list.setCurrentRow([page.name for page in self.pages].index(name))

    def fit(self) -> None:
        """Takes the room that the texts need at their size now, within the screen."""
        metrics = self.fontMetrics()
        self.list.setFixedWidth(max(metrics.horizontalAdvance(page.title) for page in self.pages) + 48)
        room = self.screen().availableGeometry()
        unit = metrics.height()
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(0, 2 * unit))
        self.resize(min(room.width() - 40, 52 * unit), min(room.height() - 80, 38 * unit))

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        right = QVBoxLayout()
        right.addWidget(self.problems)
        right.addWidget(self._stack, 1)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.addWidget(self.list)
        layout.addLayout(right, 1)

    def _on_row(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
        self.pages[row].shown()

    def _on_reset(self) -> None:
        self.pages[self.list.currentRow()].reset()

    def _on_finished(self) -> None:
        self.closed.emit()


def _scrolled(page: Page) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area
