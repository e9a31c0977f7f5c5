"""A list of frames with one line each that says why they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from app.theme import FONT_PX, figures_font

_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class FrameRow:
    """One row.

    Attributes:
        texts: What its columns show; the frame's number is the one that `numbers` of the list names.
        value: What the row stands for.
    """

    texts: tuple[str, ...]
    value: Any


class FrameList(QTreeWidget):
    """Rows of frames; the last column takes the room that is left."""

    def __init__(self, name: str, columns: Sequence[str], *, numbers: Sequence[int]) -> None:
        super().__init__()
        self._numbers = tuple(numbers)
        self.setHeaderLabels(list(columns))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(24)
        for column in range(len(columns) - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def show_rows(self, rows: Sequence[FrameRow]) -> None:
        """Replaces the rows."""
        self.clear()
        font = self.font()
        figures = figures_font(font, font.pixelSize() if font.pixelSize() > 0 else FONT_PX)
        for row in rows:
            item = QTreeWidgetItem(self, list(row.texts))
            item.setData(0, _ROW, row.value)
            for column in range(len(row.texts)):
                item.setToolTip(column, row.texts[-1])
            for column in self._numbers:
                item.setFont(column, figures)
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    @property
    def chosen(self) -> list[Any]:
        """What the selected rows stand for, from top to bottom."""
        rows = [self.topLevelItem(index) for index in range(self.topLevelItemCount())]
        return [item.data(0, _ROW) for item in rows if item is not None and item.isSelected()]

    @staticmethod
    def value_of(item: QTreeWidgetItem) -> Any:
        """Returns what a row stands for."""
        return item.data(0, _ROW)
