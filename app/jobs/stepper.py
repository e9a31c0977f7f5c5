"""Short jobs in the window's own thread, a step at a time, so that the window stays alive and they can be cancelled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.i18n import named
from engine.errors import EngineError
from engine.jobs import Job, Message, Progress


class JobStepper(QObject):
    """Runs jobs one after the other, one step each time the event loop is idle.

    For reading images and masks, whose steps take well under half a second. Learning and segmenting run in the worker
    process.

    Signals:
        progressed(str, int, int): Stage, steps done, steps in all (0 where that is not known).
        messaged(str, str): A sentence of the job and its level.
        failed(str): The job ended with this sentence.
        idle(): No job is left.
    """

    progressed = Signal(str, int, int)
    messaged = Signal(str, str)
    failed = Signal(str)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[tuple[Job[Any], Callable[[Any], None]]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_idle)

    @property
    def busy(self) -> bool:
        """A job is running."""
        return bool(self._waiting)

    def submit(self, job: Job[Any], receive: Callable[[Any], None]) -> None:
        """Runs a job after those before it and hands its result to `receive`."""
        self._waiting.append((job, receive))
        self._timer.start()

    def cancel(self) -> None:
        """Drops all jobs; what they had read is forgotten."""
        while self._waiting:
            self._waiting.popleft()[0].close()
        self._end()

    def _on_idle(self) -> None:
        if not self._waiting:
            return
        job, receive = self._waiting[0]
        try:
            event = next(job)
        except StopIteration as stop:
            self._waiting.popleft()
            self._end()
            try:
                receive(stop.value)
            except EngineError as error:
                self.failed.emit(str(error))
            return
        except EngineError as error:
            self._waiting.popleft()
            self.failed.emit(str(error))
            self._end()
            return
        if isinstance(event, Progress):
            self.progressed.emit(named(event.stage), event.done, event.total)
        elif isinstance(event, Message):
            self.messaged.emit(event.text, event.level)

    def _end(self) -> None:
        if not self._waiting:
            self._timer.stop()
            self.idle.emit()
