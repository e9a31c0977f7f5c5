"""The scheduler's side of a batch of many shots: 10,000 stubs that do nothing, on a real local cluster.

What is measured is what the batch adds to the work itself: tasks a second, memory of the scheduler and of this
process.

    python -m tests.benchmarks.batch_scheduler [--shots 10000] [--workers 2]
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import time
from pathlib import Path

from engine.api.segment_request import SegmentRequest
from engine.batch.cluster import run_on_cluster
from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, ShotProgress, Task


def stub(task: Task, tell: object, cancelled: object) -> ShotOutcome:
    """A shot that is done at once, after one report of progress."""
    tell(ShotProgress(task.shot, "segmenting", 1, 1))  # type: ignore[operator]
    cancelled()  # type: ignore[operator]
    return ShotOutcome(task.shot, "done", frames=100, confidence={"wheel": 0.9}, flicker={"wheel": 0.01})


def resident_megabytes() -> float:
    """Returns this process's memory; the scheduler of a local cluster lives in it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    from distributed import LocalCluster

    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    requests = {
        f"sh{n:05d}": SegmentRequest(Path(f"/plates/sh{n:05d}.mov"), Path(f"/out/sh{n:05d}"))
        for n in range(arguments.shots)
    }
    with LocalCluster(
        n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None, silence_logs=True
    ) as cluster:
        before, began, done, peak = resident_megabytes(), time.perf_counter(), 0, 0.0
        for news in run_on_cluster(TaskList(requests), cluster.scheduler_address, work=stub):
            if isinstance(news, ShotOutcome):
                done += 1
                if done % 1000 == 0:
                    peak = max(peak, resident_megabytes())
                    print(
                        f"{done} shots, {done / (time.perf_counter() - began):.0f} a second, {peak:.0f} MB", flush=True
                    )
        print(f"all {done} shots: memory grew by {peak - before:.0f} MB, scheduler and client together")


if __name__ == "__main__":
    main()
