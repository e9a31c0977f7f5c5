"""Long shots in ranges: each a task, joined into what one process gives."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batch.joining import join, widened
from engine.batch.local import Places, run_here
from engine.batch.tasks import PIECES_FOLDER, TaskList, ranges_of
from engine.batch.work import ShotOutcome, Task, run_task
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.results.record import read_record
from tests.engine.batch.batch_shots import files_of, one_process, write_shots


@given(st.lists(st.integers(0, 300), min_size=1, unique=True).map(sorted), st.integers(2, 40))
def test_ranges_hold_every_frame_once_and_none_is_longer_than_asked(numbers: list[int], most: int) -> None:
    ranges = ranges_of(numbers, most)
    held = [[number for number in numbers if number in span] for span in ranges]
    assert [number for row in held for number in row] == numbers
    assert max(map(len, held)) <= most
    assert max(map(len, held)) - min(map(len, held)) <= 1
    assert len(ranges) == -(-len(numbers) // most)


def test_a_long_shot_in_ranges_on_two_processes_equals_a_run_in_one(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 2, frames=14)
    requests["sh002"] = replace(requests["sh002"], frame_range=FrameRange(1001, 1005))
    outcomes = {}
    stages = set()
    for news in run_here(TaskList(requests, split=7), Places((None, None))):
        if isinstance(news, ShotOutcome):
            outcomes[news.shot] = news
        else:
            stages.add(news.shot)
    assert {name: (o.state, o.frames) for name, o in outcomes.items()} == {"sh001": ("done", 14), "sh002": ("done", 4)}
    assert stages == set(requests)
    assert {name: files_of(r.out) for name, r in requests.items()} == one_process(requests, tmp_path / "alone")
    joined, alone = read_record(requests["sh001"].out), read_record(tmp_path / "alone/sh001")
    assert joined.frames == alone.frames
    assert joined.fingerprint == alone.fingerprint
    assert not (tmp_path / "out" / PIECES_FOLDER / "sh001/1001-1007").exists()


def test_a_range_that_is_lost_is_segmented_when_the_others_are_joined(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 1, frames=9)
    tasks = TaskList(requests, split=5)
    for _ in range(2):
        task = tasks.take()
        assert task is not None
        assert tasks.ended(task, run_task(task, lambda _: None, lambda: False)) is None
    joining = tasks.take()
    assert joining is not None
    shutil.rmtree(joining.pieces[1][0])
    outcome = tasks.ended(joining, run_task(joining, lambda _: None, lambda: False))
    assert outcome is not None
    assert (outcome.shot, outcome.state, outcome.frames) == ("sh001", "done", 9)
    assert {"sh001": files_of(requests["sh001"].out)} == one_process(requests, tmp_path / "alone")
    assert tasks.take() is None


def test_a_range_that_fails_fails_the_shot_with_its_sentence_once_the_others_have_ended(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 1, frames=12)
    tasks = TaskList(requests, split=4)
    first, second, third = (tasks.take() for _ in range(3))
    assert first is not None
    assert second is not None
    assert third is not None
    assert tasks.ended(second, ShotOutcome("sh001", "failed", "The disk is full.")) is None
    assert tasks.take() is None
    assert tasks.ended(first, ShotOutcome("sh001", "done")) is None
    told = tasks.ended(third, ShotOutcome("sh001", "done"))
    assert told is not None
    assert (told.shot, told.state, told.sentence) == ("sh001", "failed", "Range 1005-1008: The disk is full.")
    assert tasks.take() is None


def test_short_shots_and_results_that_were_begun_whole_stay_whole(tmp_path: Path) -> None:
    requests = write_shots(tmp_path, 1)
    assert [task.piece for task in _all(TaskList(requests, split=6))] == [None]
    run_to_end(join(requests["sh001"], ()))
    assert [task.piece for task in _all(TaskList(requests, split=2))] == [None]


def test_a_range_does_as_many_more_frames_as_vote_on_it(tmp_path: Path) -> None:
    ((_, request),) = write_shots(tmp_path, 1).items()
    assert widened(request, FrameRange(1003, 1005)) == FrameRange(1000, 1008)
    wide = replace(request, settings=replace(request.settings, window=9), frame_range=FrameRange(1001, 1007))
    assert widened(wide, FrameRange(1004, 1007)) == FrameRange(1001, 1007)


def test_ranges_of_one_frame_are_refused() -> None:
    with pytest.raises(InputError, match="at least 2"):
        TaskList({}, split=1)


def _all(tasks: TaskList) -> list[Task]:
    found = []
    while (task := tasks.take()) is not None:
        found.append(task)
    return found
