"""Jobs in real worker processes: one outcome each, cancelled within half a second, nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.lane import KILL_AFTER_MS
from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec, LaneName, Outcome
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import SegmentSettings
from engine.jobs import FrameDone
from tests.engine.cli.odd_jobs import COMMAND, OddRequest
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
    process_id = queue.process_id("heavy")
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
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
    process_id = queue.process_id("heavy")
    assert process_id is not None
    queue.shut_down()
    assert {name: [row.kind for row in rows] for name, rows in found.items()} == {
        running: ["cancelled"],
        waiting: ["cancelled"],
    }
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def odd(name: str, lane: LaneName = "heavy", **values: Any) -> JobSpec:
    return JobSpec("odd", OddRequest(name, **values), name, lane=lane)


@pytest.fixture
def odd_queue() -> Iterator[JobQueue]:
    made = JobQueue(command=COMMAND)
    yield made
    made.shut_down()


def test_a_job_that_ends_while_its_process_is_being_killed_costs_the_next_one_nothing(
    odd_queue: JobQueue, qtbot: QtBot
) -> None:
    found = outcomes(odd_queue)
    first, second = odd_queue.submit(odd("slow", steps=9, step_s=0.3)), odd_queue.submit(odd("fine"))
    with qtbot.waitSignal(odd_queue.told, timeout=WAIT_MS):
        pass
    odd_queue.cancel(first)
    time.sleep(1.0)  # the answer lies in the pipe, unread
    odd_queue._lanes["heavy"]._on_patience_ended()
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT_MS)
    assert [row.kind for row in found[first]] == ["cancelled"]
    assert [row.kind for row in found[second]] == ["succeeded"]


def test_a_process_that_died_while_it_was_idle_costs_the_next_job_nothing(odd_queue: JobQueue, qtbot: QtBot) -> None:
    found = outcomes(odd_queue)
    first = odd_queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: first in found, timeout=WAIT_MS)
    process_id = odd_queue.process_id("heavy")
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    second = odd_queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: second in found, timeout=WAIT_MS)
    assert found[second][0].kind == "succeeded"


def test_a_job_that_kills_its_process_is_not_tried_again(odd_queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found = outcomes(odd_queue)
    job = odd_queue.submit(odd("dies", step_s=0.1))
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert [(row.kind, row.error) for row in found[job]] == [("failed", "WorkerLost")]


@pytest.mark.parametrize("command", [("/nowhere/at/all",), (sys.executable, "-c", "raise SystemExit('no such thing')")])
def test_a_worker_that_cannot_start_is_told_with_its_last_words(qtbot: QtBot, command: tuple[str, ...]) -> None:
    queue = JobQueue(command=command)
    found = outcomes(queue)
    job = queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: job in found, timeout=WAIT_MS)
    assert [row.kind for row in found[job]] == ["failed"]
    assert any(text in found[job][0].details for text in ("nowhere", "no such thing"))
    queue.shut_down()


def test_a_request_that_cannot_be_sent_fails_and_the_lane_goes_on(odd_queue: JobQueue, qtbot: QtBot) -> None:
    found = outcomes(odd_queue)
    wrong = odd_queue.submit(JobSpec("odd", object(), "wrong"))
    fine = odd_queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: len(found) == 2, timeout=WAIT_MS)
    assert found[wrong][0].error == "InternalError"
    assert found[fine][0].kind == "succeeded"


def test_light_work_does_not_wait_for_heavy_work(odd_queue: JobQueue, qtbot: QtBot) -> None:
    found = outcomes(odd_queue)
    heavy = odd_queue.submit(odd("slow", steps=1000, step_s=0.05))
    light = odd_queue.submit(odd("fine", lane="light"))
    qtbot.waitUntil(lambda: light in found, timeout=WAIT_MS)
    assert heavy not in found
    odd_queue.cancel(heavy)
    qtbot.waitUntil(lambda: heavy in found, timeout=WAIT_MS)


def test_a_job_can_be_ended_before_the_call_returns(odd_queue: JobQueue, qtbot: QtBot, tmp_path: Path) -> None:
    found = outcomes(odd_queue)
    job = odd_queue.submit(odd("slow", steps=1000, step_s=0.05, left=tmp_path / "left"))
    with qtbot.waitSignal(odd_queue.told, timeout=WAIT_MS):
        pass
    odd_queue.end_now(job)
    assert [row.kind for row in found[job]] == ["cancelled"]
    assert (tmp_path / "left").exists()
    after = odd_queue.submit(odd("fine"))
    qtbot.waitUntil(lambda: after in found, timeout=WAIT_MS)
    assert found[after][0].kind == "succeeded"


def test_progress_becomes_an_estimate_and_a_share(odd_queue: JobQueue, qtbot: QtBot) -> None:
    job = odd_queue.submit(odd("slow", steps=400, step_s=0.02))
    view = odd_queue.job(job)
    assert view is not None
    qtbot.waitUntil(lambda: view.eta_s is not None, timeout=WAIT_MS)
    assert view.stage == "counting"
    assert view.share is not None
    assert 0 < view.share < 1


def test_a_flood_of_events_redraws_the_queue_only_some_times_a_second(odd_queue: JobQueue, qtbot: QtBot) -> None:
    told, redrawn = [], []
    odd_queue.told.connect(lambda _, event: told.append(event))
    odd_queue.changed.connect(lambda: redrawn.append(1))
    with qtbot.waitSignal(odd_queue.finished, timeout=WAIT_MS):
        odd_queue.submit(odd("tells", steps=400))
    assert len(told) > 1200
    assert len(redrawn) < len(told) / 10


def test_leaving_a_project_ends_its_jobs_in_every_lane_and_lets_them_clean_up_but_spares_those_of_no_project(
    odd_queue: JobQueue, qtbot: QtBot, tmp_path: Path
) -> None:
    found = outcomes(odd_queue)
    slow = {"steps": 10_000, "step_s": 0.01}
    running = odd_queue.submit(odd("counts", left=tmp_path / "heavy", **slow))
    waiting = odd_queue.submit(odd("counts", left=tmp_path / "never", **slow))
    download = odd_queue.submit(replace(odd("counts", lane="light", steps=200, step_s=0.01), outlives_project=True))
    waiting_spread = odd_queue.submit(odd("counts", lane="light", **slow))
    ids = (running, download)
    qtbot.waitUntil(lambda: all(odd_queue.job(i).done > 1 for i in ids), timeout=WAIT_MS)  # type: ignore[union-attr]
    process = odd_queue.process_id("heavy")
    odd_queue.leave_project()
    assert {job: [o.kind for o in rows] for job, rows in found.items()} == {
        job: ["cancelled"] for job in (running, waiting, waiting_spread)
    }
    assert [job.id for job in odd_queue.active] == [download]
    assert (tmp_path / "heavy").read_text() == "cleaned up"
    assert not (tmp_path / "never").exists()
    assert process is not None
    assert odd_queue.process_id("heavy") is None
    qtbot.waitUntil(lambda: download in found, timeout=WAIT_MS)
    assert found[download][0].kind == "succeeded"


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system tells no priorities")
def test_the_window_goes_before_its_workers_where_processors_are_short(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path
) -> None:
    def weight(process: int) -> int:
        return os.getpriority(os.PRIO_PROCESS, process)

    job = queue.submit(draft(tmp_path))
    qtbot.waitUntil(lambda: queue.job(job).done > 0, timeout=WAIT_MS)  # type: ignore[union-attr]
    process = queue.process_id("heavy")
    assert process is not None
    assert weight(process) == min(19, weight(0) + 2)
