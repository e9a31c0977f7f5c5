"""Random work on parts, references and pixels: undone, redone, saved and recovered, it is the same to the bit."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.domain.edits import LabelLayer
from engine.domain.project import Project
from engine.errors import InputError
from engine.project_io.folder import open_project
from engine.project_io.journal import read_journal
from engine.project_io.recovery import find_recovery, recovered
from tests.app.window_artist import add

Pixels = dict[str, tuple[bytes, bytes]]


def everything(studio: Studio) -> tuple[Project, Pixels]:
    layers = {r.id: studio.core.document.layer(r.id) for r in studio.core.references.references}
    return studio.core.document.project, {i: _bytes(layer) for i, layer in layers.items()}


def _bytes(layer: LabelLayer) -> tuple[bytes, bytes]:
    return layer.labels.tobytes(), layer.coverage.tobytes()


def paint(studio: Studio, dice: random.Random) -> None:
    layer, ids = studio.core.references.layer, studio.core.parts.parts.ids
    if layer is None or not ids:
        return
    height, width = layer.shape
    x, y = dice.randrange(width), dice.randrange(height)
    layer.begin()
    left, top, right, bottom = layer.touch((x - 20, y - 20, x + 20, y + 20))
    layer.labels[top:bottom, left:right] = dice.choice((0, 255, *ids))
    layer.coverage[top:bottom, left:right] = dice.randrange(256)
    edit = layer.commit()
    if edit is not None:
        studio.painting.canvas_model.take_stroke(edit, "Brush")


def some_part(studio: Studio, dice: random.Random) -> int:
    ids = studio.core.parts.parts.ids
    if len(ids) < 2:
        raise InputError("too few parts")
    return dice.choice(ids)


def some_reference(studio: Studio, dice: random.Random) -> str:
    if len(studio.core.references.references) < 2:
        raise InputError("too few references")
    return dice.choice(studio.core.references.references).id


def delete_part(studio: Studio, dice: random.Random) -> None:
    part = some_part(studio, dice)
    studio.core.parts.delete(
        part, dice.choice([0, 255, *(i for i in studio.core.parts.parts.ids if i != part)]), "Delete"
    )


def jump(studio: Studio, dice: random.Random) -> None:
    if dice.random() < 0.5:
        studio.core.references.show_frame("c1", dice.choice(studio.core.references.clip_numbers("c1")))
    else:
        studio.core.references.show(some_reference(studio, dice))


WORK: list[Callable[[Studio, random.Random], object]] = [
    paint,
    paint,
    paint,
    jump,
    jump,
    delete_part,
    lambda s, d: s.core.parts.add(f"part {d.random()}", "Add"),
    lambda s, d: s.core.parts.rename(some_part(s, d), f"name {d.random()}", "Rename"),
    lambda s, d: s.core.parts.move(some_part(s, d), d.randrange(5), "Move"),
    lambda s, d: s.core.parts.set_group([some_part(s, d)], d.choice(["", "a", "b"]), "Group"),
    lambda s, d: s.core.references.remove(some_reference(s, d), "Remove"),
    lambda s, d: s.core.references.duplicate(some_reference(s, d), "copy", "Duplicate"),
    lambda s, d: s.core.references.copy_mask(some_reference(s, d), "Copy"),
    lambda s, d: s.core.references.set_holdout(some_reference(s, d), "Hold out", holdout=d.random() < 0.5),
    lambda s, d: s.core.references.toggle_frame("Add", "Remove"),
    lambda s, d: s.painting.canvas_model.set_mirror("Mirror", on=d.random() < 0.5),
    lambda s, d: s.core.document.undo(),
    lambda s, d: s.core.document.undo(),
    lambda s, d: s.core.document.redo(),
]


@pytest.mark.parametrize("seed", range(4))
def test_random_work_survives_undo_redo_save_and_a_crash(
    studio: Studio, qtbot: QtBot, stills: list[Path], clip: Path, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    add(studio, qtbot, [*stills, clip])
    studio.core.parts.add_list(["body", "wheel"], "Add parts")
    path = tmp_path / "project"
    studio.core.session.save_as(path, "project")
    for step in range(120):
        try:
            dice.choice(WORK)(studio, dice)
        except InputError:
            continue
        if step == 60:
            studio.core.session.save()
        if step == 90:
            studio.core.session._journal_limit = 0
            studio.core.session._on_sync()
            assert_recovered(path, everything(studio))
    final = everything(studio)
    assert_recovered(path, final)
    while studio.core.document.stack.undo_text:
        studio.core.document.undo()
    assert studio.core.references.references == ()
    assert len(studio.core.parts.parts) == 0
    while studio.core.document.stack.redo_text:
        studio.core.document.redo()
    assert everything(studio) == final
    assert_recovered(path, final)
    studio.core.session.save()
    studio.core.session.close()
    studio.project_actions.open(path)
    project, pixels = everything(studio)
    assert (project.parts, project.clips, project.rules) == (final[0].parts, final[0].clips, final[0].rules)
    assert [(r.id, r.still, r.frame, r.holdout) for r in project.references] == [
        (r.id, r.still, r.frame, r.holdout) for r in final[0].references
    ]
    assert pixels == final[1]


def assert_recovered(path: Path, wanted: tuple[Project, Pixels]) -> None:
    """Reads the journal as the next run would after a crash at this moment."""
    folder = open_project(path)
    assert read_journal(path) is not None
    found = find_recovery(folder)
    assert found is not None
    project, painted = recovered(folder, found)
    assert project == wanted[0]
    for reference in project.references:
        pixels = painted.get(reference.id) or folder.read_labels(reference)
        assert _bytes(LabelLayer(pixels.labels, pixels.coverage)) == wanted[1][reference.id], reference.id
