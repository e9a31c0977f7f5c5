"""The parts list: names, colours, visible, solo, lock, and on how many references each part is painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.model.parts import PartsModel
from app.theme import SECONDARY, STATE_STALE, icon, shade, swatch
from engine.domain.labels import BACKGROUND

_ID = Qt.ItemDataRole.UserRole
NAME, VISIBLE, SOLO, LOCK, PAINTED = range(5)


class PartTree(QTreeWidget):
    """The list itself; rows are dragged to another place.

    Signals:
        moved(int, int): A part was dragged; its id and its new place.
    """

    moved = Signal(int, int)

    def dropEvent(self, event: QDropEvent) -> None:
        """Asks for the move instead of moving the row: the list shows what the model says."""
        item, target = self.currentItem(), self.itemAt(event.position().toPoint())
        if item is not None and item.data(0, _ID):
            ids = [row.data(0, _ID) for row in self.part_rows() if row is not item]
            place = ids.index(target.data(0, _ID)) if target is not None and target.data(0, _ID) in ids else len(ids)
            below = self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem
            self.moved.emit(int(item.data(0, _ID)), place + int(below))
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()

    def all_rows(self) -> list[QTreeWidgetItem]:
        """Returns the rows of parts and background, top to bottom, without groups."""
        rows: list[QTreeWidgetItem | None] = []
        for index in range(self.topLevelItemCount()):
            top = self.topLevelItem(index)
            if top is not None:
                rows += [top, *(top.child(i) for i in range(top.childCount()))]
        return [row for row in rows if row is not None and row.data(0, _ID) is not None]

    def part_rows(self) -> list[QTreeWidgetItem]:
        """Returns the rows of parts, top to bottom, without groups and background."""
        return [row for row in self.all_rows() if row.data(0, _ID) != BACKGROUND]


class PartsPanel(QWidget):
    """Parts with their switches.

    Signals:
        addRequested(): The artist wants a part more.
        listRequested(QPoint): The artist wants the ready-made lists; where the menu goes.
        deleteRequested(int): The artist wants to delete this part.
        mergeRequested(int): The artist wants to merge this part into another.
        renameRequested(int, str): A name was typed.
        moveRequested(int, int): A part was dragged to this place.
        detailsRequested(int, QPoint): The menu of this part is wanted.
    """

    addRequested = Signal()
    listRequested = Signal(QPoint)
    deleteRequested = Signal(int)
    mergeRequested = Signal(int)
    renameRequested = Signal(int, str)
    moveRequested = Signal(int, int)
    detailsRequested = Signal(int, QPoint)

    def __init__(self, parts: PartsModel, num_references: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._num_references = num_references
        self._filling = False
        names = ("eye", "solo", "lock")
        self._icons = {name: icon(name) for name in (*names, *(f"{name}_off" for name in names))}
        self.tree = PartTree()
        self._empty = QLabel(tr("No parts yet.\nAdd the first one, or take a ready-made list: face, horse, car …"))
        self._build()
        parts.changed.connect(self.refresh)
        parts.currentChanged.connect(self._show_current)
        self.refresh()

    def refresh(self) -> None:
        """Shows the parts as the model has them."""
        self._filling = True
        widest = max(tr("Painted"), "99/99 !", key=len)
        self.tree.header().resizeSection(PAINTED, self.tree.fontMetrics().horizontalAdvance(widest) + 14)
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        total = self._num_references()
        for number, part in enumerate(self._parts.parts, start=1):
            holder: QTreeWidget | QTreeWidgetItem = self.tree
            if part.group:
                if part.group not in groups:
                    groups[part.group] = QTreeWidgetItem(self.tree, [part.group])
                    groups[part.group].setFlags(Qt.ItemFlag.ItemIsEnabled)
                    groups[part.group].setExpanded(True)
                holder = groups[part.group]
            item = QTreeWidgetItem(holder, [part.name])
            item.setData(0, _ID, part.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled)
            item.setIcon(NAME, swatch(part.colour, str(number) if number <= 9 else ""))
            key = tr("key {n}").format(n=number) if number <= 9 else ""
            item.setToolTip(
                NAME, " · ".join(t for t in (part.name, tr("channel {c}").format(c=part.channel), key) if t)
            )
            self._show_switches(item, part.id)
            self._show_painted(item, part.id, total)
        background = QTreeWidgetItem(self.tree, [tr("background")])
        background.setData(0, _ID, BACKGROUND)
        background.setIcon(NAME, swatch((0, 0, 0), "0"))
        background.setToolTip(NAME, tr("What belongs to no part · key 0"))
        background.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        self._empty.setVisible(len(self._parts.parts) == 0)
        self._filling = False
        self._show_current()

    def refresh_painted(self) -> None:
        """Counts again on how many references each part is painted."""
        total = self._num_references()
        for item in self.tree.part_rows():
            self._show_painted(item, int(item.data(0, _ID)), total)

    def _build(self) -> None:
        tree = self.tree
        tree.setColumnCount(5)
        tree.setHeaderLabels([tr("Part"), "", "", "", tr("Painted")])
        tree.setRootIsDecorated(False)
        tree.setIndentation(14)
        tree.setIconSize(QSize(18, 18))
        tree.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._on_menu)
        tree.setAccessibleName(tr("Parts"))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(26)
        for column, width in ((VISIBLE, 30), (SOLO, 30), (LOCK, 30), (PAINTED, 58)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        tree.itemClicked.connect(self._on_clicked)
        tree.currentItemChanged.connect(self._on_current)
        tree.itemChanged.connect(self._on_edited)
        tree.moved.connect(self.moveRequested)
        self._empty.setProperty("role", "secondary")
        self._empty.setWordWrap(True)
        self._empty.setMargin(8)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(6, 4, 6, 6)
        for name, tip, slot in (
            ("plus", tr("Add part"), self.addRequested.emit),
            ("list", tr("Ready-made lists of parts"), self._on_lists),
            ("merge", tr("Merge the current part into another"), self._on_merge),
            ("trash", tr("Delete the current part"), self._on_delete),
            ("more", tr("Colour, channel and group of the current part"), self._on_more),
        ):
            button = QToolButton()
            button.setIcon(icon(name))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setObjectName(f"parts_{name}")
            button.clicked.connect(slot)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._empty)
        layout.addWidget(tree, 1)
        layout.addLayout(buttons)

    def _show_switches(self, item: QTreeWidgetItem, part_id: int) -> None:
        for column, on, name, tip in (
            (VISIBLE, part_id not in self._parts.hidden, "eye", tr("Visible (H hides the current part)")),
            (SOLO, part_id in self._parts.solo, "solo", tr("Solo: show this part alone")),
            (LOCK, part_id in self._parts.locked, "lock", tr("Locked: no tool changes its pixels")),
        ):
            item.setIcon(column, self._icons[name if on else f"{name}_off"])
            item.setToolTip(column, tip)

    def _show_painted(self, item: QTreeWidgetItem, part_id: int, total: int) -> None:
        filling, self._filling = self._filling, True
        painted = self._parts.num_painted(part_id)
        item.setText(PAINTED, f"{painted}/{total}" + (" !" if 0 < painted < total else ""))
        item.setForeground(PAINTED, shade(STATE_STALE if 0 < painted < total else SECONDARY))
        item.setTextAlignment(PAINTED, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(PAINTED, tr("Painted on {n} of {total} references").format(n=painted, total=total))
        self._filling = filling

    def _show_current(self) -> None:
        self._filling = True
        for item in self.tree.all_rows():
            if item.data(0, _ID) == self._parts.current:
                self.tree.setCurrentItem(item)
        self._filling = False

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        part_id = item.data(0, _ID)
        if not part_id:
            return
        if column == VISIBLE:
            self._parts.set_visible(part_id, visible=part_id in self._parts.hidden)
        elif column == SOLO:
            self._parts.set_solo(part_id, solo=part_id not in self._parts.solo)
        elif column == LOCK:
            self._parts.set_locked(part_id, locked=part_id not in self._parts.locked)

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if not self._filling and item is not None and item.data(0, _ID) is not None:
            self._parts.set_current(int(item.data(0, _ID)))

    def _on_edited(self, item: QTreeWidgetItem, column: int) -> None:
        if not self._filling and column == NAME and item.data(0, _ID):
            self.renameRequested.emit(int(item.data(0, _ID)), item.text(NAME))

    def _on_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is not None and item.data(0, _ID):
            self.detailsRequested.emit(int(item.data(0, _ID)), self.tree.viewport().mapToGlobal(at))

    def _on_lists(self) -> None:
        self.listRequested.emit(self.mapToGlobal(QPoint(6, self.height() - 40)))

    def _on_merge(self) -> None:
        if self._parts.current in self._parts.parts.ids:
            self.mergeRequested.emit(self._parts.current)

    def _on_delete(self) -> None:
        if self._parts.current in self._parts.parts.ids:
            self.deleteRequested.emit(self._parts.current)

    def _on_more(self) -> None:
        if self._parts.current in self._parts.parts.ids:
            self.detailsRequested.emit(self._parts.current, self.mapToGlobal(QPoint(6, self.height() - 40)))
