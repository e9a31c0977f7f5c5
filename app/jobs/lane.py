"""A lane: one worker process that is kept warm, and one job at a time in it."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.i18n import tr
from app.jobs.spec import WORKER_LOST, JobSpec, Outcome
from app.jobs.worker import WorkerThread
from engine.api.wire import decode_event, encode

KILL_AFTER_MS = 500
_LOG = logging.getLogger("smite_studio.worker")
_END_MS = 3_000


class Lane(QObject):
    """Runs jobs in a worker process, one after the other, and ends each with exactly one outcome.

    Signals:
        told(str, object): Job id and an event of `engine.jobs`.
        ended(str, object): Job id and `Outcome`.
    """

    told = Signal(str, object)
    ended = Signal(str, object)

    def __init__(self, command: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = tuple(command)
        self._thread: WorkerThread | None = None
        self._serials = itertools.count(1)
        self._job = ""
        self._message: dict[str, Any] = {}
        self._begun = self._tried_again = self._cancelled = self._doomed = self._is_warm = False
        self._axe = QTimer(self)
        self._axe.setSingleShot(True)
        self._axe.setInterval(KILL_AFTER_MS)
        self._axe.timeout.connect(self._on_patience_ended)

    @property
    def job(self) -> str:
        """Id of the running job, or ""."""
        return self._job

    @property
    def process_id(self) -> int | None:
        """Id of the process, or None where none runs."""
        return self._thread.process_id if self._thread is not None else None

    def warm(self) -> None:
        """Starts the process and lets it import what learning needs; one that had to be killed is replaced at once."""
        self._is_warm = True
        self._worker().send({"do": "warm"})

    def start(self, job_id: str, spec: JobSpec) -> None:
        """Runs a job; the lane must be free.

        Raises:
            InternalError: The request holds something that cannot be sent.
        """
        self._message = {"do": "run", "id": job_id, "verb": spec.verb, "request": encode(spec.request)}
        self._job = job_id
        self._begun = self._tried_again = self._cancelled = False
        if not self._doomed:  # else the next process takes it, as soon as this one is gone
            self._worker().send(self._message)

    def cancel(self) -> None:
        """Ends the running job at its next step, or its process after half a second."""
        if self._job and not self._cancelled:
            self._cancelled = True
            self._worker().send({"do": "cancel", "id": self._job})
            self._axe.start()

    def pause(self, *, on: bool) -> None:
        """Holds the running job between two steps, or lets it go on."""
        if self._job:
            self._worker().send({"do": "pause" if on else "resume", "id": self._job})

    def shut_down(self) -> None:
        """Ends job, process and thread, and waits for them; a later job starts new ones."""
        self._axe.stop()
        thread, self._thread, self._doomed = self._thread, None, False
        if thread is not None:
            if self._job:
                thread.send({"do": "cancel", "id": self._job})
            thread.close()
            if not thread.wait(KILL_AFTER_MS):
                thread.kill()
                thread.wait(_END_MS)
            thread.deleteLater()
        if self._job:
            self._end(_cancelled())

    def _worker(self) -> WorkerThread:
        if self._thread is None:
            self._thread = WorkerThread(self._command, next(self._serials), self)
            self._thread.received.connect(self._on_received)
            self._thread.lost.connect(self._on_lost)
            self._thread.start()
        return self._thread

    def _on_received(self, serial: int, message: Mapping[str, Any]) -> None:
        if isinstance(message.get("log"), dict):
            _note(message["log"])
            return
        is_old = self._thread is None or serial != self._thread.serial
        if is_old or not self._job or message.get("id") != self._job:
            return
        if "begun" in message:
            self._begun = True
        elif "event" in message:
            self.told.emit(self._job, decode_event(message["event"]))
        elif "outcome" in message:
            self._end(_outcome(message["outcome"]))

    def _on_lost(self, serial: int, code: int, tail: str) -> None:
        if self._thread is None or serial != self._thread.serial:
            return
        if code and not self._doomed:
            _LOG.error("a worker ended with exit code %d\n%s", code, tail)
        self._thread.wait()
        self._thread.deleteLater()
        self._thread, was_doomed, self._doomed = None, self._doomed, False
        if was_doomed and self._is_warm:
            self.warm()
        if not self._job:
            return
        if self._cancelled:
            self._end(_cancelled())
        elif not self._begun and (was_doomed or not self._tried_again):
            # The process went while nobody asked anything of it; the job is none the worse for it.
            self._tried_again = not was_doomed
            self._worker().send(self._message)
        else:
            self._end(_crashed(code, tail))

    def _on_patience_ended(self) -> None:
        if self._job and self._thread is not None:
            self._doomed = True
            self._thread.kill()

    def _end(self, outcome: Outcome) -> None:
        self._axe.stop()
        job, self._job = self._job, ""
        self.ended.emit(job, outcome)


def _note(said: Mapping[str, Any]) -> None:
    level = said.get("level")
    _LOG.log(level if isinstance(level, int) else logging.WARNING, "%s", said.get("text", ""))


def _cancelled() -> Outcome:
    return Outcome("cancelled", sentence=tr("Cancelled. What was finished is kept."))


def _crashed(code: int, tail: str) -> Outcome:
    sentence = tr(
        "The worker process ended unexpectedly (exit code {code}). Finished frames and what was painted are kept. "
        "Start the job again to go on where it stopped."
    )
    return Outcome("failed", sentence=sentence.format(code=code), details=tail, error=WORKER_LOST)


def _outcome(message: Mapping[str, Any]) -> Outcome:
    kind = message.get("kind")
    if kind == "succeeded":
        return Outcome("succeeded", value=message.get("value"))
    if kind == "cancelled":
        return _cancelled()
    return Outcome(
        "failed",
        sentence=str(message.get("sentence", "")),
        details=str(message.get("details", "")),
        error=str(message.get("error", "")),
    )
