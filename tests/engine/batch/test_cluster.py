"""A real local cluster of several worker processes, one of them killed in the middle."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.batch.cluster import run_on_cluster
from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, ShotProgress, Task
from engine.errors import InputError
from tests.engine.batch.batch_shots import files_of, one_process, write_shots

distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")
"""The cluster's own loops warn when workers are killed; that is what happens here."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    import dask

    dask.config.set({"distributed.worker.daemon": True, "distributed.admin.log-format": "%(message)s"})
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        memory_limit=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
        silence_logs=True,
    ) as made:
        yield made


def test_twelve_shots_on_three_workers_of_which_one_is_killed_equal_a_run_in_one_process(
    cluster: object, tmp_path: Path
) -> None:
    requests = write_shots(tmp_path, 12)
    address = cluster.scheduler_address  # type: ignore[attr-defined]
    outcomes: dict[str, ShotOutcome] = {}
    killed = False
    for news in run_on_cluster(TaskList(requests), address):
        if isinstance(news, ShotOutcome):
            outcomes[news.shot] = news
        if not killed:
            pid = next(iter(cluster.workers.values())).pid  # type: ignore[attr-defined]
            os.kill(pid, signal.SIGKILL)
            killed = True
    assert killed
    assert {name: outcome.state for name, outcome in outcomes.items()} == dict.fromkeys(requests, "done")
    expected = one_process(requests, tmp_path / "alone")
    assert {name: files_of(request.out) for name, request in requests.items()} == expected


def _slow(task: Task, tell: object, cancelled: object) -> ShotOutcome:
    import time

    until = time.monotonic() + 60
    while time.monotonic() < until:
        tell(ShotProgress(task.shot, "waiting", 1, 2))  # type: ignore[operator]
        if cancelled():  # type: ignore[operator]
            return ShotOutcome(task.shot, "cancelled")
        time.sleep(0.1)
    return ShotOutcome(task.shot, "done")


def test_closing_the_batch_stops_the_tasks_of_all_workers(cluster: object, tmp_path: Path) -> None:
    import time

    requests = write_shots(tmp_path, 3)
    address = cluster.scheduler_address  # type: ignore[attr-defined]
    work = run_on_cluster(TaskList(requests), address, work=_slow)
    first = next(work)
    assert isinstance(first, ShotProgress)
    assert (first.stage, first.attempt) == ("waiting", 1)
    work.close()
    with distributed.Client(address, set_as_default=False) as client:
        until = time.monotonic() + 20
        while any(client.processing().values()) and time.monotonic() < until:
            time.sleep(0.2)
        assert not any(client.processing().values())


def test_no_scheduler_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no scheduler at 'tcp://127\.0\.0\.1:9'"):
        next(run_on_cluster(TaskList(write_shots(tmp_path, 1)), "tcp://127.0.0.1:9"))
