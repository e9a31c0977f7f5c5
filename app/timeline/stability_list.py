"""The parts of a result with how sure each is here, and its stability over the whole clip as a small curve."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import plural, tr
from app.theme import ACCENT, FONT_PX, SURROUND, figures_font, shade, swatch
from app.timeline.columns import Columns
from app.timeline.data import TimelineData
from app.timeline.lanes.stability import MARKED_BADNESS, stability_picture
from app.timeline.model import TimelineModel
from app.timeline.scale import Scale

_INDEX = Qt.ItemDataRole.UserRole
PART, HERE, CURVE = range(3)


class StabilityList(QWidget):
    """A row for each part: name, confidence in the current frame, curve. A click goes to the part's worst frame."""

    def __init__(self, model: TimelineModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown: TimelineData | None = None
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([tr("Part"), tr("Here"), tr("Stability")])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setIconSize(QSize(12, 12))
        self.tree.setItemDelegateForColumn(CURVE, CurveDelegate(model, self))
        self.tree.setAccessibleName(tr("Stability of the parts"))
        header = self.tree.header()
        header.setSectionResizeMode(PART, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(HERE, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tree)
        model.changed.connect(self.refresh)
        model.sources.playhead.frameChanged.connect(self._show_here)
        self.tree.itemClicked.connect(self._on_item)
        self.tree.itemActivated.connect(self._on_item)

    def refresh(self) -> None:
        """Shows the parts and figures as the model has them, once the list is to be seen."""
        data = self._model.data
        if not self.isVisible() or data is self._shown:
            return
        if self._shown is None or data.parts != self._shown.parts:
            self._fill(data)
        self._shown = data
        self._count_places(data)
        self._show_here()

    def _fill(self, data: TimelineData) -> None:
        self.tree.clear()
        size = self.font().pixelSize()
        figures = figures_font(self.font(), size if size > 0 else FONT_PX)
        for index, part in enumerate(data.parts):
            item = QTreeWidgetItem(self.tree, [part.name, "", ""])
            item.setData(0, _INDEX, index)
            item.setIcon(PART, swatch(part.colour, size=12))
            item.setFont(HERE, figures)
            item.setToolTip(CURVE, tr("Confidence is the area, flicker hangs from above. Click: the worst frame."))

    def _show_here(self) -> None:
        data, frame = self._model.data, self._model.sources.playhead.frame
        if self._shown is not data or not len(data.axis):
            return
        place = data.axis.nearest(frame)
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is None:
                continue
            confidence, bad = data.confidence[row, place], data.badness[row, place]
            text = "–" if np.isnan(confidence) else f"{confidence:.2f}"
            item.setText(HERE, f"{text} !" if bad >= MARKED_BADNESS else text)
        self.tree.viewport().update()

    def _count_places(self, data: TimelineData) -> None:
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None:
                count = sum(place.badness >= MARKED_BADNESS for place in data.worst(row))
                text = plural(count, "{n} place to look at", "{n} places to look at")
                item.setData(CURVE, Qt.ItemDataRole.AccessibleTextRole, text)

    def _on_item(self, item: QTreeWidgetItem) -> None:
        places = self._model.data.worst(int(item.data(0, _INDEX)), limit=1)
        for place in places:
            self._model.sources.playhead.go(place.frame)

    def showEvent(self, event: QShowEvent) -> None:
        """Shows what has changed while nobody looked."""
        super().showEvent(event)
        self.refresh()


class CurveDelegate(QStyledItemDelegate):
    """Draws the stability of a part over the whole clip, and where the playhead stands."""

    def __init__(self, model: TimelineModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draws the curve of the row's part."""
        data, row = self._model.data, index.row()
        place = QRectF(option.rect).adjusted(4, 3, -4, -3)
        if row >= len(data.parts) or not len(data.axis) or place.width() < 2:
            return
        ratio = painter.device().devicePixelRatio()
        scale = Scale.fitting(data.axis, place.width(), 0)
        columns = Columns.of(scale, ratio)
        picture = stability_picture(
            columns.smallest(data.confidence[row]),
            columns.largest(data.flicker[row]),
            round(place.height() * ratio),
            data.parts.parts[row].colour,
        )
        picture.setDevicePixelRatio(ratio)
        painter.fillRect(place, shade(SURROUND))
        painter.drawImage(place.topLeft(), picture)
        x = place.left() + scale.middle_of(self._model.sources.playhead.frame)
        painter.setPen(QPen(shade(ACCENT), 1))
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
