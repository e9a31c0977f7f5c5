"""The panel of corrections: a ladder of three steps, from a stroke to another lesson, and what is locked."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from app.actions.commands import Commands
from app.actions.correct_actions import CorrectActions
from app.core import Core
from app.correct.buttons import command_button
from app.correct.model import CorrectModel
from app.i18n import plural, tr


class CorrectPanel(QWidget):
    """Brush, spread, teach; lock and note."""

    def __init__(self, core: Core, actions: CorrectActions, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core, self._actions, self._model = core, actions, actions.model
        self.reach = QSpinBox()
        self.state, self.note = QLabel(), QLabel()
        self._build(commands)
        self._model.changed.connect(self.refresh)
        self._model.shown.connect(self.refresh)
        core.playhead.frameChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is known of the shown frame."""
        model: CorrectModel = self._model
        frame, review = self._core.playhead.frame, model.review
        words = []
        if frame in review.frames:
            words.append(tr("🔒 locked: no job rewrites it"))
        elif frame in model.locks:
            words.append(tr("🔒 {parts}").format(parts=", ".join(model.locks[frame])))
        if frame in model.edited:
            words.append(tr("▲ corrected"))
        if model.offered:
            words.append(plural(len(model.offered), "{n} frame offered", "{n} frames offered"))
        self.state.setText(" · ".join(words) or tr("as the run left it"))
        note = review.notes.get(frame, "")
        self.note.setText(tr("Note: {note}").format(note=note) if note else "")
        self.note.setVisible(bool(note))
        self._answers.setVisible(bool(model.offered))

    def _build(self, commands: Commands) -> None:
        self.reach.setRange(1, 200)
        self.reach.setValue(self._actions.reach)
        self.reach.setPrefix("± ")
        self.reach.setAccessibleName(tr("Frames on either side"))
        self.reach.setToolTip(tr("How many frames on either side the correction is carried to"))
        self.reach.valueChanged.connect(self._on_reach)
        grid = QGridLayout()
        rows = (
            ("1", tr("Brush fix"), "correct.brush", tr("seconds; this frame only")),
            ("2", tr("Spread"), "correct.spread", tr("along the motion, no learning")),
            ("3", tr("Teach"), "correct.teach", tr("learned by the next run")),
        )
        for row, (number, text, command, tip) in enumerate(rows):
            grid.addWidget(QLabel(number), row, 0)
            grid.addWidget(command_button(commands, command, text), row, 1)
            if command == "correct.spread":
                grid.addWidget(self.reach, row, 2)
            else:
                hint = QLabel(tip)
                hint.setProperty("role", "secondary")
                grid.addWidget(hint, row, 2)
        grid.setColumnStretch(2, 1)
        self._answers = QWidget()
        answers = QHBoxLayout(self._answers)
        answers.setContentsMargins(0, 0, 0, 0)
        answers.addWidget(command_button(commands, "correct.accept", tr("Accept")))
        answers.addWidget(command_button(commands, "correct.reject", tr("Reject")))
        answers.addStretch(1)
        locks = QGridLayout()
        for place, (command, text) in enumerate(
            (
                ("correct.lock_frame", tr("Lock frame")),
                ("correct.lock_part", tr("Lock part")),
                ("correct.clear", tr("Clear")),
                ("correct.move", tr("Move…")),
                ("correct.swap", tr("Swap parts…")),
                ("correct.lock_range", tr("Lock In-Out")),
            )
        ):
            locks.addWidget(command_button(commands, command, text), place // 3, place % 3)
        for label in (self.state, self.note):
            label.setWordWrap(True)
            label.setProperty("role", "secondary")
        column = QVBoxLayout(self)
        column.addLayout(grid)
        column.addWidget(self._answers)
        column.addLayout(locks)
        column.addWidget(self.state)
        column.addWidget(self.note)
        column.addStretch(1)

    def _on_reach(self, value: int) -> None:
        self._actions.reach = value
