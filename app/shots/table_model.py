"""The list as a table: what each shot is and where it is, and behind that a column for each part."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.i18n import plural, tr
from app.shots.grades import Grade, grade
from app.shots.model import RowState, ShotRow, ShotsModel
from app.shots.preparing import Preparing

NAME, STATE, CLIP, RANGE, PROFILE, PAINTED, FIRST_PART = range(7)
ROW_ROLE = Qt.ItemDataRole.UserRole
GRADE_ROLE = Qt.ItemDataRole.UserRole + 1
SORT_ROLE = Qt.ItemDataRole.UserRole + 2
SIGNS: dict[RowState, str] = {
    "new": "·",
    "waiting": "…",
    "running": "▶",
    "paused": "‖",
    "done": "✓",
    "failed": "✕",
    "cancelled": "–",
}
_Index = QModelIndex | QPersistentModelIndex


class ShotTable(QAbstractTableModel):
    """Rows are shots, in the order of the list."""

    def __init__(self, model: ShotsModel, preparing: Preparing) -> None:
        super().__init__(model)
        self._model, self._preparing = model, preparing
        model.listChanged.connect(self.refresh)
        model.partsChanged.connect(self.refresh)
        model.rowChanged.connect(self._on_row)

    def refresh(self) -> None:
        """Shows the list anew."""
        self.beginResetModel()
        self.endResetModel()

    def row(self, index: _Index) -> ShotRow:
        """Returns the shot of an index."""
        return self._model.rows[index.row()]

    def part(self, index: _Index) -> str | None:
        """Returns the part of an index, or None where its column is none."""
        place = index.column() - FIRST_PART
        return self._model.part_names[place] if 0 <= place < len(self._model.part_names) else None

    def rowCount(self, parent: _Index | None = None) -> int:
        """Returns the number of shots."""
        return 0 if parent is not None and parent.isValid() else len(self._model.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Returns the number of columns."""
        return 0 if parent is not None and parent.isValid() else FIRST_PART + len(self._model.part_names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Returns titles of columns."""
        if orientation != Qt.Orientation.Horizontal:
            return self._row_title(section, role)
        titles = (tr("Shot"), tr("State"), tr("Clip"), tr("Frames"), tr("Profile"), tr("Painted frames"))
        if role == Qt.ItemDataRole.DisplayRole:
            return titles[section] if section < FIRST_PART else self._model.part_names[section - FIRST_PART]
        if role == Qt.ItemDataRole.ToolTipRole and section >= FIRST_PART:
            return tr("Stability of {part}: confidence × (1 − flicker). Click a cell to see its worst frame.").format(
                part=self._model.part_names[section - FIRST_PART]
            )
        return None

    def _row_title(self, section: int, role: int) -> str | None:
        if section >= len(self._model.rows):
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(self._model.result_folder(self._model.rows[section]))
        return self._model.rows[section].name if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Returns texts, tool tips, what screen readers say, and values for delegate and sorting."""
        row, part = self.row(index), self.part(index)
        if role == ROW_ROLE:
            return row
        found = grade(row.outcome, part) if part is not None else None
        if role == GRADE_ROLE:
            return found
        if role == SORT_ROLE:
            return self._sort_key(row, index.column(), found)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if part is None:
                return self._text(row, index.column())
            spoken = role == Qt.ItemDataRole.AccessibleTextRole
            return (_spoken(row, part, found) if spoken else _cell(found)) if found is not None else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                _spoken(row, part, found) if part is not None and found is not None else self._tip(row, index.column())
            )
        return None

    def _text(self, row: ShotRow, column: int) -> str:
        shot = row.shot
        if column == NAME:
            return row.name
        if column == STATE:
            return self.state_text(row)
        if column == CLIP:
            return f"{shot.clip.parent.name}/{shot.clip.name}"  # every shot's folder of frames may be called "plate"
        if column == RANGE:
            return str(shot.frame_range) if shot.frame_range is not None else tr("all")
        if column == PROFILE:
            return shot.profile.stem if shot.profile is not None else "–"
        if shot.anchors is not None:
            return shot.anchors.name
        count = self._preparing.painted_on(shot.clip)
        return tr("{n} in the project").format(n=count) if count else "–"

    def state_text(self, row: ShotRow) -> str:
        """Returns the sign and words for where a shot is."""
        if row.state == "running":
            amount = f" {row.done}/{row.total}" if row.total else ""
            return f"{SIGNS['running']} {row.stage}{amount}"
        if row.state == "new" and (missing := self._preparing.missing(row)):
            return f"▲ {missing}"
        if row.state == "done" and row.outcome is not None:
            return f"{SIGNS['done']} " + plural(row.outcome.frames, "{n} frame", "{n} frames")
        if row.state == "failed" and row.outcome is not None:
            return f"{SIGNS['failed']} {row.outcome.sentence.splitlines()[0] if row.outcome.sentence else ''}"
        words: dict[RowState, str] = {
            "new": tr("not run yet"),
            "waiting": tr("waiting"),
            "paused": tr("paused"),
            "cancelled": tr("stopped; finished frames are kept"),
        }
        return f"{SIGNS[row.state]} {words.get(row.state, '')}"

    def _tip(self, row: ShotRow, column: int) -> str:
        paths = {CLIP: row.shot.clip, PROFILE: row.shot.profile, PAINTED: row.shot.anchors}
        if column in paths:
            return str(paths[column] or "")
        if column == NAME:
            return str(self._model.result_folder(row))
        return self._text(row, column) if column == STATE else ""

    def _sort_key(self, row: ShotRow, column: int, found: Grade | None) -> Any:
        if column >= FIRST_PART:
            return found.value if found is not None else 2.0  # unknown ones go behind the good ones
        return self._text(row, column).casefold()

    def _on_row(self, place: int) -> None:
        self.dataChanged.emit(self.index(place, 0), self.index(place, max(0, self.columnCount() - 1)))


def _cell(found: Grade) -> str:
    return f"{found.sign} {found.value:.2f}   {found.figures}"


def _spoken(row: ShotRow, part: str, found: Grade) -> str:
    flicker = tr("not measured") if found.flicker is None else f"{found.flicker:.3f}"
    return tr("{shot}, {part}: stability {value}, {words}; confidence {confidence}, flicker {flicker}").format(
        shot=row.name,
        part=part,
        value=f"{found.value:.2f}",
        words=found.words,
        confidence=f"{found.confidence:.2f}",
        flicker=flicker,
    )
