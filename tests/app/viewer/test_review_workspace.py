"""The review workspace in the real window: keys, versions, frames that arrive, clips that go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.domain.labels import LabelMap
from tests.app.playback.small_clip import HEIGHT, PARTS, WIDTH, label_map, write_clip, write_result
from tests.app.window_artist import ScriptedQuestions, add


@pytest.fixture
def reviewing(studio: Studio, script: ScriptedQuestions, qtbot: QtBot, tmp_path: Path) -> Studio:
    """The window with a clip of 20 frames in the review workspace."""
    add(studio, qtbot, [write_clip(tmp_path / "clip", range(101, 121))])
    studio.core.parts.add_list(PARTS.names, "Add parts")
    studio.core.parts.set_current(1)
    studio.window.show_workspace("review")
    return studio


def result(studio: Studio, name: str, numbers: range = range(101, 121)) -> Path:
    folder = studio.core.session.path
    assert folder is not None
    return write_result(folder / "results" / studio.core.playhead.clip_id / name, numbers)


def open_again(studio: Studio) -> None:
    """Goes to the clip as if it were another one, so that its versions are read."""
    playhead = studio.core.playhead
    clip_id, numbers = playhead.clip_id, playhead.numbers
    playhead.set_clip("", ())
    playhead.set_clip(clip_id, numbers)


def labels_shown(studio: Studio) -> LabelMap | None:
    layer = studio.review.model.layer("labels", "chosen")
    return None if layer is None else layer.pixels


def test_the_workspace_shows_the_clip_that_was_looked_at(reviewing: Studio, qtbot: QtBot) -> None:
    model = reviewing.review.model
    assert model.size == (WIDTH, HEIGHT)
    qtbot.waitUntil(lambda: model.shot.complete)
    assert reviewing.review.page.viewer.isVisible()


def test_view_keys_change_the_look(reviewing: Studio, qtbot: QtBot) -> None:
    model, viewer = reviewing.review.model, reviewing.review.page.viewer
    viewer.setFocus()
    seen = []
    for key in (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_C, Qt.Key.Key_M, Qt.Key.Key_M):
        QTest.keyClick(viewer, key)
        seen.append((model.look.mode, model.look.overlay))
    assert seen == [
        ("matte", "both"),
        ("cutout", "both"),
        ("overlay", "both"),
        ("overlay", "fill"),
        ("overlay", "outline"),
    ]
    QTest.keyClick(viewer, Qt.Key.Key_S)
    assert model.look.arrangement == "wipe"
    QTest.keyClick(viewer, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert model.look.arrangement == "side"
    bar = reviewing.review.view_bar
    assert bar.arrangements["side"].isChecked()
    assert bar.modes["overlay"].isChecked()


def test_the_overlay_is_drawn_as_its_menu_says(reviewing: Studio) -> None:
    bar, model = reviewing.review.view_bar, reviewing.review.model
    bar.modes["matte"].click()
    bar.overlays["outline"].trigger()
    assert (model.look.mode, model.look.overlay) == ("overlay", "outline")
    assert not bar.opacity.isEnabled()
    reviewing.core.commands["view.overlay"].trigger()
    assert bar.overlays["off"].isChecked()
    bar.overlays["both"].trigger()
    assert bar.opacity.isEnabled()


def test_space_and_the_arrows_drive_the_player(reviewing: Studio, qtbot: QtBot) -> None:
    studio, viewer = reviewing, reviewing.review.page.viewer
    viewer.setFocus()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert studio.core.playhead.frame == 102
    QTest.keyClick(viewer, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert studio.core.playhead.frame == 112
    QTest.keyClick(viewer, Qt.Key.Key_Space)
    assert studio.review.player.playing
    qtbot.waitUntil(lambda: studio.core.playhead.frame != 112)
    studio.window.show_workspace("references")
    assert not studio.review.player.playing


def test_a_difference_without_a_second_version_says_what_it_needs(reviewing: Studio) -> None:
    said: list[str] = []
    reviewing.core.notifier.posted.connect(lambda _level, text: said.append(text))
    reviewing.core.commands["view.difference"].trigger()
    assert any("second version" in text for text in said)


def test_results_of_the_clip_are_shown_and_compared(reviewing: Studio, qtbot: QtBot) -> None:
    studio, review = reviewing, reviewing.review
    result(studio, "v001")
    result(studio, "v002")
    open_again(studio)
    studio.core.results.choose("v001")
    assert review.model.versions.chosen is not None
    assert review.model.versions.chosen.name == "v001"
    qtbot.waitUntil(lambda: labels_shown(studio) is not None)
    np.testing.assert_array_equal(labels_shown(studio), label_map(101))
    studio.core.commands["view.difference"].trigger()
    qtbot.waitUntil(lambda: review.model.layer("labels", "compared") is not None)
    studio.core.commands["view.wipe"].trigger()
    studio.core.commands["view.against"].trigger()
    assert review.model.look.against == "version"
    assert review.view_bar.against.currentText() == "v002"
    assert review.view_bar.against.currentData() == "v002"
    review.view_bar.against.setCurrentIndex(0)
    review.view_bar.against.activated.emit(0)
    assert review.model.look.against == "plate"
    row = review.parts.tree.topLevelItem(1)
    assert row is not None
    assert row.text(4) == "0.50"


def test_frames_of_a_run_appear_as_they_are_written(reviewing: Studio, qtbot: QtBot) -> None:
    studio = reviewing
    folder = result(studio, "v001", range(101, 103))
    open_again(studio)
    studio.core.playhead.go(110)
    qtbot.waitUntil(lambda: studio.review.model.shot.complete)
    assert labels_shown(studio) is None
    write_result(folder, range(101, 121))
    studio.core.results.note_frame(folder, 110, "done")
    qtbot.waitUntil(lambda: labels_shown(studio) is not None)
    np.testing.assert_array_equal(labels_shown(studio), label_map(110))


def test_the_marked_frames_of_the_timeline_are_those_in_the_cache(reviewing: Studio, qtbot: QtBot) -> None:
    review = reviewing.review
    qtbot.waitUntil(lambda: len(review.cache.cached_frames) == 20)
    review.timeline.catch_up()
    assert review.timeline.data.cached.all()


def test_a_project_without_its_clip_leaves_an_empty_page(reviewing: Studio) -> None:
    reviewing.core.document.undo()
    while reviewing.core.references.clips:
        reviewing.core.document.undo()
    assert reviewing.core.playhead.clip_id == ""
    assert reviewing.review.model.clip is None
    assert not reviewing.review.page.viewer.isVisible()


def test_muting_in_the_list_hides_the_part(reviewing: Studio) -> None:
    tree = reviewing.review.parts.tree
    item = tree.topLevelItem(0)
    assert item is not None
    tree.itemClicked.emit(item, 1)
    assert reviewing.core.parts.hidden == {1}
    again = tree.topLevelItem(0)
    assert again is not None
    tree.itemClicked.emit(again, 3)
    assert reviewing.core.parts.locked == {1}


def test_the_fill_of_a_part_is_set_for_it_alone(reviewing: Studio) -> None:
    reviewing.review.parts.opacity.field.setValue(80)
    assert dict(reviewing.review.model.look.opacities) == {1: 0.8}
    reviewing.core.parts.set_current(2)
    assert reviewing.review.parts.opacity.value == 45


def test_the_memory_for_frames_is_chosen_and_remembered(reviewing: Studio, script: ScriptedQuestions) -> None:
    script.answers.append("256 MiB")
    reviewing.core.commands["view.cache_limit"].trigger()
    assert reviewing.review.cache.limit_bytes == 256 * 2**20
    assert reviewing.core.preferences.viewer_cache_bytes == 256 * 2**20
