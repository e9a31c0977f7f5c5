"""What a page of the preferences window is, and how its rows look."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QFormLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget


class Page(QWidget):
    """Rows of settings. Subclasses fill `rows`, and show what is in force in `refresh`.

    Attributes:
        name: A key of `app.preferences.PAGES`, or a name of its own.
        title: What the list of pages shows.

    Signals:
        changed(str): A setting of this page was changed and kept; the page's name.
    """

    changed = Signal(str)

    name = ""
    title = ""

    def __init__(self) -> None:
        super().__init__()
        self.rows = QFormLayout()
        self.rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows.setVerticalSpacing(10)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self.rows)

    def refresh(self) -> None:
        """Shows what is in force."""

    def reset(self) -> None:
        """Brings back what the program came with."""

    def shown(self) -> None:
        """The page was chosen in the list."""

    def add(self, title: str, control: QWidget, hint: str = "") -> None:
        """Adds a row: what it is, its control, and a sentence about it."""
        label = QLabel(title)
        label.setBuddy(control)
        control.setAccessibleName(title)
        if isinstance(control, (QAbstractSpinBox, QComboBox)):
            control.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if hint:
            control.setAccessibleDescription(hint)
        self.rows.addRow(label, control)
        if hint:
            self.rows.addRow(hint_label(hint))

    def add_below(self, widget: QWidget) -> None:
        """Adds what fills the rest of the page."""
        self._column.addWidget(widget, 1)

    def finish(self) -> None:
        """Keeps the rows together at the top."""
        self._column.addStretch(1)


def hint_label(text: str) -> QLabel:
    """Returns a sentence under a row."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "secondary")
    return label
