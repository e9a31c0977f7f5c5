"""Parts: everything that changes them is one step, and pixels go where the artist says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.actions.part_actions import part_lists
from app.bootstrap import Studio
from engine.errors import InputError
from tests.app.window_artist import ScriptedQuestions, add, drag, pixels, same


@pytest.fixture
def painted(studio: Studio, qtbot: QtBot, stills: list[Path]) -> Studio:
    """Three references; parts body (1), wheel (2), light (3); body and wheel are painted on the first two."""
    add(studio, qtbot, stills)
    studio.core.parts.add_list(["body", "wheel", "light"], "Add parts")
    for place in range(2):
        studio.core.references.show(studio.core.references.references[place].id)
        studio.core.parts.set_current(1)
        drag(studio, (20, 30), (140, 30))
        studio.core.parts.set_current(2)
        drag(studio, (20, 100), (140, 100))
    return studio


CHANGES: dict[str, Callable[[Studio], object]] = {
    "add": lambda s: s.core.parts.add("door", "Add part"),
    "rename": lambda s: s.core.parts.rename(1, "shell", "Rename"),
    "recolour": lambda s: s.core.parts.recolour(1, (9, 8, 7), "Recolour"),
    "channel": lambda s: s.core.parts.set_channel(1, "car body", "Channel"),
    "group": lambda s: s.core.parts.set_group([1, 2], "car", "Group"),
    "move": lambda s: s.core.parts.move(1, 2, "Move"),
    "delete": lambda s: s.core.parts.delete(1, 0, "Delete"),
    "merge": lambda s: s.core.parts.delete(1, 2, "Merge"),
    "protect": lambda s: s.painting.canvas_model.set_protect("Protect", on=True),
    "mirror": lambda s: s.painting.canvas_model.set_mirror("Mirror", on=True),
    "remove reference": lambda s: s.core.references.remove("r1", "Remove"),
    "duplicate": lambda s: s.core.references.duplicate("r1", "copy", "Duplicate"),
    "copy mask": lambda s: s.core.references.copy_mask("r1", "Copy"),
    "hold out": lambda s: s.core.references.set_holdout("r1", "Hold out", holdout=True),
    "rename reference": lambda s: s.core.references.rename("r1", "other", "Rename"),
}


def everything(studio: Studio) -> tuple[object, dict[str, tuple[bytes, bytes]]]:
    layers = {r.id: studio.core.document.layer(r.id) for r in studio.core.references.references}
    return studio.core.document.project, {i: (x.labels.tobytes(), x.coverage.tobytes()) for i, x in layers.items()}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_every_change_is_one_step_that_undo_and_redo_restore(painted: Studio, change: str) -> None:
    painted.core.references.show("r3")
    before, steps = everything(painted), painted.core.document.stack.num_steps
    CHANGES[change](painted)
    after = everything(painted)
    assert after != before
    assert painted.core.document.stack.num_steps == steps + 1
    painted.core.document.undo()
    assert everything(painted) == before
    painted.core.document.redo()
    assert everything(painted) == after


@pytest.mark.parametrize("into", [0, 2, 255])
def test_pixels_of_a_deleted_part_go_where_the_artist_says(painted: Studio, into: int) -> None:
    before = {i: painted.core.document.layer(i).labels.copy() for i in ("r1", "r2")}
    painted.core.parts.delete(1, into, "Delete")
    for reference_id, labels in before.items():
        expected = np.where(labels == 1, into, labels)
        assert np.array_equal(painted.core.document.layer(reference_id).labels, expected)


def test_deleting_asks_where_the_pixels_go_and_can_be_called_off(painted: Studio, script: ScriptedQuestions) -> None:
    before = everything(painted)
    script.answers = [None]
    painted.painting.part_actions.delete(1)
    assert "painted on 2 references" in script.asked[-1]
    assert everything(painted) == before
    script.answers = ["wheel"]
    painted.painting.part_actions.delete(1)
    assert painted.core.parts.parts.names == ("wheel", "light")


def test_a_part_without_pixels_is_deleted_without_a_question(painted: Studio, script: ScriptedQuestions) -> None:
    painted.painting.part_actions.delete(3)
    assert script.asked == []
    assert painted.core.parts.parts.names == ("body", "wheel")


def test_coverage_counts_the_references_that_show_a_part(painted: Studio) -> None:
    assert [painted.core.parts.num_painted(i) for i in (1, 2, 3)] == [2, 2, 0]
    assert [row.text(4) for row in painted.painting.parts.tree.part_rows()] == ["2/3 !", "2/3 !", "0/3"]


def test_two_parts_cannot_share_a_name(painted: Studio) -> None:
    with pytest.raises(InputError, match="wheel"):
        painted.core.parts.rename(1, "wheel", "Rename")
    painted.painting.part_actions.rename(1, "wheel")
    assert "wheel" in painted.core.notice.text
    assert painted.core.parts.parts.names == ("body", "wheel", "light")


def test_typing_a_name_into_the_list_renames(painted: Studio) -> None:
    painted.painting.parts.tree.part_rows()[0].setText(0, "shell")
    assert painted.core.parts.parts.names == ("shell", "wheel", "light")


def test_locked_and_hidden_parts_keep_their_pixels(painted: Studio) -> None:
    painted.core.references.show("r1")
    before = painted.core.document.layer("r1").labels.copy()
    painted.core.parts.set_locked(1, locked=True)
    painted.core.parts.set_visible(2, visible=False)
    painted.core.parts.set_current(3)
    drag(painted, (80, 10), (80, 115))
    after = painted.core.document.layer("r1").labels
    assert (after == 3).any()
    for label in (1, 2):
        assert np.array_equal(after == label, before == label)


def test_dragging_a_row_moves_the_part(painted: Studio) -> None:
    painted.painting.parts.moveRequested.emit(3, 0)
    assert painted.core.parts.parts.names == ("light", "body", "wheel")


def test_groups_are_shown_as_branches(painted: Studio) -> None:
    painted.core.parts.set_group([1, 2], "car", "Group")
    tree = painted.painting.parts.tree
    top = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    assert [item.text(0) for item in top if item is not None] == ["car", "light", "background"]


def test_ready_made_lists_have_names_that_make_parts(studio: Studio) -> None:
    studio.project_actions.new()
    for _, names in part_lists():
        studio.core.parts.add_list(names, "Add parts")
        assert set(names) <= set(studio.core.parts.parts.names)


def test_a_mirrored_stroke_swaps_left_and_right(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["left eye", "right eye"], "Add parts")
    studio.painting.canvas_model.set_mirror("Mirror", on=True)
    studio.core.parts.set_current(1)
    drag(studio, (40, 60), (40, 60))
    labels = pixels(studio)[0]
    assert labels[60, 40] == 1
    assert labels[60, 160 - 40] == 2


def test_redo_is_forgotten_after_a_new_change(painted: Studio) -> None:
    painted.core.references.show("r1")
    painted.core.document.undo()
    drag(painted, (20, 60), (40, 60))
    state = pixels(painted)
    painted.core.document.redo()
    assert same(pixels(painted), state)
