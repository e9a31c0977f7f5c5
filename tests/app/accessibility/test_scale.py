"""Texts get the room they need at every size of texts, in every workspace and dialogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.theme import apply_theme
from tests.app.accessibility.controls import clipped, each_workspace
from tests.app.window_artist import add, end, make_studio, write_image


def settle() -> None:
    """Lets the window lay itself out."""
    loop = QEventLoop()
    QTimer.singleShot(80, loop.quit)
    loop.exec()


SCREENS = {80: (1280, 800), 100: (1366, 768), 150: (1920, 1080), 200: (2560, 1440)}
"""What a size of texts is used on, in pixels, the smaller ones of each kind."""


@pytest.fixture(params=sorted(SCREENS))
def scaled(request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window, filling a screen."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    percent = int(request.param)
    apply_theme(application, percent)
    studio = make_studio(tmp_path)
    studio.core.preferences.set_scale_percent(percent)
    studio.window.set_scale(percent)
    studio.window.resize(*SCREENS[percent])
    studio.window.show()
    qtbot.waitExposed(studio.window)
    yield studio
    end(studio)
    apply_theme(application, 100)
    application.setStyleSheet("")


def test_no_text_is_clipped_in_any_workspace(scaled: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    settle()
    found = [f"welcome: {text}" for text in clipped(scaled.window, settle)]
    for number in range(1001, 1013):
        write_image(tmp_path / "shot" / f"shot.{number}.png", number)
    add(scaled, qtbot, [tmp_path / "shot"])
    scaled.core.parts.add_list(["disc", "lid"], "Add")
    for workspace in each_workspace(scaled, settle):
        found += [f"{workspace}: {text}" for text in clipped(scaled.window, settle)]
    assert "\n".join(found) == ""


def test_no_text_is_clipped_in_preferences_and_dialogues(scaled: Studio) -> None:
    for command in ("window.models", "window.preferences", "window.diagnostics", "window.keys"):
        scaled.core.commands[command].trigger()
    assert scaled.settings.window is not None
    found = []
    for page in scaled.settings.window.pages:
        scaled.settings.window.show_page(page.name)
        settle()
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window is not scaled.window:
                found += [f"{page.name}: {text}" for text in clipped(window, settle)]
    assert "\n".join(sorted(set(found))) == ""
