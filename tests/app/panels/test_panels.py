"""Panels show what the model says and ask it for what the artist does."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.notify.dialogue import ErrorDialogue
from app.panels.parts import LOCK, SOLO, VISIBLE
from engine.select.sam2_client import Sam2Client
from tests.app.window_artist import ScriptedQuestions, add, drag, pixels, same, write_image


def test_the_welcome_screen_lists_recent_projects_and_opens_them(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path, tmp_path: Path
) -> None:
    add(studio, qtbot, [still])
    script.answers = [tmp_path / "car spot"]
    studio.project_actions.save()
    studio.project_actions.close()
    recent = studio.welcome.recent
    assert recent.isVisible()
    assert "car spot" in recent.item(0).text()
    recent.itemActivated.emit(recent.item(0))
    assert studio.core.session.path == tmp_path / "car spot"


def test_a_recent_project_that_is_gone_is_not_listed(studio: Studio, tmp_path: Path) -> None:
    studio.core.preferences.add_recent(tmp_path / "gone")
    assert studio.core.preferences.recent_projects == []


def test_files_dropped_on_the_window_become_references(studio: Studio, qtbot: QtBot, still: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(still))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    studio.window.dropEvent(event)
    qtbot.waitUntil(lambda: len(studio.core.references.references) == 1)
    assert studio.painting.strip.list.item(0).text() == "plate"


def test_the_eye_solo_and_lock_of_a_row_switch_the_part(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["a", "b"], "Add parts")
    tree = studio.painting.parts.tree
    for column in (VISIBLE, SOLO, LOCK):
        tree.itemClicked.emit(tree.part_rows()[1], column)
    assert studio.core.parts.hidden == {2}
    assert studio.core.parts.solo == {2}
    assert studio.core.parts.locked == {2}
    assert studio.painting.canvas_model.shown_parts == {2}


def test_size_and_hardness_fields_and_canvas_agree(studio: Studio) -> None:
    studio.project_actions.new()
    options = studio.painting.options
    options.diameter.field.setValue(200)
    assert studio.painting.canvas.brush.diameter == 200
    studio.core.commands["brush.larger"].trigger()
    assert options.diameter.value == 220
    studio.core.commands["brush.softer"].trigger()
    assert options.hardness.value == 90


def test_the_opacity_field_changes_the_overlay(studio: Studio) -> None:
    assert studio.painting.options.opacity.value == 45
    studio.painting.options.opacity.field.setValue(80)
    assert studio.painting.canvas.overlay_style.opacity == 0.8


def test_switches_show_the_model_after_undo(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.commands["paint.protect"].trigger()
    assert studio.painting.canvas_model.protect_others
    assert studio.core.commands["paint.protect"].isChecked()
    studio.core.document.undo()
    assert not studio.core.commands["paint.protect"].isChecked()


def test_the_status_bar_names_the_part_under_the_cursor(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["wheel"], "Add parts")
    drag(studio, (30, 30), (90, 60))
    studio.painting.canvas.pixelHovered.emit(30, 30, 1)
    assert studio.status.pixel.text() == "x 30  y 30  =  wheel"
    assert "160×120" in studio.status.frame.text()


def test_the_journal_time_is_shown(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["wheel"], "Add parts")
    with qtbot.waitSignal(studio.core.session.journalled, timeout=4000):
        drag(studio, (30, 30), (90, 60))
    assert studio.status.saved.text().startswith("Autosaved ")


def test_the_frame_slider_marks_references_and_keeps_original_numbers(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    add(studio, qtbot, [clip])
    bar = studio.painting.clip_bar
    assert bar.isVisible()
    bar.slider.setValue(4)
    assert bar.frame.value() == 1005
    studio.core.references.toggle_frame("Add", "Remove")
    assert bar.slider._marks == [4]
    assert "f 1005" in studio.status.frame.text()


def test_a_mask_is_copied_from_another_reference(studio: Studio, qtbot: QtBot, stills: list[Path]) -> None:
    add(studio, qtbot, stills)
    studio.core.parts.add_list(["wheel"], "Add parts")
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)
    studio.core.references.step(1)
    studio.painting.details.copyRequested.emit("r1")
    assert same(pixels(studio), painted)


def test_copying_between_sizes_is_refused_in_a_sentence(
    studio: Studio, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    add(studio, qtbot, [still, write_image(tmp_path / "small.png", 4, (64, 48))])
    studio.core.parts.add_list(["wheel"], "Add parts")
    drag(studio, (30, 30), (90, 60))
    studio.core.references.step(1)
    studio.painting.details.copyRequested.emit("r1")
    assert "160x120" in studio.core.notice.text
    assert not pixels(studio)[0].any()


def test_copy_and_paste_carry_a_mask_to_a_frame(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    add(studio, qtbot, [clip])
    studio.core.parts.add_list(["wheel"], "Add parts")
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)
    studio.core.commands["edit.copy_mask"].trigger()
    studio.core.references.step_frame(3)
    studio.core.commands["edit.paste_mask"].trigger()
    assert same(pixels(studio), painted)
    assert [r.frame for r in studio.core.references.references] == [1001, 1004]


def test_the_onion_skin_shows_the_neighbour(studio: Studio, qtbot: QtBot, stills: list[Path]) -> None:
    add(studio, qtbot, stills)
    studio.core.parts.add_list(["wheel"], "Add parts")
    drag(studio, (30, 30), (90, 60))
    painted = pixels(studio)[0]
    studio.core.references.step(1)
    assert studio.painting.canvas_model.ghost is None
    studio.core.commands["paint.onion"].trigger()
    ghost = studio.painting.canvas_model.ghost
    assert ghost is not None
    assert (ghost == painted).all()


def test_empty_workspaces_say_so_in_one_line(studio: Studio) -> None:
    studio.project_actions.new()
    for place, name in enumerate(("references", "train", "review", "export")):
        studio.window.show_workspace(name)
        assert studio.window.pages.currentIndex() == place
    studio.window.show_workspace("references")
    assert not studio.painting.canvas.isVisible()


def test_panels_hide_and_come_back(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    assert studio.painting.parts.isVisible()
    studio.window.toggle_panels()
    assert not studio.painting.parts.isVisible()
    studio.window.toggle_panels()
    assert studio.painting.parts.isVisible()


def test_closing_asks_about_unsaved_work_and_can_be_called_off(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path
) -> None:
    add(studio, qtbot, [still])
    script.answers = ["stay"]
    assert not studio.window.close()
    assert studio.core.session.path is not None
    script.answers = ["drop"]
    assert studio.window.close()


def test_the_error_dialogue_copies_its_report(studio: Studio, qtbot: QtBot) -> None:
    dialogue = ErrorDialogue("It failed.", "the details", studio.window)
    dialogue._copy.click()
    assert QGuiApplication.clipboard().text().startswith("It failed.\n\nthe details")
    dialogue.close()


def test_project_names_from_a_stranger_are_shown_as_text(studio: Studio, tmp_path: Path) -> None:
    studio.project_actions.new()
    studio.core.session.save_as(tmp_path / "p", "p")
    studio.core.session.close()
    file = tmp_path / "p" / "project.json"
    document = json.loads(file.read_text())
    document["name"] = "<b>" + "x" * 300
    file.write_text(json.dumps(document))
    studio.project_actions.open(tmp_path / "p")
    assert studio.window.windowTitle().startswith("<b>xxx")


def test_undo_takes_the_last_corner_of_a_polygon_before_any_step(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["wheel"], "Add parts")
    studio.painting.canvas.set_tool("polygon")
    for corner in ((30, 30), (90, 30), (90, 80)):
        drag(studio, corner, corner)
    steps = studio.core.document.stack.num_steps
    studio.core.commands["edit.undo"].trigger()
    assert studio.core.document.stack.num_steps == steps
    studio.painting.canvas.cancel()
    studio.core.commands["edit.undo"].trigger()
    assert studio.core.document.stack.num_steps == steps - 1


def test_a_folder_without_weights_leaves_grabcut_in_use(
    studio: Studio, script: ScriptedQuestions, tmp_path: Path
) -> None:
    script.answers = [tmp_path]
    studio.project_actions.new()
    studio.core.commands["select.sam2"].trigger()
    assert "GrabCut stays" in studio.core.notice.text
    assert studio.core.preferences.sam2_folder is None


def test_sam2_is_taken_up_and_given_back(studio: Studio, script: ScriptedQuestions, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_text("{}")
    studio.project_actions.new()
    script.answers = [tmp_path]
    studio.core.commands["select.sam2"].trigger()
    assert studio.core.preferences.sam2_folder == tmp_path
    assert isinstance(studio.painting.canvas._tools["select"].engine, Sam2Client)
    studio.core.commands["select.grabcut"].trigger()
    assert studio.core.preferences.sam2_folder is None


def test_painting_without_a_part_offers_to_add_one(
    studio: Studio, qtbot: QtBot, script: ScriptedQuestions, still: Path
) -> None:
    add(studio, qtbot, [still])
    drag(studio, (30, 30), (90, 60))
    assert "no part" in studio.core.notice.text
    script.answers = ["body"]
    studio.core.notice.buttons[0].click()
    assert studio.core.parts.parts.names == ("body",)
    drag(studio, (30, 30), (90, 60))
    assert pixels(studio)[0].any()
