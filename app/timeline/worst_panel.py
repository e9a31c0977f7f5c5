"""The worst frames as a list: where to look first."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.theme import FONT_PX, SECONDARY, figures_font, shade, swatch
from app.timeline.badness_text import bad_figures, reason_text
from app.timeline.data import TimelineData
from app.timeline.describe import marks_text
from app.timeline.model import TimelineModel
from app.timeline.worst import REACH, WorstFrame
from engine.domain.parts import PartSet

_FRAME = Qt.ItemDataRole.UserRole
FRAME, PART, CONFIDENCE, FLICKER, WHY = range(5)
_MOST_SHOWN = 50


class WorstPanel(QWidget):
    """Frames by how bad they are, with part, figure and reason; choosing one goes there.

    Signals:
        referenceToggled(int): The artist wants this frame as a reference, or no longer.
    """

    referenceToggled = Signal(int)

    def __init__(self, model: TimelineModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: tuple[WorstFrame, ...] = ()
        self._filled: tuple[object, object, object] = (None, None, None)
        self._parts: PartSet | None = None
        self.part = QComboBox()
        self.tree = QTreeWidget()
        self._empty = QLabel()
        self._build()
        model.changed.connect(self.refresh)
        model.sources.playhead.frameChanged.connect(self._show_current)
        self.part.currentIndexChanged.connect(self.refresh)
        self.tree.itemClicked.connect(self._on_item)
        self.tree.itemActivated.connect(self._on_item)
        self.tree.customContextMenuRequested.connect(self._on_menu)
        self.refresh()

    @property
    def part_index(self) -> int | None:
        """The part whose frames are shown, or None for all."""
        index = self.part.currentData()
        return int(index) if index is not None else None

    def refresh(self) -> None:
        """Shows the frames as the model has them, once the panel is to be seen; the same list is not filled again."""
        if not self.isVisible():
            return
        data = self._model.data
        self._show_parts(data)
        places = data.worst(self.part_index, limit=_MOST_SHOWN)
        rest = data.records, data.edits, data.locks
        if places != self._shown or any(new is not old for new, old in zip(rest, self._filled, strict=True)):
            self._shown, self._filled = places, rest
            self._fill(data)
        self._empty.setText(
            tr("No frame stands out.")
            if data.records
            else tr("Segment the clip: frames with low confidence or flicker are listed here.")
        )
        self._empty.setVisible(not self._shown)
        self.tree.setVisible(bool(self._shown))
        self._show_current(self._model.sources.playhead.frame)

    def _build(self) -> None:
        tree = self.tree
        tree.setColumnCount(5)
        tree.setHeaderLabels([tr("Frame"), tr("Part"), tr("Conf."), tr("Flicker"), tr("Why")])
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setUniformRowHeights(True)
        tree.setIconSize(QSize(12, 12))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.setAccessibleName(tr("Worst frames"))
        header = tree.header()
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(24)
        for column in (FRAME, PART, CONFIDENCE, FLICKER):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.part.setAccessibleName(tr("Part whose worst frames are listed"))
        self._empty.setProperty("role", "secondary")
        self._empty.setWordWrap(True)
        self._empty.setMargin(8)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.part)
        layout.addWidget(self._empty, 1)
        layout.addWidget(tree, 1)

    def _show_parts(self, data: TimelineData) -> None:
        if data.parts == self._parts:
            return
        self._parts = data.parts
        chosen = self.part.currentText()
        with QSignalBlocker(self.part):
            self.part.clear()
            self.part.addItem(tr("All parts"), None)
            for index, part in enumerate(data.parts):
                self.part.addItem(swatch(part.colour, size=12), part.name, index)
            self.part.setCurrentIndex(max(0, self.part.findText(chosen)))

    def _fill(self, data: TimelineData) -> None:
        self.tree.clear()
        font = self.tree.font()
        figures = figures_font(font, font.pixelSize() if font.pixelSize() > 0 else FONT_PX)
        bold = QFont(figures)
        bold.setBold(True)
        for place in self._shown:
            part, bad = data.parts.parts[place.part], bad_figures(data, place)
            treated = place.frame in data.edits or place.frame in data.locks
            words = [*(marks_text(data, place.frame) if treated else ()), reason_text(data, place)]
            why = " · ".join(word for word in words if word)
            item = QTreeWidgetItem(self.tree, [str(place.frame), part.name, bad.confidence, bad.flicker, why])
            item.setData(0, _FRAME, place.frame)
            item.setIcon(PART, swatch(part.colour, size=12))
            item.setFont(CONFIDENCE, bold if bad.unsure else figures)
            item.setFont(FLICKER, bold if bad.unsteady else figures)
            item.setFont(FRAME, figures)
            for column in (FRAME, CONFIDENCE, FLICKER):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column in range(5):
                item.setToolTip(column, why)
                if treated:
                    item.setForeground(column, shade(SECONDARY))

    def _show_current(self, frame: int) -> None:
        near = [(abs(place.frame - frame), row) for row, place in enumerate(self._shown)]
        distance, row = min(near, default=(REACH + 1, 0))
        with QSignalBlocker(self.tree):
            item = self.tree.topLevelItem(row) if distance <= REACH else None
            if item is None:
                self.tree.setCurrentIndex(QModelIndex())
            elif item is not self.tree.currentItem():
                self.tree.setCurrentItem(item)

    def _on_item(self, item: QTreeWidgetItem) -> None:
        self._model.sources.playhead.go(int(item.data(0, _FRAME)))

    def _on_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is None:
            return
        frame = int(item.data(0, _FRAME))
        data = self._model.data
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Go to frame {n}").format(n=frame), lambda: self._model.sources.playhead.go(frame))
        text = tr("Remove this reference") if frame in data.anchors | data.holdouts else tr("Use as reference")
        menu.addAction(text, lambda: self.referenceToggled.emit(frame))
        menu.popup(self.tree.viewport().mapToGlobal(at))

    def showEvent(self, event: QShowEvent) -> None:
        """Shows what has changed while nobody looked."""
        super().showEvent(event)
        self.refresh()
