"""An artist's day on the real widgets: paint, undo, redo, save, crash, recover, reopen, to the bit."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.project_io.folder import open_project
from tests.app.window_artist import ScriptedQuestions, add, drag, end, make_studio, pixels, same, write_image

PAINTER = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from PySide6.QtWidgets import QApplication
application = QApplication([])
import numpy as np
from tests.app.window_artist import drag, make_studio, pixels
studio = make_studio(Path({data!r}))
studio.window.show()
application.processEvents()
studio.open_paths([Path({project!r})])
application.processEvents()
studio.painting.canvas.set_brush(studio.painting.canvas.brush.hardened(30))
for row in range(4):
    drag(studio, (20, 20 + 20 * row), (130, 25 + 20 * row))
studio.core.document.undo()
studio.core.parts.add("late part", "Add part")
drag(studio, (70, 10), (70, 110))
labels, coverage = pixels(studio)
np.savez({result!r}, labels=labels, coverage=coverage)
Path({result!r} + ".done").touch()
time.sleep(60)
"""


def painted_project(studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, folder: Path) -> None:
    add(studio, qtbot, [still])
    script.answers = ["body"]
    studio.painting.part_actions.add()
    drag(studio, (30, 30), (90, 60))
    script.answers = [folder]
    QTest.keyClick(studio.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not studio.core.session.untitled


def test_painting_undo_and_redo_are_exact(studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path) -> None:
    add(studio, qtbot, [still])
    script.answers = ["body", "wheel"]
    studio.painting.part_actions.add()
    states = [pixels(studio)]
    drag(studio, (30, 30), (90, 60))
    states.append(pixels(studio))
    studio.painting.canvas.set_brush(studio.painting.canvas.brush.hardened(20))
    drag(studio, (90, 30), (30, 80))
    states.append(pixels(studio))
    studio.painting.part_actions.add()
    drag(studio, (60, 20), (60, 100))
    states.append(pixels(studio))
    assert not any(same(a, b) for a, b in itertools.pairwise(states))
    for _ in range(4):
        QTest.keyClick(studio.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert same(pixels(studio), states[0])
    for _ in range(4):
        QTest.keyClick(studio.window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert same(pixels(studio), states[3])
    assert studio.core.parts.parts.names == ("body", "wheel")


def test_saved_work_reopens_to_the_bit(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    studio.painting.canvas.set_brush(studio.painting.canvas.brush.hardened(20))
    painted_project(studio, qtbot, script, still, tmp_path / "project")
    before = pixels(studio)
    assert (before[1] < 255).any()
    studio.project_actions.close()
    assert studio.core.references.picture is None
    studio.project_actions.open(tmp_path / "project")
    assert same(pixels(studio), before)
    assert not studio.core.document.unsaved


def test_a_killed_program_gives_every_stroke_back(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project, result = tmp_path / "project", tmp_path / "result.npz"
    painted_project(studio, qtbot, script, still, project)
    studio.project_actions.close()
    code = PAINTER.format(
        tests=str(Path(__file__).parents[2]), data=str(tmp_path / "other"), project=str(project), result=str(result)
    )
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    deadline = time.monotonic() + 50
    while not Path(f"{result}.done").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    script.answers = ["recover"]
    assert studio.project_actions.open(project)
    assert "1 change" not in script.asked[-1]
    assert "plate" in script.asked[-1]
    painted = np.load(result)
    assert same(pixels(studio), (painted["labels"], painted["coverage"]))
    assert studio.core.parts.parts.names == ("body", "late part")
    assert studio.core.document.unsaved
    assert studio.project_actions.save()
    folder = open_project(project)
    saved = folder.read_labels(folder.stored.project.references[0])
    assert np.array_equal(saved.labels, painted["labels"])


def test_recovered_work_survives_a_second_crash(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    painted_project(studio, qtbot, script, still, project)
    drag(studio, (100, 20), (120, 100))
    journal = (project / "journal.bin").read_bytes()
    once = pixels(studio)
    script.answers = ["drop"]
    studio.project_actions.close()
    (project / "journal.bin").write_bytes(journal)
    script.answers = ["recover"]
    studio.project_actions.open(project)
    assert same(pixels(studio), once)
    drag(studio, (20, 100), (140, 110))
    twice, journal = pixels(studio), (project / "journal.bin").read_bytes()
    script.answers = ["drop"]
    studio.project_actions.close()
    (project / "journal.bin").write_bytes(journal)
    script.answers = ["recover"]
    studio.project_actions.open(project)
    assert same(pixels(studio), twice)


def test_declined_recovery_opens_the_last_save(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    painted_project(studio, qtbot, script, still, project)
    saved = pixels(studio)
    drag(studio, (100, 20), (120, 100))
    journal = (project / "journal.bin").read_bytes()
    script.answers = ["drop"]
    studio.project_actions.close()
    (project / "journal.bin").write_bytes(journal)
    script.answers = ["saved"]
    studio.project_actions.open(project)
    assert same(pixels(studio), saved)


def test_an_untitled_project_is_offered_after_a_crash(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    add(studio, qtbot, [still])
    script.answers = ["body"]
    studio.painting.part_actions.add()
    drag(studio, (30, 30), (90, 60))
    painted, path = pixels(studio), studio.core.session.path
    assert path is not None
    left = tmp_path / "left"
    path.rename(left)
    path.mkdir()
    script.answers = ["drop"]
    studio.project_actions.close()
    left.rename(path)
    (path / "project.lock").unlink()
    assert studio.core.session.unsaved_projects() == [path]
    script.answers = ["recover"]
    studio.welcome.recoverChosen.emit(str(path))
    assert same(pixels(studio), painted)


def test_undo_shows_the_reference_it_happens_on(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, stills: list[Path]
) -> None:
    add(studio, qtbot, stills)
    script.answers = ["body"]
    studio.painting.part_actions.add()
    first, second = (r.id for r in studio.core.references.references[:2])
    drag(studio, (30, 30), (90, 60))
    studio.core.references.show(second)
    studio.core.document.undo()
    current = studio.core.references.current
    assert current is not None
    assert current.id == first
    assert not pixels(studio)[0].any()


def test_painting_a_fresh_frame_makes_it_a_reference_in_one_step(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, clip: Path
) -> None:
    add(studio, qtbot, [clip])
    script.answers = ["body"]
    studio.painting.part_actions.add()
    studio.painting.clip_bar.frame.setValue(1005)
    assert studio.core.references.references == ()
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)
    (reference,) = studio.core.references.references
    assert (reference.frame, reference.name) == (1005, "shot 1005")
    studio.core.document.undo()
    assert studio.core.references.references == ()
    assert not pixels(studio)[0].any()
    studio.core.document.redo()
    assert same(pixels(studio), painted)
    drag(studio, (20, 100), (140, 110))
    assert not same(pixels(studio), painted)


def test_the_r_key_toggles_a_frame_and_undo_brings_its_paint_back(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, clip: Path
) -> None:
    add(studio, qtbot, [clip])
    script.answers = ["body"]
    studio.painting.part_actions.add()
    QTest.keyClick(studio.window, Qt.Key.Key_R)
    assert [r.frame for r in studio.core.references.references] == [1001]
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)
    QTest.keyClick(studio.window, Qt.Key.Key_R)
    assert studio.core.references.references == ()
    studio.core.document.undo()
    assert same(pixels(studio), painted)


def test_removed_references_come_back_with_their_paint_after_a_save(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    painted_project(studio, qtbot, script, still, tmp_path / "project")
    before = pixels(studio)
    studio.core.commands["reference.remove"].trigger()
    assert studio.core.references.references == ()
    assert studio.project_actions.save()
    studio.core.document.undo()
    studio.core.references.step(0)
    assert same(pixels(studio), before)
    assert studio.project_actions.save()
    folder = open_project(tmp_path / "project")
    assert np.array_equal(folder.read_labels(folder.stored.project.references[0]).labels, before[0])


def test_steps_can_still_be_undone_after_the_first_save(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    painted_project(studio, qtbot, script, still, tmp_path / "project")
    painted = pixels(studio)
    studio.core.document.undo()
    assert not pixels(studio)[0].any()
    assert studio.core.document.project.name == "project"
    studio.core.document.undo()
    assert len(studio.core.parts.parts) == 0
    assert studio.core.document.project.name == "project"
    for _ in range(2):
        studio.core.document.redo()
    assert same(pixels(studio), painted)


def test_quitting_without_an_answer_keeps_the_journal(
    qtbot: QtBot, studio: Studio, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    painted_project(studio, qtbot, script, still, tmp_path / "project")
    drag(studio, (20, 100), (140, 110))
    painted = pixels(studio)
    studio.core.session.suspend()
    script.answers = ["recover"]
    again = make_studio(tmp_path / "again")
    assert isinstance(again.core.questions, ScriptedQuestions)
    again.core.questions.answers = ["recover"]
    again.project_actions.open(tmp_path / "project")
    assert same(pixels(again), painted)
    end(again)


@pytest.mark.parametrize("steps", [250])
def test_more_than_two_hundred_steps_can_be_undone(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, steps: int
) -> None:
    add(studio, qtbot, [still])
    script.answers = ["body"]
    studio.painting.part_actions.add()
    start = pixels(studio)
    layer, current = studio.core.references.layer, studio.core.references.current
    assert layer is not None
    assert current is not None
    for step in range(steps):
        layer.begin()
        layer.touch((step % 150, step % 100, step % 150 + 9, step % 100 + 9))
        layer.labels[step % 100 : step % 100 + 9, step % 150 : step % 150 + 9] = step % 2
        edit = layer.commit()
        if edit is not None:
            studio.painting.canvas_model.take_stroke(edit, "Brush")
    while studio.core.document.stack.undo_text == "Brush":
        studio.core.document.undo()
    assert same(pixels(studio), start)


def test_several_clips_live_in_one_project(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, clip: Path, tmp_path: Path
) -> None:
    for number in range(1, 12):
        write_image(tmp_path / "second" / f"b_{number:03}.png", 50 + number, (64, 48))
    add(studio, qtbot, [clip, tmp_path / "second"])
    assert [c.name for c in studio.core.references.clips] == ["shot", "second"]
    picture = studio.core.references.picture
    assert picture is not None
    assert picture.shape == (48, 64, 3)
    studio.core.references.step_frame(3)
    assert studio.core.references.place.frame == 4


def test_the_scale_of_texts_is_remembered(tmp_path: Path, qtbot: QtBot) -> None:
    first = make_studio(tmp_path)
    first.core.commands["window.larger"].trigger()
    end(first)
    second = make_studio(tmp_path)
    assert second.core.preferences.scale_percent == 110
    end(second)
