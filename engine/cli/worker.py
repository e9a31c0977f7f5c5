"""The hidden verb `worker`: a warm process that runs the window's jobs, one JSON message a line.

In come {"do": "run", "id", "verb", "request"}, {"do": "cancel" | "pause" | "resume", "id"}, {"do": "warm"}; out go
{"ready": true} and, for each job, {"id", "begun": true}, {"id", "event"} ... and once {"id", "outcome"}; at any time
{"log": {"level", "text"}}. When the pipe closes, the process ends.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import threading
import time
import traceback
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import Any, TextIO

from engine.api.verbs import VERBS, Verb
from engine.api.wire import decode, encode_event
from engine.cli.faults import as_engine_error
from engine.cli.pipe_log import log_to_pipe
from engine.cli.pipes import private_pipes
from engine.cli.reporter import Reporter
from engine.errors import InternalError
from engine.jobs import Event, Job, Progress

_PROGRESS_EVERY_S = 0.05
_NICENESS = 2
"""Where processors are short the window goes first: its heartbeat must not suffer from what it asked for."""
_GRACE_S = 2.0
"""After the window has gone, a job gets this long to reach a yield and clean up."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none: everything comes over the pipe."""


def run(_arguments: argparse.Namespace, _reporter: Reporter) -> int:
    """Serves until the pipe closes, and ends the process."""
    if hasattr(os, "nice"):  # elsewhere the window starts it with less weight
        os.nice(_NICENESS)
    commands, answers = private_pipes()
    worker = Worker(commands, answers, VERBS)
    log_to_pipe(worker.answer)
    worker.serve()
    # Not through the interpreter's own end: it would wait for imports that the warming thread is in the middle of.
    os._exit(0)


class Worker:
    """Runs one job at a time.

    Args:
        commands: Where commands come from.
        answers: Where answers go; nothing else is ever written to it.
        verbs: What can be asked for.
    """

    def __init__(self, commands: TextIO, answers: TextIO, verbs: Mapping[str, Verb]) -> None:
        self._commands, self._answers, self._verbs = commands, answers, verbs
        self._inbox: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._writing = threading.Lock()
        self._told: dict[str, float] = {}

    def serve(self) -> None:
        """Answers commands until there are no more."""
        threading.Thread(target=self._listen, name="commands", daemon=True).start()
        self.answer({"ready": True})
        while (command := self._inbox.get()) is not None:
            if command.get("do") == "run":
                self._run(str(command.get("id")), command)
            elif command.get("do") == "warm":
                _warm()

    def answer(self, message: Mapping[str, Any]) -> None:
        """Writes one message, whole, from whatever thread."""
        try:
            # Escaped: names of files need not be text in any encoding.
            line = json.dumps(message, default=str) + "\n"
            with self._writing:
                self._answers.write(line)
                self._answers.flush()
        except (BrokenPipeError, ValueError):
            os._exit(0)  # nobody listens any more

    def _listen(self) -> None:
        for line in self._commands:
            try:
                command = json.loads(line)
            except ValueError:
                continue
            if isinstance(command, dict):
                self._inbox.put(command)
        self._inbox.put(None)
        time.sleep(_GRACE_S)
        os._exit(0)  # the window has gone and the job does not come to a yield

    def _run(self, job_id: str, command: Mapping[str, Any]) -> None:
        self.answer({"id": job_id, "begun": True})
        self._told.clear()
        try:
            verb = self._verbs.get(str(command.get("verb")))
            if verb is None:
                raise InternalError(f"There is no verb '{command.get('verb')}'. Nothing was done.")
            job = verb.job(decode(verb.request_type(), command.get("request")))
            outcome = self._driven(job_id, job)
        except Exception as error:  # noqa: BLE001 - the window must hear of every fault, in a sentence
            # As text only: a kept exception would keep the arrays and tensors of its frames.
            fault, details = as_engine_error(error), "".join(traceback.format_exception(error))
            outcome = {"kind": "failed", "error": type(fault).__name__, "sentence": str(fault), "details": details}
        gc.collect()  # what the job held in cycles would be missed by the next one
        self.answer({"id": job_id, "outcome": outcome})

    def _driven(self, job_id: str, job: Job[Any]) -> dict[str, Any]:
        try:
            while True:
                if not self._may_go_on(job_id):
                    return {"kind": "cancelled"}
                try:
                    event = next(job)
                except StopIteration as stop:
                    value = stop.value
                    return {"kind": "succeeded", "value": value.to_json() if hasattr(value, "to_json") else None}
                self._tell(job_id, event)
        finally:
            job.close()

    def _may_go_on(self, job_id: str) -> bool:
        """Takes in what was said about the running job; waits while it is paused."""
        paused = False
        while True:
            try:
                command = self._inbox.get(block=paused)
            except Empty:
                return True
            if command is None:
                self._inbox.put(None)
                return False
            if command.get("do") == "cancel" and command.get("id") == job_id:
                return False
            if command.get("do") in ("pause", "resume") and command.get("id") == job_id:
                paused = command["do"] == "pause"

    def _tell(self, job_id: str, event: Event) -> None:
        """Passes an event on; of the progress of one stage, not more than a person can see."""
        if isinstance(event, Progress):
            now = time.monotonic()
            ends = bool(event.total) and event.done >= event.total
            if not ends and now - self._told.get(event.stage, -_PROGRESS_EVERY_S) < _PROGRESS_EVERY_S:
                return
            self._told[event.stage] = now
        self.answer({"id": job_id, "event": encode_event(event)})


def _warm() -> None:
    """Imports what runs need, in a thread: a run that comes meanwhile shows its drafts without waiting for torch."""
    threading.Thread(target=_import_heavy, name="warming", daemon=True).start()


def _import_heavy() -> None:
    import engine.api.segment
    import engine.quick.draft
    import engine.quick.learn  # noqa: F401 - the last one brings torch
