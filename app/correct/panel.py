"""The panel of corrections: a ladder of three steps, from a stroke to another lesson, and what is locked."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.actions.commands import Commands
from app.actions.correct_actions import CorrectActions
from app.core import Core
from app.correct.buttons import command_button
from app.correct.expected import ExpectedTimes
from app.correct.model import CorrectModel
from app.correct.step_clock import expected_text
from app.i18n import plural, tr


class CorrectPanel(QWidget):
    """Brush, spread, teach; lock and note."""

    def __init__(self, core: Core, actions: CorrectActions, expected: ExpectedTimes, commands: Commands) -> None:
        super().__init__()
        self._core, self._actions, self._model = core, actions, actions.model
        self._expected = expected
        self.reach = QSpinBox()
        self.to_anchor, self.one_part = QCheckBox(tr("Spread to anchors")), QCheckBox(tr("this part only"))
        self.times = {name: QLabel() for name in ("brush", "spread", "teach", "run")}
        self.state, self.note = QLabel(), QLabel()
        self._build(commands)
        self._model.changed.connect(self.refresh)
        self._model.shown.connect(self.refresh)
        core.playhead.frameChanged.connect(self.refresh)
        expected.clock.changed.connect(self.refresh_times)
        expected.runs.changed.connect(self.refresh_times)
        expected.outlook.changed.connect(self.refresh_times)
        core.results.recordChanged.connect(self.refresh_times)
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
        self.refresh_times()

    def refresh_times(self) -> None:
        """Shows what each step is expected to take."""
        expected = self._expected
        frames, run = expected.run(self._model.review)
        words = {
            "brush": tr("this frame, at once"),
            "spread": expected_text(expected.spread(None if self._actions.to_anchor else self._actions.reach)),
            "teach": expected_text(expected.teach()) if expected.teaching_learns else tr("at once; the run learns it"),
            "run": tr("{frames}, {time}").format(
                frames=plural(frames, "{n} frame", "{n} frames"), time=expected_text(run)
            ),
        }
        for name, text in words.items():
            self.times[name].setText(text)

    def _build(self, commands: Commands) -> None:
        self.reach.setRange(1, 200)
        self.reach.setValue(self._actions.reach)
        self.reach.setPrefix("± ")
        self.reach.setAccessibleName(tr("Frames on either side"))
        self.reach.setToolTip(tr("How many frames on either side the correction is carried to"))
        self.reach.valueChanged.connect(self._on_reach)
        self.to_anchor.setToolTip(tr("Spreads up to the next painted, locked or hand-corrected frame on either side"))
        self.to_anchor.toggled.connect(self._on_how)
        self.one_part.setToolTip(tr("Spreads the current part alone; the others stay equal to the bit"))
        self.one_part.toggled.connect(self._on_how)
        grid = QGridLayout()
        rows = (
            ("1", tr("Brush fix"), "correct.brush", "brush"),
            ("2", tr("Spread"), "correct.spread", "spread"),
            ("3", tr("Teach"), "correct.teach", "teach"),
            ("4", tr("Run again"), "run.clip", "run"),
        )
        for row, (number, text, command, name) in enumerate(rows):
            grid.addWidget(QLabel(number), row, 0)
            grid.addWidget(_step_button(commands, command, text), row, 1)
            self.times[name].setProperty("role", "secondary")
            self.times[name].setAccessibleName(tr("Expected time of: {step}").format(step=text))
            grid.addWidget(self.times[name], row, 2)
            if command == "correct.spread":
                grid.addWidget(self.reach, row, 3)
        how = QHBoxLayout()
        how.addWidget(self.to_anchor)
        how.addWidget(self.one_part)
        how.addStretch(1)
        grid.addLayout(how, len(rows), 1, 1, 3)
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
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        grid.setVerticalSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.state, 1)
        top.addWidget(command_button(commands, "correct.original", tr("Original")))
        top.addWidget(command_button(commands, "correct.edit", tr("Edit")))
        column.addLayout(top)
        column.addLayout(grid)
        column.addWidget(self._answers)
        column.addLayout(locks)
        column.addWidget(self.note)
        column.addStretch(1)

    def _on_how(self) -> None:
        self._actions.to_anchor, self._actions.one_part = self.to_anchor.isChecked(), self.one_part.isChecked()
        self.reach.setEnabled(not self.to_anchor.isChecked())
        self.refresh_times()

    def _on_reach(self, value: int) -> None:
        self._actions.reach = value
        self.refresh_times()


def _step_button(commands: Commands, command: str, text: str) -> QToolButton:
    """Returns a button of its own name; "Run" keeps its short name in the bar."""
    if command != "run.clip":
        return command_button(commands, command, text)
    button = QToolButton()
    button.setProperty("boxed", True)
    button.setText(text)
    button.setToolTip(commands.tip(command))
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setAccessibleName(text)
    button.clicked.connect(commands[command].trigger)
    return button
