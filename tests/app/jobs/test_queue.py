"""Jobs in real worker processes: one outcome each, cancelled within half a second, nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.lane import KILL_AFTER_MS
from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec, Outcome
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import SegmentSettings
from engine.jobs import FrameDone
from tests.engine.cli.small_clip import write_small_clip

WAIT_MS = 60_000


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue()
    yield made
    made.shut_down()


def draft(folder: Path, frames: int = 6) -> JobSpec:
    made = write_small_clip(folder, frames=frames)
    request = SegmentRequest(
        made / "plate",
        folder / "out",
        anchors=made / "anchors",
        cuts="none",
        settings=SegmentSettings(preset="draft", device="cpu"),
    )
    return JobSpec("segment", request, "draft")


def outcomes(queue: JobQueue) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    queue.finished.connect(lambda job_id, outcome: found.setdefault(job_id, []).append(outcome))
    return found


def stuck(folder: Path) -> JobSpec:
    """A job that reads a pipe to which nobody writes: it never comes to its next step."""
    os.mkfifo(folder / "stuck.mov")
    return JobSpec("segment", SegmentRequest(folder / "stuck.mov", folder / "out", anchors=folder), "stuck")


def test_a_job_tells_its_frames_and_ends_with_one_outcome(queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found, frames = outcomes(queue), []
    queue.told.connect(lambda _, event: frames.append(event.frame) if isinstance(event, FrameDone) else None)
    job = queue.submit(draft(tmp_path))
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert [outcome.kind for outcome in found[job]] == ["succeeded"]
    assert found[job][0].value is not None
    assert found[job][0].value["frames"] == list(range(1001, 1007))
    assert set(frames) == set(range(1001, 1007))
    assert queue.active == ()


def test_jobs_of_a_lane_wait_for_each_other_in_one_warm_process(queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found = outcomes(queue)
    jobs = [queue.submit(draft(tmp_path / str(n))) for n in range(2)]
    qtbot.waitUntil(lambda: queue.job(jobs[0]).state == "running", timeout=WAIT_MS)  # type: ignore[union-attr]
    assert queue.job(jobs[1]).state == "waiting"  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT_MS)
    assert all(rows[0].kind == "succeeded" for rows in found.values())


def test_a_wrong_input_fails_with_the_engines_sentence(queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found = outcomes(queue)
    request = SegmentRequest(tmp_path / "nowhere.mov", tmp_path / "out", anchors=tmp_path)
    job = queue.submit(JobSpec("segment", request, "wrong"))
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert found[job][0].kind == "failed"
    assert "nowhere.mov" in found[job][0].sentence
    assert found[job][0].error == "InputError"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a named pipe")
def test_a_job_that_never_comes_to_a_step_is_cancelled_all_the_same(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path
) -> None:
    found = outcomes(queue)
    job = queue.submit(stuck(tmp_path))
    qtbot.waitUntil(lambda: queue.job(job).state == "running", timeout=WAIT_MS)  # type: ignore[union-attr]
    qtbot.wait(2_500)  # the process has started and hangs
    began = time.monotonic()
    queue.cancel(job)
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert found[job][0].kind == "cancelled"
    assert time.monotonic() - began >= KILL_AFTER_MS / 1000 * 0.9
    after = queue.submit(draft(tmp_path / "after"))
    qtbot.waitUntil(lambda: after in found, timeout=WAIT_MS)
    assert found[after][0].kind == "succeeded"


def test_a_killed_worker_is_a_failure_that_says_what_was_kept(queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found = outcomes(queue)
    job = queue.submit(draft(tmp_path, frames=60))
    with qtbot.waitSignal(queue.told, timeout=WAIT_MS):
        pass
    process = queue._lanes["heavy"]._thread._process  # type: ignore[union-attr]
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert found[job][0].kind == "failed"
    assert "are kept" in found[job][0].sentence
    again = queue.submit(queue.job(job).spec)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: again in found, timeout=WAIT_MS)
    assert found[again][0].kind == "succeeded"


def test_a_paused_job_does_nothing_until_it_is_let_go(queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found, told = outcomes(queue), []
    queue.told.connect(lambda _, event: told.append(event))
    job = queue.submit(draft(tmp_path, frames=60))
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT_MS)
    queue.pause(job, on=True)
    qtbot.wait(800)
    count = len(told)
    qtbot.wait(500)
    assert len(told) == count
    assert queue.job(job).state == "paused"  # type: ignore[union-attr]
    queue.pause(job, on=False)
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert found[job][0].kind == "succeeded"


def test_shutting_down_cancels_what_runs_and_what_waits(qtbot: QtBot, tmp_path: Path) -> None:
    queue = JobQueue()
    found = outcomes(queue)
    running, waiting = queue.submit(draft(tmp_path / "a", frames=60)), queue.submit(draft(tmp_path / "b"))
    with qtbot.waitSignal(queue.told, timeout=WAIT_MS):
        pass
    process = queue._lanes["heavy"]._thread._process  # type: ignore[union-attr]
    queue.shut_down()
    assert {name: rows[0].kind for name, rows in found.items()} == {running: "cancelled", waiting: "cancelled"}
    assert process is not None
    assert process.poll() is not None
