"""The whole window without a screen, and no tolerance for Qt's warnings or lost threads."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThreadPool, QtMsgType, qInstallMessageHandler
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from tests.app.window_artist import ScriptedQuestions, end, make_studio, write_image


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Iterator[None]:
    """Keeps Python from collecting widgets in a thread; `tests.app.window_artist.end` collects a window's garbage."""
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()


@pytest.fixture(autouse=True)
def no_stray_warnings_or_threads() -> Iterator[None]:
    """Fails a test on Qt warnings that it did not ask for, and on threads that outlive it."""
    warnings: list[str] = []

    def note(kind: QtMsgType, _context: object, text: str | None) -> None:
        # The offscreen platform says what it cannot do ("This plugin does not support raise()"): no fault of ours.
        if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg) and "plugin does not support" not in (text or ""):
            warnings.append(str(text))

    before = set(threading.enumerate())
    previous = qInstallMessageHandler(note)
    yield
    qInstallMessageHandler(previous)
    assert warnings == []
    assert QThreadPool.globalInstance().activeThreadCount() == 0
    left = [t for t in threading.enumerate() if t not in before and not isinstance(t, threading._DummyThread)]
    assert left == []


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window, shown, with the welcome screen."""
    made = make_studio(tmp_path)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    end(made)


@pytest.fixture
def script(studio: Studio) -> ScriptedQuestions:
    assert isinstance(studio.core.questions, ScriptedQuestions)
    return studio.core.questions


@pytest.fixture
def still(tmp_path: Path) -> Path:
    return write_image(tmp_path / "plates" / "plate.png")


@pytest.fixture
def stills(tmp_path: Path) -> list[Path]:
    return [write_image(tmp_path / "plates" / f"plate{letter}.png", seed) for seed, letter in enumerate("abc")]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A sequence of 12 frames from 1001."""
    for number in range(1001, 1013):
        write_image(tmp_path / "shot" / f"shot.{number}.png", number)
    return tmp_path / "shot"
