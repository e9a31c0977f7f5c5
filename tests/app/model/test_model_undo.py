"""The undo stack lets go of its oldest steps when they outgrow their budget, and never of the newest 200."""

from __future__ import annotations

import pytest

from app.model.undo import MIN_STEPS, Step, UndoStack
from engine.domain.edits import LabelEdit, PackedTile


def step(number: int, num_bytes: int) -> Step:
    edit = LabelEdit((1, 1), (PackedTile(0, 0, b"x" * num_bytes, b""),), (0, 0, 1, 1))
    return Step(f"step {number}", "r1", edits=(("r1", edit),))


def test_old_steps_go_when_the_budget_is_spent() -> None:
    stack = UndoStack(budget_bytes=(MIN_STEPS + 50) * 100)
    for number in range(1000):
        stack.push(step(number, 100))
    assert stack.num_steps == MIN_STEPS + 50
    assert stack.undo_text == "step 999"


def test_two_hundred_steps_stay_whatever_they_cost() -> None:
    stack = UndoStack(budget_bytes=1)
    for number in range(300):
        stack.push(step(number, 100))
    assert stack.num_steps == MIN_STEPS


def test_a_step_that_failed_stays_where_it_was() -> None:
    stack = UndoStack()
    stack.push(step(1, 10))

    def fail(_: Step) -> Step:
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        stack.undo(fail)
    assert (stack.undo_text, stack.redo_text) == ("step 1", "")
