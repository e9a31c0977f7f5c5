"""Every setting works at once, comes back after a restart, and is reset page by page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.diagnostics.restart import RESTART_CODE
from app.preferences import Preferences
from app.preferences_window.appearance import AppearancePage
from app.preferences_window.cache import CachePage
from app.preferences_window.keys import KeysPage
from app.preferences_window.page import Page
from app.preferences_window.performance import PerformancePage
from app.preferences_window.projects import ProjectsPage
from app.preferences_window.window import PreferencesWindow
from app.theme import HIGH_CONTRAST, WINDOW, apply_theme, shade
from engine.api import places
from engine.api.places import Places, read_places
from engine.project_io.folder import open_project
from tests.app.window_artist import ScriptedQuestions, add


@pytest.fixture
def opened(studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PreferencesWindow:
    """The window over a cache folder of its own."""
    monkeypatch.setattr(places, "places_file", lambda: tmp_path / "config" / "places.json")
    places.write_places(Places(tmp_path / "cache", 5))
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    QTest.keyClick(studio.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    window = studio.settings.window
    assert window is not None
    assert window.isVisible()
    return window


P = TypeVar("P", bound=Page)


def page(window: PreferencesWindow, kind: type[P]) -> P:
    return next(each for each in window.pages if isinstance(each, kind))


def kept(studio: Studio) -> Preferences:
    """Returns the settings as the next run reads them."""
    studio.core.preferences.sync()
    return Preferences(studio.core.preferences.file)


def test_the_main_window_stays_usable_beside_it(studio: Studio, opened: PreferencesWindow) -> None:
    assert not opened.isModal()
    studio.core.commands["project.sample"].trigger()
    assert studio.core.session.path is not None


def test_enter_in_a_field_leaves_it_open_and_escape_closes_and_keeps(
    studio: Studio, opened: PreferencesWindow, qtbot: QtBot
) -> None:
    opened.show_page("performance")
    machine = page(opened, PerformancePage)
    machine.threads.selectAll()
    QTest.keyClicks(machine.threads, "2")
    QTest.keyClick(machine.threads, Qt.Key.Key_Return)
    assert opened.isVisible()
    with qtbot.waitSignal(opened.closed):
        QTest.keyClick(opened, Qt.Key.Key_Escape)
    assert Preferences(studio.core.preferences.file).num_threads == 2
    machine.reset()


def test_size_and_theme_change_while_one_looks(studio: Studio, opened: PreferencesWindow) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    look = page(opened, AppearancePage)
    look.percent.setValue(150)
    assert application.font().pixelSize() == 20
    assert look.slider.value() == 150
    look.theme.setCurrentIndex(look.theme.findData("contrast"))
    look.theme.activated.emit(look.theme.currentIndex())
    assert shade(WINDOW).name().upper() == HIGH_CONTRAST[WINDOW]
    assert application.palette().color(QPalette.ColorRole.Window) == shade(WINDOW)
    assert (kept(studio).scale_percent, kept(studio).theme) == (150, "contrast")
    QTest.mouseClick(opened.reset, Qt.MouseButton.LeftButton)
    assert (kept(studio).scale_percent, kept(studio).theme) == (100, "dark")
    assert shade(WINDOW).name().upper() == WINDOW
    apply_theme(application, 100)


def test_a_language_asks_for_a_restart(studio: Studio, opened: PreferencesWindow) -> None:
    look = page(opened, AppearancePage)
    assert not look.restart.isVisible()
    look.language.setCurrentIndex(look.language.findData("de"))
    look.language.activated.emit(look.language.currentIndex())
    assert look.restart.isVisible()
    assert kept(studio).language == "de"


def test_restart_asks_about_unsaved_work_and_opens_the_same_project_again(
    studio: Studio,
    opened: PreferencesWindow,
    script: ScriptedQuestions,
    qtbot: QtBot,
    still: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(QApplication, "exit", codes.append)
    add(studio, qtbot, [still])
    studio.core.session.save_as(tmp_path / "portrait", "portrait")
    studio.core.parts.add_list(["disc"], "Add")
    script.answers = ["stay"]
    page(opened, AppearancePage).restart.click()
    assert codes == []
    assert studio.core.session.path == tmp_path / "portrait"
    script.answers = ["save"]
    page(opened, AppearancePage).restart.click()
    assert codes == [RESTART_CODE]
    assert studio.restart_paths == (tmp_path / "portrait",)
    assert [part.name for part in open_project(tmp_path / "portrait").stored.project.parts] == ["disc"]


def test_keys_are_changed_and_a_clash_is_told(studio: Studio, opened: PreferencesWindow) -> None:
    opened.show_page("keys")
    keys = page(opened, KeysPage)
    editor = keys.editor
    editor._set(editor.keymap.binding("tool.fill", "F7"))
    assert studio.core.commands["tool.fill"].shortcut() == QKeySequence("F7")
    assert kept(studio).own_keys["tool.fill"] == ["F7"]
    studio.core.preferences.set_keys("smite", {"tool.fill": ["F7"], "tool.brush": ["F7"]})
    opened.show_page("cache")
    opened.show_page("keys")
    assert "neither answers" in editor._note.text()
    QTest.mouseClick(opened.reset, Qt.MouseButton.LeftButton)
    assert studio.core.commands["tool.fill"].shortcut() == QKeySequence("G")
    assert kept(studio).own_keys == {}


def test_the_cache_is_placed_limited_measured_and_cleaned(
    studio: Studio, opened: PreferencesWindow, script: ScriptedQuestions, qtbot: QtBot, tmp_path: Path
) -> None:
    flow = tmp_path / "other" / "flow" / "clip"
    flow.mkdir(parents=True)
    (flow / "f.npz").write_bytes(bytes(3 << 20))
    opened.show_page("cache")
    cache = page(opened, CachePage)
    script.answers = [tmp_path / "other"]
    cache.choose.click()
    cache.quota.setValue(12)
    assert read_places()[0] == Places(tmp_path / "other", 12)
    qtbot.waitUntil(lambda: not cache.busy)
    assert "1 clip: 3.0 MiB" in cache.content.text()
    cache.clean_old.click()
    qtbot.waitUntil(lambda: not cache.busy)
    assert flow.is_dir()
    cache.clean_all.click()
    qtbot.waitUntil(lambda: not cache.busy and "0 clips" in cache.content.text())
    assert not flow.exists()
    opened.reset.click()
    qtbot.waitUntil(lambda: not cache.busy)
    assert read_places()[0] == Places()


def test_memory_and_threads_reach_the_viewer_and_later_workers(
    studio: Studio, opened: PreferencesWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.environ.get("OMP_NUM_THREADS")
    machine = page(opened, PerformancePage)
    machine.memory.setValue(2048)
    machine.threads.setValue(3)
    assert studio.review.cache.limit_bytes == 2 << 30
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert (kept(studio).viewer_cache_bytes, kept(studio).num_threads) == (2 << 30, 3)
    machine.reset()
    assert os.environ.get("OMP_NUM_THREADS") == before
    assert studio.review.cache.limit_bytes == 1 << 30


def test_new_clips_get_the_chosen_colour_space_and_the_sample_its_own(
    studio: Studio, opened: PreferencesWindow, qtbot: QtBot, clip: Path
) -> None:
    projects = page(opened, ProjectsPage)
    projects.colour_space.setCurrentIndex(projects.colour_space.findData("logc3"))
    projects.colour_space.activated.emit(projects.colour_space.currentIndex())
    add(studio, qtbot, [clip])
    studio.painting.reference_actions.add_sample()
    assert [each.colour_space for each in studio.core.document.project.clips] == ["logc3", "auto"]


def test_a_named_project_saves_itself_and_an_untitled_one_does_not(
    studio: Studio, opened: PreferencesWindow, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    page(opened, ProjectsPage).autosave.setValue(1)
    autosave = studio.settings._autosave
    add(studio, qtbot, [still])
    assert autosave.waits
    autosave.save_now()
    assert studio.core.document.unsaved
    studio.core.session.save_as(tmp_path / "portrait", "portrait")
    studio.core.parts.add_list(["disc"], "Add")
    assert autosave.waits
    autosave._timer.setInterval(0)
    qtbot.waitUntil(lambda: not studio.core.document.unsaved)
    assert not autosave.waits
    page(opened, ProjectsPage).reset()
    studio.core.parts.add_list(["lid"], "Add")
    assert not autosave.waits


def test_a_bad_settings_file_is_told_at_the_start(tmp_path: Path, qtbot: QtBot) -> None:
    from tests.app.window_artist import end, make_studio

    (tmp_path / "settings.ini").write_text("[General]\nscale=huge\n", encoding="utf-8")
    studio = make_studio(tmp_path)
    assert "'scale'" in studio.core.notice.text
    end(studio)
