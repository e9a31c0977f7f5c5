"""What workers and the libraries in them complain of is in the window's log, not on nobody's screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec
from tests.engine.cli.odd_jobs import COMMAND, OddRequest


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue(command=COMMAND)
    yield made
    made.shut_down()


def _run(queue: JobQueue, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(queue.finished, timeout=20_000):
        queue.submit(JobSpec("odd", OddRequest(name), name))


def test_warnings_and_errors_of_a_worker_come_into_the_log(
    queue: JobQueue, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "smite_studio")
    _run(queue, qtbot, "complains")
    said = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    assert ("smite_studio.worker", "ERROR", "library: it is odd") in said
    assert any(level == "WARNING" and "plate.png" in text for _, level, text in said)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_stack_of_a_worker_that_crashed_is_in_the_log(
    queue: JobQueue, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "smite_studio")
    _run(queue, qtbot, "segfaults")
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "exit code -11" in said
    assert "Segmentation fault" in said
    assert "odd_jobs.py" in said
