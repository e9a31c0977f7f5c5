from __future__ import annotations

import threading

from PySide6.QtCore import QThread

from app.canvas.background import Background, Failure
from engine.errors import InputError


def test_an_answer_comes_back_on_the_window_thread_though_it_was_worked_out_on_another(qtbot) -> None:
    background, seen = Background(), []
    here = threading.get_ident()
    background.ask("a", threading.get_ident, lambda answer: seen.append((answer, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    background.stop()
    assert seen[0][0] != here
    assert seen[0][1] == here


def test_only_the_latest_question_of_a_kind_is_answered(qtbot) -> None:
    background, seen, gate = Background(), [], threading.Event()
    background.ask("slow", lambda: gate.wait(5), lambda _: seen.append("slow"))
    for number in range(5):
        background.ask("select", lambda n=number: n, seen.append)
    gate.set()
    qtbot.waitUntil(lambda: not background.busy)
    background.stop()
    assert seen == ["slow", 4]


def test_forgotten_questions_reach_no_receiver(qtbot) -> None:
    background, seen, gate = Background(), [], threading.Event()
    background.ask("a", lambda: gate.wait(5), seen.append)
    background.forget()
    gate.set()
    background.ask("b", lambda: "b", seen.append)
    qtbot.waitUntil(lambda: not background.busy)
    background.stop()
    assert seen == ["b"]


def test_a_refusal_comes_back_as_its_sentence(qtbot) -> None:
    background, seen = Background(), []

    def work() -> None:
        raise InputError("Click inside the image.")

    background.ask("a", work, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    background.stop()
    assert seen == [Failure("Click inside the image.")]


def test_busy_is_told_once_at_the_start_and_once_at_the_end(qtbot) -> None:
    background, told = Background(), []
    background.busyChanged.connect(told.append)
    background.ask("a", lambda: 1, lambda _: None)
    background.ask("b", lambda: 2, lambda _: None)
    qtbot.waitUntil(lambda: not background.busy)
    background.stop()
    assert told == [True, False]


def test_stopping_waits_for_the_work_and_a_later_question_starts_anew(qtbot) -> None:
    background, seen, started = Background(), [], threading.Event()
    background.ask("a", lambda: (started.set(), QThread.msleep(50)), seen.append)
    assert started.wait(5)
    background.stop()
    background.ask("b", lambda: "again", seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    background.stop()
    assert seen == ["again"]


def test_a_fault_of_the_work_is_a_sentence_and_the_thread_goes_on(qtbot) -> None:
    background, seen = Background(), []
    background.ask("a", lambda: 1 // 0, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    background.ask("b", lambda: "b", seen.append)
    qtbot.waitUntil(lambda: not background.busy)
    background.stop()
    assert isinstance(seen[0], Failure)
    assert "Your labels are as they were" in seen[0].text
    assert seen[1] == "b"
