"""The queue and the running job as the artist sees them, over real worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec, JobView, Outcome
from app.panels.job_status import JobStatus
from app.panels.job_text import duration_text, job_text
from app.panels.queue import QueuePanel
from tests.engine.cli.odd_jobs import COMMAND, OddRequest

WAIT_MS = 60_000


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue(command=COMMAND)
    yield made
    made.shut_down()


def odd(name: str, steps: int = 1, step_s: float = 0.0) -> JobSpec:
    return JobSpec("odd", OddRequest(name, steps, step_s), f"sh010 {name}")


def test_a_job_is_paused_let_go_and_stopped_from_its_row(queue: JobQueue, qtbot: QtBot) -> None:
    panel = QueuePanel(queue)
    qtbot.addWidget(panel)
    panel.show()
    job = queue.submit(odd("slow", steps=10_000, step_s=0.02))
    qtbot.waitUntil(lambda: panel.rows[job].bar.value() > 3, timeout=WAIT_MS)
    panel.rows[job].pause.click()
    assert panel.rows[job].text.text() == "paused"
    panel.rows[job].pause.click()
    assert "counting" in panel.rows[job].text.text()
    panel.rows[job].stop.click()
    qtbot.waitUntil(lambda: "Cancelled" in panel.rows[job].text.text(), timeout=WAIT_MS)
    assert not panel.rows[job].stop.isVisible()
    panel._clear.click()
    assert panel.rows == {}


def test_a_failed_job_shows_its_sentence_and_offers_its_details(queue: JobQueue, qtbot: QtBot) -> None:
    panel = QueuePanel(queue)
    qtbot.addWidget(panel)
    panel.show()
    job = queue.submit(odd("fault"))
    qtbot.waitUntil(lambda: panel.rows[job].details.isVisible(), timeout=WAIT_MS)
    assert "ZeroDivisionError" in panel.rows[job].text.text()
    assert panel.rows[job].title.text().startswith("✕")
    with qtbot.waitSignal(panel.detailsRequested) as wanted:
        panel.rows[job].details.click()
    assert wanted.args == [job]


def test_the_status_bar_names_the_job_its_share_and_what_waits(queue: JobQueue, qtbot: QtBot) -> None:
    status = JobStatus(queue)
    qtbot.addWidget(status)
    assert status.isHidden()
    first = queue.submit(odd("slow", steps=400, step_s=0.02))
    second = queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: "%" in status.text() and "0:0" in status.text(), timeout=WAIT_MS)
    assert status.text().startswith("sh010 slow")
    assert "+ 1 more" in status.text()
    queue.cancel(second)
    queue.cancel(first)
    qtbot.waitUntil(lambda: status.isHidden(), timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (JobView("j", odd("a")), "waiting"),
        (JobView("j", odd("a"), "running", "learning", 3, 250, 12.4), "learning 3/250 · 0:12 left"),
        (JobView("j", odd("a"), "running", "reading"), "reading"),
        (JobView("j", odd("a"), "failed", outcome=Outcome("failed", sentence="It broke.")), "It broke."),
        (JobView("j", odd("a"), "succeeded", outcome=Outcome("succeeded")), "Done."),
    ],
)
def test_a_line_says_where_a_job_is(view: JobView, text: str) -> None:
    assert job_text(view) == text


def test_long_times_have_hours() -> None:
    assert [duration_text(seconds) for seconds in (5, 65.4, 3725)] == ["0:05", "1:05", "1:02:05"]
