"""The areas of the shown result: what holds where, and drawing or importing another one."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions.area_actions import AreaActions, Choice
from app.actions.commands import Commands
from app.core import Core
from app.correct.buttons import command_button
from app.correct.frame_list import FrameList, FrameRow
from app.correct.model import CorrectModel
from app.correct.scope import ScopeBox
from app.i18n import tr
from engine.domain.frames import frames_text
from engine.domain.labels import BACKGROUND
from engine.results.areas import Area


class AreasPanel(QWidget):
    """A list of areas; a click goes to the frame on which one was drawn."""

    def __init__(self, core: Core, actions: AreaActions, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core, self._actions = core, actions
        self._model: CorrectModel = actions.model
        self.what, self.moves = QComboBox(), QCheckBox(tr("Moves along"))
        self.scope = ScopeBox(tr("Frames on which the area holds"), "clip")
        self.list = FrameList(tr("Areas"), [tr("Area"), tr("Frames")], numbers=())
        self.range, self.delete = QPushButton(tr("Set range")), QPushButton(tr("Delete"))
        self._empty = QLabel(tr("Draw where a part never is, or always is. It holds over every later run."))
        self._build(commands)
        self._model.changed.connect(self.refresh)
        core.parts.changed.connect(self.refresh)
        core.parts.currentChanged.connect(self._show_part)
        self.refresh()

    def refresh(self) -> None:
        """Shows the areas as the review has them."""
        areas = self._model.review.areas
        chosen = set(self.list.chosen)
        self.list.show_rows(
            [FrameRow((self._words(area), frames_text(sorted(area.frames)) or "-"), area.id) for area in areas]
        )
        for at, area in enumerate(areas):
            item = self.list.topLevelItem(at)
            if item is not None and area.id in chosen:
                item.setSelected(True)
        self.list.setVisible(bool(areas))
        self._empty.setVisible(not areas)
        self._show_part()
        self._on_selection()

    def _build(self, commands: Commands) -> None:
        self.what.setAccessibleName(tr("What holds inside the area"))
        self.scope.currentIndexChanged.connect(self._on_choice)
        self.what.currentIndexChanged.connect(self._on_choice)
        self.moves.toggled.connect(self._on_choice)
        self.moves.setToolTip(tr("The area is carried along the motion, up to the next cut; else it stands still"))
        self.range.setToolTip(tr("Makes the chosen areas hold on the frames that are chosen above only"))
        self.range.clicked.connect(self._on_range)
        self.delete.clicked.connect(self._on_delete)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        self.list.itemSelectionChanged.connect(self._on_selection)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "secondary")
        grid = QGridLayout()
        grid.addWidget(self.what, 0, 0, 1, 2)
        grid.addWidget(self.scope, 1, 0)
        grid.addWidget(self.moves, 1, 1)
        grid.addWidget(command_button(commands, "correct.area", tr("Draw area")), 2, 0)
        grid.addWidget(command_button(commands, "correct.area_import", tr("Import mattes…")), 2, 1)
        below = QHBoxLayout()
        below.addWidget(self.range)
        below.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addLayout(below)

    def _show_part(self) -> None:
        """Names the current part in the choices."""
        parts, current = self._core.parts.parts, self._core.parts.current
        name = parts.by_id(current).name if current in parts.ids else tr("the part")
        rows: tuple[tuple[Choice, str], ...] = (
            ("never", tr("Never '{part}' here").format(part=name)),
            ("always", tr("Always '{part}' here").format(part=name)),
            ("garbage", tr("Nothing here (garbage)")),
        )
        for at, (choice, text) in enumerate(rows):
            if self.what.count() <= at:
                self.what.addItem(text, choice)
            else:
                self.what.setItemText(at, text)

    def _words(self, area: Area) -> str:
        parts = self._core.parts.parts
        name = parts.by_id(area.part).name if area.part in parts.ids else str(area.part)
        if area.part == BACKGROUND:
            words = tr("Nothing here")
        else:
            words = (tr("Never {part}") if area.kind == "never" else tr("Always {part}")).format(part=name)
        return f"{words}, {tr('moving')}" if area.moving else words

    def _on_choice(self) -> None:
        choice: Choice = self.what.currentData()
        self._actions.choice = replace(
            self._actions.choice, choice=choice, scope=self.scope.scope, tracked=self.moves.isChecked()
        )

    def _on_item(self, item: QTreeWidgetItem) -> None:
        for area in self._model.review.areas:
            if area.id == FrameList.value_of(item) and area.frame in self._core.playhead.numbers:
                self._core.playhead.go(area.frame)

    def _on_selection(self) -> None:
        for button in (self.range, self.delete):
            button.setEnabled(bool(self.list.chosen))

    def _on_range(self) -> None:
        for area_id in self.list.chosen:
            self._actions.set_range(area_id, self.scope.scope)

    def _on_delete(self) -> None:
        for area_id in self.list.chosen:
            self._actions.delete(area_id)
