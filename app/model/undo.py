"""Steps that can be undone, on one stack for everything.

Qt's own stack counts steps but knows nothing of their memory, and it cannot let go of its oldest ones; this one keeps
at least 200 steps, and as many more as fit a budget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from engine.domain.edits import LabelEdit
from engine.domain.project import Project

MIN_STEPS = 200
BUDGET_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Step:
    """One thing the artist did.

    Attributes:
        text: Name for the undo menu ("Brush stroke").
        place: Id of the reference it happened on, or None.
        before: The project before it, or None where only pixels changed.
        after: The project after it, or None.
        edits: What takes the pixels of references to the other side of this step.
    """

    text: str
    place: str | None = None
    before: Project | None = None
    after: Project | None = None
    edits: tuple[tuple[str, LabelEdit], ...] = ()

    @property
    def num_bytes(self) -> int:
        """Memory of the pixels it keeps."""
        return sum(edit.num_bytes for _, edit in self.edits)

    def with_edits(self, edits: tuple[tuple[str, LabelEdit], ...]) -> Step:
        """Returns the step with the edits that lead back."""
        return replace(self, edits=edits)


class UndoStack(QObject):
    """Done and undone steps, newest last.

    Signals:
        changed(): What can be undone or redone, or whether the work is saved, is another.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None, *, budget_bytes: int = BUDGET_BYTES) -> None:
        super().__init__(parent)
        self._budget_bytes = budget_bytes
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def undo_text(self) -> str:
        """Name of the step that undo takes back, or ''."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """Name of the step that redo does again, or ''."""
        return self._undone[-1].text if self._undone else ""

    @property
    def num_steps(self) -> int:
        """Steps that can be undone."""
        return len(self._done)

    def push(self, step: Step) -> None:
        """Adds a step that was done; what had been undone is forgotten."""
        self._undone.clear()
        self._done.append(step)
        self._let_go()
        self.changed.emit()

    def undo(self, apply: Callable[[Step], Step]) -> None:
        """Takes the newest step back through `apply`, which returns it ready for redo."""
        self._move(self._done, self._undone, apply)

    def redo(self, apply: Callable[[Step], Step]) -> None:
        """Does the step that was undone last again."""
        self._move(self._undone, self._done, apply)

    def peek(self, *, redo: bool) -> Step | None:
        """Returns the step that undo or redo would move, or None."""
        steps = self._undone if redo else self._done
        return steps[-1] if steps else None

    def clear(self) -> None:
        """Forgets all steps (another project was opened)."""
        self._done.clear()
        self._undone.clear()
        self.changed.emit()

    def _move(self, source: list[Step], target: list[Step], apply: Callable[[Step], Step]) -> None:
        if source:
            # Only a step that went through changes sides.
            target.append(apply(source[-1]))
            source.pop()
            self.changed.emit()

    def _let_go(self) -> None:
        total = sum(step.num_bytes for step in self._done)
        while total > self._budget_bytes and len(self._done) > MIN_STEPS:
            total -= self._done.pop(0).num_bytes
