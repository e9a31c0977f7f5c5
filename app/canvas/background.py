"""One thread for selections that take longer than a frame, where only the latest question of a kind counts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from engine.errors import EngineError


@dataclass(frozen=True)
class _Question:
    ticket: int
    work: Callable[[], Any]
    receive: Callable[[Any], None]


class _Thread(QThread):
    """Runs questions in turn.

    Signals:
        answered(int): The ticket of a question whose answer can be collected.
    """

    answered = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas selections")
        self._waiting: OrderedDict[str, _Question] = OrderedDict()
        self._wake = threading.Condition()
        self._stopping = False
        self.answers: dict[int, Any] = {}

    def ask(self, kind: str, question: _Question) -> None:
        with self._wake:
            self._waiting.pop(kind, None)
            self._waiting[kind] = question
            self._wake.notify()

    def forget(self) -> None:
        with self._wake:
            self._waiting.clear()

    def stop(self) -> None:
        with self._wake:
            self._waiting.clear()
            self._stopping = True
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._stopping:
                    self._wake.wait()
                if self._stopping:
                    return
                _, question = self._waiting.popitem(last=False)
            try:
                answer = question.work()
            except EngineError as error:
                answer = Failure(str(error))
            except Exception as error:  # noqa: BLE001 - the one place where work of this thread meets the window
                answer = Failure(
                    f"The selection failed ({type(error).__name__}: {error}). Your labels are as they were."
                )
            self.answers[question.ticket] = answer
            self.answered.emit(question.ticket)


@dataclass(frozen=True)
class Failure:
    """The answer to a question that could not be worked out: a sentence for the user."""

    text: str


class Background(QObject):
    """Asks questions off the window's thread and hands the answers to their receivers on it.

    Signals:
        busyChanged(bool): The first question was asked, or the last was answered.
    """

    busyChanged = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _Thread | None = None
        self._open: dict[int, _Question] = {}
        self._kinds: dict[str, int] = {}
        self._next_ticket = 1

    @property
    def busy(self) -> bool:
        """A question is open."""
        return bool(self._open)

    def ask(self, kind: str, work: Callable[[], Any], receive: Callable[[Any], None]) -> None:
        """Works something out in the background; a later question of the same kind takes the place of this one.

        Args:
            kind: What is asked; only the latest question of a kind is answered.
            work: Called in the thread; touches no Qt and nothing that is changed meanwhile.
            receive: Called on the window's thread with what `work` returned, or with a `Failure`.
        """
        if self._thread is None:
            self._thread = _Thread()
            self._thread.answered.connect(self._on_answered)
            self._thread.start()
        was_busy = self.busy
        self._open.pop(self._kinds.get(kind, 0), None)
        question = _Question(self._next_ticket, work, receive)
        self._next_ticket += 1
        self._open[question.ticket] = question
        self._kinds[kind] = question.ticket
        self._thread.ask(kind, question)
        if not was_busy:
            self.busyChanged.emit(True)

    def forget(self) -> None:
        """Drops all questions; none of their receivers is called any more."""
        was_busy = self.busy
        self._open.clear()
        self._kinds.clear()
        if self._thread is not None:
            self._thread.forget()
        if was_busy:
            self.busyChanged.emit(False)

    def stop(self) -> None:
        """Ends the thread, waiting for the piece of work it is in; a later question starts another."""
        self.forget()
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def _on_answered(self, ticket: int) -> None:
        if self._thread is None:
            return
        answer = self._thread.answers.pop(ticket, None)
        question = self._open.pop(ticket, None)
        if question is None:
            return
        if not self._open:
            self.busyChanged.emit(False)
        question.receive(answer)
