"""The table of shots as it is drawn: progress in its cells, and the matrix of stability in colour, sign and number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.i18n import tr
from app.shots.grades import Grade
from app.shots.model import ShotRow
from app.shots.table_model import (
    CLIP,
    FIRST_PART,
    GRADE_ROLE,
    NAME,
    PAINTED,
    PROFILE,
    RANGE,
    ROW_ROLE,
    SORT_ROLE,
    STATE,
    ShotTable,
)
from app.theme import ACCENT, BRIGHT, FONT_PX, SECONDARY, SELECTED, TEXT, figures_font, shade

ROW_PX = 26
_WIDTHS = {STATE: 190, CLIP: 150, RANGE: 85, PROFILE: 100, PAINTED: 115}
_PART_PX = 176
_NAME_PX = (90, 220)
_INDENT_PX = 2
_TINT = 70
_BAR_PX = 3


class ShotTableView(QTableView):
    """Shots, one a row.

    Signals:
        openRequested(object, object): The artist wants to see a shot (`ShotRow`) at the worst frame of a part (its
            name), or of all parts (None).
        selected(): Other rows are selected.
    """

    openRequested = Signal(object, object)
    selected = Signal()

    def __init__(self, table: ShotTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(table)
        self._proxy.setSortRole(SORT_ROLE)
        self.setModel(self._proxy)
        self.setItemDelegate(_ShotDelegate(self))
        self.setSortingEnabled(True)
        self._proxy.sort(-1)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setHighlightSections(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        # The names stand in the header of the rows: they stay in sight where many parts are scrolled through.
        self.setColumnHidden(NAME, True)
        names = self.verticalHeader()
        names.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        names.setHighlightSections(False)
        names.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Shots, with the stability of each part"))
        self._widen()
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().selectionChanged.connect(self.selected)
        table.modelReset.connect(self._widen)
        table.modelAboutToBeReset.connect(self._note_selection)
        table.modelReset.connect(self._select_again)
        self._names: frozenset[str] = frozenset()

    @property
    def selected_rows(self) -> tuple[ShotRow, ...]:
        """The selected shots, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return tuple(self._proxy.index(place, STATE).data(ROW_ROLE) for place in places)

    def select(self, names: frozenset[str]) -> None:
        """Selects shots by name."""
        selection = self.selectionModel()
        selection.clearSelection()
        for place in range(self._proxy.rowCount()):
            index = self._proxy.index(place, STATE)
            if index.data(ROW_ROLE).name in names:
                selection.select(index, selection.SelectionFlag.Select | selection.SelectionFlag.Rows)

    def open_current(self) -> None:
        """Asks for the shot of the current cell, as a click on it does."""
        index = self.currentIndex()
        if index.isValid():
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        row: ShotRow = index.data(ROW_ROLE)
        if row.outcome is not None and row.outcome.confidence:
            self.openRequested.emit(row, self._table.part(self._proxy.mapToSource(index)))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() >= FIRST_PART and index.data(GRADE_ROLE) is not None:
            self._open(index)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if index.column() < FIRST_PART:
            self._open(index)

    def _note_selection(self) -> None:
        self._names = frozenset(row.name for row in self.selected_rows)

    def _select_again(self) -> None:
        self.select(self._names)

    def _widen(self) -> None:
        """Gives rows and columns their sizes, which follow that of the texts."""
        scale = max(self.font().pixelSize(), 1) / FONT_PX
        names = self.verticalHeader()
        names.setMinimumSectionSize(ROW_PX)
        names.setDefaultSectionSize(max(ROW_PX, round(ROW_PX * scale)))
        names.setMinimumWidth(round(_NAME_PX[0] * scale))
        names.setMaximumWidth(round(_NAME_PX[1] * scale))
        columns = self.horizontalHeader()
        for column in (CLIP, RANGE, PROFILE, PAINTED):  # the matrix stands beside the state, where it is seen
            columns.moveSection(columns.visualIndex(column), columns.count() - 1)
        for column in range(self._proxy.columnCount()):
            self.setColumnWidth(column, round(_WIDTHS.get(column, _PART_PX) * scale))

    def changeEvent(self, event: QEvent) -> None:
        """Takes on another size of texts."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._widen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Opens the shot of the current cell with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        else:
            super().keyPressEvent(event)


class _ShotDelegate(QStyledItemDelegate):
    """Draws cells of the matrix and how far a running shot is."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draws one cell."""
        found: Grade | None = index.data(GRADE_ROLE)
        if found is not None:
            self.initStyleOption(option, index)
            _draw_grade(painter, option, found)
            return
        ground = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(ground, shade(SELECTED))
        indented = QStyleOptionViewItem(option)
        indented.rect = ground.adjusted(_INDENT_PX, 0, 0, 0)
        super().paint(painter, indented, index)
        row: ShotRow = index.data(ROW_ROLE)
        if index.column() == STATE and row.state in ("running", "paused") and row.total:
            place = QRect(option.rect)
            place.setTop(place.bottom() - _BAR_PX + 1)
            place.setWidth(round(place.width() * row.done / row.total))
            painter.fillRect(place, shade(ACCENT))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Selects with the theme's quiet colour: the accent would drown the colours of the matrix."""
        super().initStyleOption(option, index)
        roles = option.palette.ColorRole
        option.palette.setColor(roles.Highlight, shade(SELECTED))
        option.palette.setColor(roles.HighlightedText, shade(BRIGHT))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Returns the room of a cell."""
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(ROW_PX, hint.height()))


def _draw_grade(painter: QPainter, option: QStyleOptionViewItem, found: Grade) -> None:
    place = QRect(option.rect).adjusted(1, 1, -1, -1)
    tint = shade(found.colour)
    tint.setAlpha(_TINT)
    painter.save()
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, shade(SELECTED))
    painter.fillRect(place, tint)
    painter.fillRect(QRect(place.left(), place.top(), _BAR_PX, place.height()), shade(found.colour))
    size = max(1, option.font.pixelSize())
    text = place.adjusted(10, 0, -6, 0)
    middle = Qt.AlignmentFlag.AlignVCenter
    strong = figures_font(option.font, size)
    strong.setBold(True)
    painter.setFont(strong)
    painter.setPen(shade(TEXT))
    painter.drawText(text, middle | Qt.AlignmentFlag.AlignLeft, f"{found.sign}  {found.value:.2f}")
    painter.setFont(figures_font(option.font, size * 0.9))
    painter.setPen(shade(SECONDARY))
    painter.drawText(text, middle | Qt.AlignmentFlag.AlignRight, found.figures)
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(shade(ACCENT))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
    painter.restore()
