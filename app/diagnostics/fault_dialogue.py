"""What the artist sees after a fault of the program: what happened, what was kept, and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.i18n import plural, tr


@dataclass(frozen=True)
class FaultStory:
    """What the dialogue tells.

    Attributes:
        happened: One sentence.
        kept: What is safe, and until when.
        details: For a report, without names of media.
        choices: What can be done: key and label, the first being the default.
        escape: Key of the choice that closing stands for.
    """

    happened: str
    kept: str
    details: str
    choices: Sequence[tuple[str, str]]
    escape: str


class FaultDialogue(QDialog):
    """Tells of one fault; more of the same are counted, not stacked.

    Signals:
        chosen(str): Key of the choice, exactly once.
    """

    chosen = Signal(str)

    def __init__(self, story: FaultStory, report: Callable[[], str], parent: QWidget | None = None) -> None:
        """Takes the story, and what makes the text that Copy puts on the clipboard."""
        super().__init__(parent)
        self.setWindowTitle(tr("SMITE Studio"))
        self.setMinimumWidth(520)
        self._story, self._report, self._answer, self._count = story, report, story.escape, 1
        self.happened, self.kept, self.again = QLabel(story.happened), QLabel(story.kept), QLabel()
        self.happened.setProperty("role", "strong")
        for label in (self.happened, self.kept, self.again):
            label.setWordWrap(True)
        self.again.hide()
        self._details = QPlainTextEdit(story.details)
        self._details.setReadOnly(True)
        self._details.setAccessibleName(tr("Details"))
        self._details.setMinimumHeight(200)
        self._details.hide()
        self.buttons = {key: QPushButton(label) for key, label in story.choices}
        self._build()
        self.finished.connect(self._on_finished)

    @property
    def count(self) -> int:
        """How often it happened while the dialogue was open."""
        return self._count

    def happened_again(self) -> None:
        """Counts one more."""
        self._count += 1
        self.again.setText(plural(self._count, "It happened {n} time.", "It happened {n} times."))
        self.again.show()

    def report(self) -> str:
        """Returns what Copy puts on the clipboard."""
        return self._report()

    def _build(self) -> None:
        more, copy = QPushButton(tr("Details")), QPushButton(tr("Copy details"))
        more.setCheckable(True)
        more.setVisible(bool(self._story.details))
        more.toggled.connect(self._on_details)
        copy.setToolTip(tr("Copy the diagnostics page; it names no media"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report()))
        row = QHBoxLayout()
        row.addWidget(more)
        row.addWidget(copy)
        row.addStretch(1)
        for place, (key, button) in enumerate(self.buttons.items()):
            button.clicked.connect(lambda _=False, key=key: self._choose(key))
            if not place:
                button.setDefault(True)
                button.setProperty("primary", "true")
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (self.happened, self.kept, self.again, self._details):
            layout.addWidget(widget)
        layout.addLayout(row)

    def _choose(self, key: str) -> None:
        self._answer = key
        self.accept()

    def _on_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self.adjustSize()

    def _on_finished(self) -> None:
        self.chosen.emit(self._answer)

    def showEvent(self, event: QShowEvent) -> None:
        """Puts the focus on the default, so that Enter goes on."""
        super().showEvent(event)
        next(iter(self.buttons.values())).setFocus()
