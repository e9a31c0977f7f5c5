"""The parts of the result: shown, solo, locked, how sure the result is of each in this frame, and fill opacity."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.i18n import tr
from app.model.parts import PartsModel
from app.panels.slider_field import SliderField
from app.theme import SECONDARY, STATE_STALE, icon, shade, swatch
from app.viewer.heat import LOW_CONFIDENCE
from app.viewer.model import ViewerModel

_ID = Qt.ItemDataRole.UserRole
NAME, VISIBLE, SOLO, LOCK, CONFIDENCE = range(5)


class ReviewParts(QWidget):
    """The parts list of the review workspace; parts are added and renamed where they are painted."""

    def __init__(self, model: ViewerModel, parts: PartsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._parts = model, parts
        self._filling = False
        names = ("eye", "solo", "lock")
        self._icons = {name: icon(name) for name in (*names, *(f"{name}_off" for name in names))}
        self.tree = QTreeWidget()
        self.opacity = SliderField(tr("Fill of the part"), (0, 100), 45, suffix=" %")
        self._empty = QLabel(tr("No parts yet. They are made in the References workspace."))
        self._build()
        parts.changed.connect(self.refresh)
        parts.currentChanged.connect(self._show_current)
        model.shotChanged.connect(self._show_figures)
        model.lookChanged.connect(self._show_figures)
        self.refresh()

    def refresh(self) -> None:
        """Shows the parts as the model has them."""
        self._filling = True
        self.tree.clear()
        for number, part in enumerate(self._parts.parts, start=1):
            item = QTreeWidgetItem(self.tree, [part.name])
            item.setData(NAME, _ID, part.id)
            item.setIcon(NAME, swatch(part.colour, str(number) if number <= 9 else ""))
            for column, on, name, tip in (
                (VISIBLE, part.id not in self._parts.hidden, "eye", tr("Shown (H mutes the current part)")),
                (SOLO, part.id in self._parts.solo, "solo", tr("Solo: show this part alone")),
                (LOCK, part.id in self._parts.locked, "lock", tr("Locked: no correction changes it")),
            ):
                item.setIcon(column, self._icons[name if on else f"{name}_off"])
                item.setToolTip(column, tip)
        self._empty.setVisible(len(self._parts.parts) == 0)
        self._filling = False
        self._show_current()
        self._show_figures()

    def _build(self) -> None:
        tree = self.tree
        tree.setColumnCount(5)
        tree.setHeaderLabels([tr("Part"), "", "", "", tr("Sure")])
        tree.setRootIsDecorated(False)
        tree.setIconSize(QSize(18, 18))
        tree.setAccessibleName(tr("Parts of the result"))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (VISIBLE, SOLO, LOCK):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, 28)
        header.resizeSection(CONFIDENCE, tree.fontMetrics().horizontalAdvance("0.99 !") + 20)
        tree.itemClicked.connect(self._on_clicked)
        tree.currentItemChanged.connect(self._on_current)
        self._empty.setProperty("role", "secondary")
        self._empty.setWordWrap(True)
        self._empty.setMargin(8)
        self.opacity.valueChanged.connect(self._on_opacity)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(0, 0, 0, 4)
        column_of.setSpacing(2)
        column_of.addWidget(self._empty)
        column_of.addWidget(tree, 1)
        column_of.addWidget(self.opacity)

    def _rows(self) -> list[QTreeWidgetItem]:
        rows = (self.tree.topLevelItem(index) for index in range(self.tree.topLevelItemCount()))
        return [row for row in rows if row is not None]

    def _show_current(self) -> None:
        self._filling = True
        for item in self._rows():
            if item.data(NAME, _ID) == self._parts.current:
                self.tree.setCurrentItem(item)
        if self._parts.current not in self._parts.parts.ids:
            self.tree.setCurrentItem(None)  # type: ignore[call-overload]
        self._filling = False
        self._show_opacity()

    def _show_opacity(self) -> None:
        look, current = self._model.look, self._parts.current
        self.opacity.setEnabled(current in self._parts.parts.ids and look.mode == "overlay")
        self.opacity.show_value(round(100 * look.opacities.get(current, look.opacity)))

    def _show_figures(self) -> None:
        """Shows how sure the result is of each part in the shown frame."""
        record = self._model.record
        self._filling = True
        for item in self._rows():
            name = item.text(NAME)
            share = record.confidence.get(name) if record is not None else None
            low = share is not None and share < LOW_CONFIDENCE
            text = "" if share is None else f"{share:.2f}" + (" !" if low else "")
            if text == item.text(CONFIDENCE):
                continue
            item.setText(CONFIDENCE, text)
            item.setTextAlignment(CONFIDENCE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(CONFIDENCE, shade(STATE_STALE if low else SECONDARY))
            reason = record.reason if record is not None else ""
            item.setToolTip(CONFIDENCE, tr("How sure the result is of {part} in this frame").format(part=name))
            item.setToolTip(NAME, " · ".join(words for words in (name, reason) if words))
        self._filling = False
        self._show_opacity()

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        part_id = int(item.data(NAME, _ID))
        if column == VISIBLE:
            self._parts.set_visible(part_id, visible=part_id in self._parts.hidden)
        elif column == SOLO:
            self._parts.set_solo(part_id, solo=part_id not in self._parts.solo)
        elif column == LOCK:
            self._parts.set_locked(part_id, locked=part_id not in self._parts.locked)

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if not self._filling and item is not None:
            self._parts.set_current(int(item.data(NAME, _ID)))

    def _on_opacity(self, percent: int) -> None:
        look = self._model.look
        self._model.set_look(replace(look, opacities={**look.opacities, self._parts.current: percent / 100}))
