"""The shown reference: name, how much of it is painted, hold-out, copying masks; and the linter's list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import plural, tr
from app.model.document import Document
from app.model.linting import LinterModel
from app.model.references import ReferencesModel
from engine.domain.linter import LinterWarning

_WARNING = Qt.ItemDataRole.UserRole


class ReferenceDetails(QWidget):
    """What can be said and changed about the shown reference.

    Signals:
        renameRequested(str, str): A name was typed for this reference.
        holdoutRequested(str, bool): The hold-out box was ticked.
        copyRequested(str): The mask of this reference is wanted on the shown one.
    """

    renameRequested = Signal(str, str)
    holdoutRequested = Signal(str, bool)
    copyRequested = Signal(str)

    def __init__(self, document: Document, references: ReferencesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._references = document, references
        self._name = QLineEdit()
        self._size = QLabel()
        self._painted = QLabel()
        self._holdout = QCheckBox(tr("Hold out of learning"))
        self._holdout.setToolTip(tr("Keep this reference out of learning and use it to measure the result"))
        self._copy = QPushButton(tr("Copy mask from"))
        self._copy.setMenu(QMenu(self._copy))
        self._name.editingFinished.connect(self._on_named)
        self._holdout.clicked.connect(self._on_holdout)
        self._copy.menu().aboutToShow.connect(self._fill_menu)
        for label in (self._size, self._painted):
            label.setProperty("role", "secondary")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QFormLayout(self)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.addRow(tr("Name"), self._name)
        layout.addRow(tr("Image"), self._size)
        layout.addRow(tr("Painted"), self._painted)
        layout.addRow("", self._holdout)
        layout.addRow("", self._copy)
        references.shown.connect(self.refresh)
        references.changed.connect(self.refresh)
        document.areasChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the reference as the model has it."""
        reference, picture = self._references.current, self._references.picture
        for widget in (self._name, self._holdout):
            widget.setEnabled(reference is not None and not self._document.read_only)
        self._copy.setEnabled(picture is not None and not self._document.read_only)
        if reference is None:
            self._name.clear()
            self._size.setText("–" if picture is None else f"{picture.shape[1]} × {picture.shape[0]}")
            self._painted.setText("–" if picture is None else tr("Not a reference: paint, or press R"))
            self._holdout.setChecked(False)
            return
        if not self._name.hasFocus():
            self._name.setText(reference.name)
        self._size.setText(f"{reference.width} × {reference.height}")
        self._holdout.setChecked(reference.holdout)
        areas = self._document.store.areas(reference)
        share = 100 * sum(areas.values()) / (reference.width * reference.height)
        parts = sum(1 for part_id in areas if part_id in self._document.project.parts.ids)
        text = f"{share:.1f} % · " + plural(parts, "{n} part", "{n} parts")
        self._painted.setText(text if areas else tr("Nothing yet"))

    def _fill_menu(self) -> None:
        menu = self._copy.menu()
        menu.clear()
        picture, current = self._references.picture, self._references.current
        for reference in self._references.references:
            if reference == current or picture is None:
                continue
            action = menu.addAction(reference.name)
            action.setEnabled((reference.height, reference.width) == picture.shape[:2])
            action.triggered.connect(lambda _=False, chosen=reference.id: self.copyRequested.emit(chosen))
        if menu.isEmpty():
            menu.addAction(tr("There is no other reference")).setEnabled(False)

    def _on_named(self) -> None:
        reference = self._references.current
        if reference is not None and self._name.text().strip() not in ("", reference.name):
            self.renameRequested.emit(reference.id, self._name.text())

    def _on_holdout(self, on: bool) -> None:
        if self._references.current is not None:
            self.holdoutRequested.emit(self._references.current.id, on)


class LinterPanel(QWidget):
    """What the linter found; choosing a row goes there.

    Signals:
        jumpRequested(object): The artist wants to see this `LinterWarning`.
    """

    jumpRequested = Signal(object)

    def __init__(self, linter: LinterModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._linter = linter
        self._head = QLabel()
        self._head.setProperty("role", "secondary")
        self._head.setMargin(6)
        self._head.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._head.setWordWrap(True)
        self.list = QListWidget()
        self.list.setObjectName("linter")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Things to look at"))
        self.list.itemActivated.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.list, 1)
        linter.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the list as the model has it."""
        warnings = self._linter.warnings
        self.list.clear()
        for warning in warnings:
            item = QListWidgetItem(f"▲ {warning.text}" if warning.kind != "empty" else f"○ {warning.text}")
            item.setData(_WARNING, warning)
            self.list.addItem(item)
        self.list.setVisible(bool(warnings))
        count = plural(
            len(warnings), "{n} thing to look at. Click to go there.", "{n} things to look at. Click to go there."
        )
        self._head.setText(count if warnings else tr("Nothing to complain about."))

    def _on_chosen(self, item: QListWidgetItem) -> None:
        warning = item.data(_WARNING)
        if isinstance(warning, LinterWarning):
            self.jumpRequested.emit(warning)
