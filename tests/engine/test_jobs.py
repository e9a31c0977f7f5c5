from __future__ import annotations

import pytest

from engine.jobs import Job, Progress, run_to_end


def count(log: list[str]) -> Job[int]:
    try:
        for step in range(3):
            yield Progress("counting", step, 3)
        return 42
    finally:
        log.append("cleaned")


def test_running_to_the_end_returns_the_result() -> None:
    assert run_to_end(count([])) == 42


def test_closing_a_job_at_a_yield_runs_its_cleaning_up() -> None:
    log: list[str] = []
    job = count(log)
    next(job)
    job.close()
    assert log == ["cleaned"]
    with pytest.raises(StopIteration):
        next(job)
