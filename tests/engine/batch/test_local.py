from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from engine.batch.local import Places, run_here
from engine.batch.tasks import TaskList
from engine.batch.work import ShotOutcome, Task, run_task
from engine.cli.main import main
from tests.engine.batch.batch_shots import files_of, one_process, write_shots


def test_shots_run_beside_each_other_and_give_what_one_process_gives(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 3)
    news = list(run_here(TaskList(requests), Places((None, None))))
    outcomes = {item.shot: item for item in news if isinstance(item, ShotOutcome)}
    assert {name: outcome.state for name, outcome in outcomes.items()} == dict.fromkeys(requests, "done")
    expected = one_process(requests, tmp_path / "alone")
    assert {name: files_of(request.out) for name, request in requests.items()} == expected


def test_a_killed_process_costs_a_try_and_the_shot_goes_on(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 1, frames=40)
    work = run_here(TaskList(requests), Places())
    killed, outcome = False, None
    for item in work:
        if isinstance(item, ShotOutcome):
            outcome = item
        elif not killed:
            import multiprocessing

            (child,) = multiprocessing.active_children()
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            killed = True
    assert outcome is not None
    assert (outcome.state, outcome.attempts) == ("done", 2)


def test_closing_a_batch_leaves_no_process(tmp_path: Path) -> None:
    import multiprocessing

    requests = write_shots(tmp_path, 2, frames=40)
    work = run_here(TaskList(requests), Places((None, None)))
    next(work)
    next(work)
    assert len(multiprocessing.active_children()) == 2
    work.close()
    assert multiprocessing.active_children() == []


def test_a_shot_with_a_wrong_input_fails_once_and_the_others_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shots(tmp_path, 1)
    table = tmp_path / "shots.csv"
    table.write_text(
        "shot,clip,anchors,preset,cuts\n"
        "good,shots/sh001/plate,shots/sh001/anchors,draft,none\n"
        "bad,shots/nowhere.mov,shots/sh001/anchors,draft,none\n",
        encoding="utf-8",
    )
    assert main(["batch", str(table), "--out", str(tmp_path / "out"), "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    report = lines[-1]
    assert {shot["shot"]: (shot["state"], shot["attempts"]) for shot in report["shots"]} == {
        "good": ("done", 1),
        "bad": ("failed", 1),
    }
    assert "nowhere.mov" in report["shots"][1]["sentence"]
    assert set(report["stability"]) == {"good"}
    assert json.loads((tmp_path / "out/batch.json").read_text(encoding="utf-8"))["shots"] == report["shots"]


def test_a_shot_that_is_told_to_stop_stops_and_keeps_its_frames(tmp_path: Path) -> None:
    ((name, request),) = write_shots(tmp_path, 1, frames=12).items()
    asked = []

    def stop_soon() -> bool:
        asked.append(1)
        return len(asked) > 25

    outcome = run_task(Task(name, name, request), lambda _: None, stop_soon)
    assert outcome.state == "cancelled"
    kept = files_of(request.out)
    assert run_task(Task(name, name, request), lambda _: None, lambda: False).state == "done"
    assert kept.items() <= files_of(request.out).items()
