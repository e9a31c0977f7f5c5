"""An artist at the whole window: drops files, paints with the mouse, and answers questions from a list."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.main_window import MainWindow
from app.notify.questions import Questions
from app.preferences import Preferences


class ScriptedQuestions(Questions):
    """Answers from a list; a question that nobody expected fails the test."""

    def __init__(self, window: MainWindow, preferences: Preferences) -> None:
        super().__init__(window, preferences)
        self.answers: list[Any] = []
        self.asked: list[str] = []

    def _next(self, question: str) -> Any:
        self.asked.append(question)
        assert self.answers, f"nobody expected the question: {question}"
        return self.answers.pop(0)

    def choose(self, text: str, options: Sequence[tuple[str, str]], *, escape: str, more: str) -> str:
        answer = self._next(f"{text} {more}")
        assert answer in [key for key, _ in options]
        assert escape in [key for key, _ in options]
        return str(answer)

    def text(self, title: str, label: str, value: str = "") -> str | None:
        return self._next(title)

    def pick(self, title: str, label: str, rows: Sequence[str]) -> int | None:
        answer = self._next(f"{title} {label} {list(rows)}")
        return None if answer is None else list(rows).index(answer)

    def files(self, title: str, suffixes: Sequence[str]) -> list[Path]:
        return self._next(title)

    def folder(self, title: str) -> Path | None:
        return self._next(title)

    def new_folder(self, title: str, name: str) -> Path | None:
        return self._next(title)

    def colour(self, title: str, start: tuple[int, int, int]) -> tuple[int, int, int] | None:
        return self._next(title)


def make_studio(tmp_path: Path) -> Studio:
    made = Studio(tmp_path / "data", Preferences(tmp_path / "settings.ini"), ScriptedQuestions)
    made.core.planner.looks_unasked = False  # what a test measures of the machine is for the test to say
    made.window.resize(1280, 800)
    return made


def end(studio: Studio) -> None:
    """Ends the program as quitting does, and takes the window down."""
    studio.shut_down()
    studio.window.close()
    studio.window.deleteLater()
    studio.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # here and not by chance in a thread, which would destroy widgets there (`app.collector`)


def write_image(path: Path, seed: int = 0, size: tuple[int, int] = (160, 120)) -> Path:
    """Writes a picture that is unlike those of other seeds; `size` is width and height."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(path)
    return path


def add(studio: Studio, qtbot: QtBot, paths: Sequence[Path]) -> None:
    """Drops paths on the window and waits until they were read."""
    studio.open_paths(paths)
    qtbot.waitUntil(lambda: not studio.core.stepper.busy)


def drag(studio: Studio, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Paints with the left mouse button from one image position to another."""
    canvas = studio.painting.canvas

    def at(point: tuple[float, float]) -> QPoint:
        x, y = canvas.viewport.to_widget(*point)
        return QPoint(round(x), round(y))

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(start))
    for step in range(1, 6):
        share = step / 5
        QTest.mouseMove(canvas, at((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(end))


def pixels(studio: Studio) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns copies of labels and coverage of what is shown."""
    layer = studio.core.references.layer
    assert layer is not None
    return layer.labels.copy(), layer.coverage.copy()


def same(
    first: tuple[NDArray[np.uint8], NDArray[np.uint8]], second: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> bool:
    return bool(np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1]))
