"""Bad input: a sentence each time, and nothing lost."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.notify.dialogue import ErrorDialogue
from engine.project_io.lock import LockOwner
from tests.app.window_artist import ScriptedQuestions, add, drag, pixels, same, write_image


def saved_project(studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, folder: Path) -> None:
    add(studio, qtbot, [still])
    script.answers = ["body", folder]
    studio.painting.part_actions.add()
    drag(studio, (30, 30), (90, 60))
    assert studio.project_actions.save()


def dialogue(studio: Studio) -> ErrorDialogue:
    (found,) = studio.window.findChildren(ErrorDialogue)
    found.close()
    return found


def test_a_folder_of_junk_is_named_and_changes_nothing(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.mkdir()
    (junk / "notes.txt").write_text("hello")
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    add(studio, qtbot, [junk, tmp_path / "tool.exe"])
    assert "junk, tool.exe" in studio.core.notice.text
    assert studio.core.references.references == ()


def test_damaged_images_are_named_and_good_ones_are_kept(
    studio: Studio, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "plates" / "broken.png"
    broken.write_bytes(still.read_bytes()[:100])
    empty = tmp_path / "plates" / "empty.jpg"
    empty.touch()
    add(studio, qtbot, [broken, still, empty])
    assert [r.name for r in studio.core.references.references] == ["plate"]
    assert "broken.png" in studio.core.notice.text
    assert "1 more file" in studio.core.notice.text


def test_an_image_of_20000_pixels_is_refused_in_a_sentence(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    add(studio, qtbot, [tmp_path / "huge.png"])
    assert "20000x20000" in studio.core.notice.text
    assert "Scale it down" in studio.core.notice.text
    assert studio.core.references.references == ()


def test_the_last_good_version_is_offered_and_opened(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    painted = pixels(studio)
    drag(studio, (20, 100), (140, 110))
    assert studio.project_actions.save()
    studio.project_actions.close()
    (project / "project.json").write_text("{ broken")
    script.answers = ["open"]
    assert studio.project_actions.open(project)
    assert same(pixels(studio), painted)


def test_a_project_of_a_newer_version_is_refused_in_a_sentence(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    studio.project_actions.close()
    file = project / "project.json"
    text = json.dumps({**json.loads(file.read_text()), "schema_version": 99})
    file.write_text(text)
    assert not studio.project_actions.open(project)
    found = dialogue(studio)
    assert "newer SMITE Studio" in found.sentence
    assert "InputError" in found.report()
    assert file.read_text() == text


def test_deleted_media_keep_their_paint_and_can_be_relinked(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    painted = pixels(studio)
    studio.project_actions.close()
    (tmp_path / "moved").mkdir()
    shutil.move(still, tmp_path / "moved" / "plate.png")
    assert studio.project_actions.open(project)
    assert "plate.png" in studio.core.notice.text
    assert same(pixels(studio), painted)
    script.answers = [tmp_path / "moved"]
    studio.core.commands["project.relink"].trigger()
    current = studio.core.references.current
    assert current is not None
    assert current.still == tmp_path / "moved" / "plate.png"
    picture = studio.core.references.picture
    assert picture is not None
    assert picture.std() > 1
    assert same(pixels(studio), painted)


def test_an_image_that_changed_its_size_keeps_the_paint(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    painted = pixels(studio)
    studio.project_actions.close()
    write_image(still, 3, (80, 60))
    assert studio.project_actions.open(project)
    assert "80x60" in studio.core.notice.text
    assert same(pixels(studio), painted)


def test_a_folder_without_write_rights_opens_for_reading(
    studio: Studio,
    qtbot: QtBot,
    script: ScriptedQuestions,
    still: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    painted = pixels(studio)
    studio.project_actions.close()
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    real = Path.open

    def refused(path: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        if project in path.parents and mode != "r" and "b" not in mode.replace("rb", ""):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, mode, *args, **more)

    # The superuser, who runs tests in containers, is not bound by rights: the refusal is made here.
    monkeypatch.setattr(Path, "open", refused)
    assert studio.project_actions.open(project)
    assert studio.core.document.read_only
    assert "reading only" in studio.core.notice.text
    drag(studio, (20, 100), (140, 110))
    assert same(pixels(studio), painted)
    monkeypatch.undo()
    studio.project_actions.close()
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before


def test_the_second_seat_reads_only_and_may_save_elsewhere(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    painted = pixels(studio)
    studio.project_actions.close()
    owner = LockOwner("anna", "another-machine", 1, "2026-01-01T10:00:00")
    (project / "project.lock").write_text(json.dumps(owner.__dict__))
    before = (project / "project.json").read_bytes()
    assert studio.project_actions.open(project)
    assert "anna on another-machine" in studio.core.notice.text
    drag(studio, (20, 100), (140, 110))
    studio.core.commands["reference.remove"].trigger()
    studio.core.parts.changed.emit()
    assert same(pixels(studio), painted)
    assert (project / "project.json").read_bytes() == before
    assert not (project / "journal.bin").exists()
    script.answers = [tmp_path / "mine"]
    assert studio.project_actions.save()
    assert not studio.core.document.read_only
    drag(studio, (20, 100), (140, 110))
    assert not same(pixels(studio), painted)


def test_a_full_disk_while_saving_loses_nothing(
    studio: Studio,
    qtbot: QtBot,
    script: ScriptedQuestions,
    still: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = tmp_path / "project"
    saved_project(studio, qtbot, script, still, project)
    drag(studio, (20, 100), (140, 110))
    painted = pixels(studio)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert not studio.project_actions.save()
    monkeypatch.undo()
    assert "disk is full" in dialogue(studio).sentence
    assert studio.core.document.unsaved
    assert same(pixels(studio), painted)
    assert studio.project_actions.save()
    studio.project_actions.close()
    studio.project_actions.open(project)
    assert same(pixels(studio), painted)


def test_a_journal_that_cannot_be_written_is_reported_and_painting_goes_on(
    studio: Studio,
    qtbot: QtBot,
    script: ScriptedQuestions,
    still: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    saved_project(studio, qtbot, script, still, tmp_path / "project")
    before = pixels(studio)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = studio.core.session._journal
    assert journal is not None
    monkeypatch.setattr(journal, "_append", lambda *_: journal.sync())
    monkeypatch.setattr("os.fsync", full)
    drag(studio, (20, 100), (140, 110))
    monkeypatch.undo()
    assert "disk is full" in studio.core.notice.text
    assert not same(pixels(studio), before)


def test_labels_that_vanished_are_named_and_other_references_stay_usable(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, stills: list[Path], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    add(studio, qtbot, stills)
    script.answers = ["body", project]
    studio.painting.part_actions.add()
    drag(studio, (30, 30), (90, 60))
    studio.core.references.step(1)
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)
    assert studio.project_actions.save()
    studio.project_actions.close()
    for path in (project / "labels").glob("r1.*.png"):
        path.unlink()
    studio.project_actions.open(project)
    assert "platea" in studio.core.notice.text
    studio.core.references.step(1)
    assert same(pixels(studio), painted)


def test_a_mask_of_another_size_is_refused_in_a_sentence(
    studio: Studio, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    add(studio, qtbot, [still])
    Image.fromarray(np.full((30, 40), 255, np.uint8)).save(tmp_path / "mask.png")
    studio.painting.reference_actions.import_mask(tmp_path / "mask.png")
    assert "40x30" in studio.core.notice.text
    assert not pixels(studio)[0].any()
