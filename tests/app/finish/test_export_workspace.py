"""Finish & Export on the real widgets: what is set is shown, kept with the result, planned, exported and checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.finish.model import RECIPE_FILE, FinishModel
from app.finish.preview_work import GROUND, PreviewQuestion, PreviewWork
from app.workspaces.export import ExportWorkspace
from engine.api.export_presets import built_in_presets
from engine.domain.finishing import FinishRecipe, PartFinish
from engine.errors import InputError
from engine.mattes.frame_mattes import FrameMattes
from engine.mattes.options import Output
from engine.media.label_png import read_label_png
from engine.results.folder import ResultReader
from tests.app.finish.finish_artist import WAIT_MS, enter_export, settled
from tests.app.window_artist import ScriptedQuestions
from tests.engine.mattes.small_result import FRAMES, HEIGHT, WIDTH, write_result


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


@pytest.fixture
def workspace(studio: Studio, qtbot: QtBot, tmp_path: Path) -> ExportWorkspace:
    return enter_export(studio, qtbot, tmp_path)


def test_what_is_set_is_shown_before_and_after_and_kept_with_the_result(
    workspace: ExportWorkspace, qtbot: QtBot, studio: Studio
) -> None:
    finish, model = workspace.finish, workspace.model
    finish.part.setCurrentIndex(1)
    finish.part.activated.emit(1)
    finish.fields["grow_px"].number.setValue(3)
    settled(workspace, qtbot)
    before, after = workspace.preview._pixels or (np.zeros(1), np.zeros(1))
    assert before.shape == (HEIGHT, WIDTH, 3)
    assert after.sum() > before.sum()
    assert "✓" in finish.watertight.text()
    studio.window.show_workspace("review")
    assert model.result is not None
    kept = FinishRecipe.from_json(json.loads((model.result / RECIPE_FILE).read_text(encoding="utf-8")))
    assert kept.of("wheel") == PartFinish(grow_px=3)
    assert kept.of("front window") == PartFinish()
    assert FinishModel(studio.core, studio).recipe == kept
    finish._reset.click()
    assert model.recipe.neutral


def test_a_new_version_of_the_clip_takes_the_recipe_over_and_keeps_its_own_from_then_on(
    workspace: ExportWorkspace, qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    model, first = workspace.model, workspace.model.result
    assert first is not None
    workspace.finish.fields["feather_px"].number.setValue(3)
    version = studio.core.results.begin("c1", "test", "")
    write_result(version.folder, tmp_path / "sh010")
    studio.core.results.choose(version.name)
    studio.core.results.read_record()
    assert model.result == version.folder
    assert model.recipe.default.feather_px == 3
    workspace.finish.fields["feather_px"].number.setValue(5)
    model.shut_down()
    kept = [json.loads((folder / RECIPE_FILE).read_text(encoding="utf-8")) for folder in (first, version.folder)]
    assert [table["default"]["feather_px"] for table in kept] == [3, 5]
    settled(workspace, qtbot)


def test_a_slider_sets_while_it_moves_and_a_double_click_on_its_name_resets(workspace: ExportWorkspace) -> None:
    field, model = workspace.finish.fields["feather_px"], workspace.model
    field.slider.setValue(500)
    assert model.recipe.default.feather_px == field.number.value() == 6
    field.number.setValue(40)
    assert model.recipe.default.feather_px == 40
    assert field.slider.value() == field.slider.maximum()
    QTest.mouseDClick(field.label, Qt.MouseButton.LeftButton)
    assert model.recipe.neutral


def test_a_locked_part_stays_while_its_neighbours_are_finished(workspace: ExportWorkspace, qtbot: QtBot) -> None:
    finish, model = workspace.finish, workspace.model
    finish.fields["grow_px"].number.setValue(4)
    finish.part.setCurrentIndex(finish.part.findData("wheel"))
    finish.part.activated.emit(finish.part.currentIndex())
    finish.lock.setChecked(True)
    settled(workspace, qtbot)
    assert model.recipe.locked == {"wheel"}
    assert not finish.fields["grow_px"].slider.isEnabled()
    before, after = workspace.preview._pixels or (np.zeros(1), np.ones(1))
    assert (before == after).all()
    finish.lock.setChecked(False)
    settled(workspace, qtbot)
    before, after = workspace.preview._pixels or (np.zeros(1), np.ones(1))
    assert (before != after).any()


def test_an_export_is_planned_queued_written_and_checked(
    workspace: ExportWorkspace, qtbot: QtBot, studio: Studio, script: ScriptedQuestions, tmp_path: Path
) -> None:
    assert "Choose a folder" in workspace.export.plan.text()
    assert not workspace.export.add.isEnabled()
    script.answers = [tmp_path / "mattes"]
    workspace.export.folderRequested.emit()
    workspace.export.formats.boxes["labels"].setChecked(True)
    workspace.export.formats.boxes["exr"].setChecked(False)
    settled(workspace, qtbot)
    assert "labels/" in workspace.export.plan.text()
    assert "3 files" in workspace.export.plan.text()
    workspace.export.add.click()
    qtbot.waitUntil(lambda: "Delivery check" in studio.core.notice.text, timeout=WAIT_MS)
    files = sorted((tmp_path / "mattes/labels").glob("*.png"))
    assert len(files) == len(FRAMES)
    reader = ResultReader(workspace.model.result or tmp_path)
    assert (read_label_png(files[0]) == reader.final(FRAMES[0])[1]).all()
    settled(workspace, qtbot)
    assert "3 finished before" in workspace.export.plan.text()


def test_files_of_another_export_are_counted_and_not_replaced_unasked(
    workspace: ExportWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    stranger = tmp_path / "mattes/labels/sh010_bg.1001.png"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"someone else's")
    model = workspace.model
    model.set_choice(replace(model.choice, folder=tmp_path / "mattes", outputs=(Output("labels"),)))
    settled(workspace, qtbot)
    assert "1 would be replaced" in workspace.export.plan.text()
    assert not workspace.export.add.isEnabled()
    workspace.export.overwrite.setChecked(True)
    settled(workspace, qtbot)
    assert workspace.export.add.isEnabled()


def test_a_bad_pattern_is_a_sentence_while_it_is_typed(
    workspace: ExportWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace.model.set_choice(replace(workspace.model.choice, folder=tmp_path / "mattes"))
    QTest.keyClicks(workspace.export.names.pattern, "{colour}.exr")
    settled(workspace, qtbot)
    assert "{colour}" in workspace.export.plan.text()
    assert not workspace.export.add.isEnabled()


def test_presets_choose_formats(workspace: ExportWorkspace) -> None:
    for preset in built_in_presets():
        workspace.model.use_preset(preset)
        chosen = set(workspace.export.formats.chosen)
        assert chosen == {output.format for output in preset.outputs}


def test_the_line_between_before_and_after_is_dragged(workspace: ExportWorkspace, qtbot: QtBot) -> None:
    preview = workspace.preview
    settled(workspace, qtbot)
    at = QPoint(round(preview._line_x()), preview.height() // 2)
    QTest.mousePress(preview, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(preview, at + QPoint(60, 0))
    QTest.mouseRelease(preview, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 0))
    assert preview.line > 0.5
    preview.set_line(7)
    assert preview.line == 1


def test_without_a_result_the_workspace_says_what_to_do(studio: Studio, qtbot: QtBot) -> None:
    studio.project_actions.new()
    studio.window.show_workspace("export")
    found = next(w for w in studio.workspaces if isinstance(w, ExportWorkspace))
    assert "no result" in found.export.plan.text()
    assert "no result yet" in found.preview._message
    found.add_to_queue()
    assert "no result to export" in studio.core.notice.text


def test_a_cut_out_is_the_plate_where_the_matte_is_full(workspace: ExportWorkspace, tmp_path: Path) -> None:
    result = workspace.model.result
    assert result is not None
    work = PreviewWork()
    question = PreviewQuestion(result, tmp_path / "sh010", "auto", FRAMES[0], None, FinishRecipe(), "cutout")
    answer = work.answer(question)
    stack_labels = ResultReader(result).final(FRAMES[0])[1]
    assert (answer.before[0, 0] == GROUND).all()
    assert answer.changed == 0
    assert (answer.before == answer.after).all()
    assert stack_labels[0, 0] == 0
    with pytest.raises(InputError, match="no result yet"):
        work.answer(replace(question, frame=1010))
    work.close()


def test_parts_are_shown_in_their_colours_and_mixed_where_they_meet(workspace: ExportWorkspace, tmp_path: Path) -> None:
    result = workspace.model.result
    assert result is not None
    work = PreviewWork()
    question = PreviewQuestion(result, tmp_path / "sh010", "auto", FRAMES[0], None, FinishRecipe(), "parts")
    shown = work.answer(question).before.astype(float)
    work.close()
    reader = ResultReader(result)
    stack = FrameMattes(reader).of(FRAMES[0])
    expected = sum(stack.plane(part.id)[..., None] * np.array(part.colour, float) for part in reader.parts)
    assert np.abs(shown - expected).max() <= 0.51
