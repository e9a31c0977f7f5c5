from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs import Event, Job, Message, watched
from engine.notes import add_row, read_rows, read_table


@pytest.mark.parametrize("text", [None, "", "{", "3", "[1, 2]", '"a"'])
def test_what_cannot_be_read_counts_as_empty_and_is_written_anew(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "notes.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert read_table(file) == {}
    assert read_rows(file) == []
    add_row(file, {"a": 1}, keep=2)
    assert read_rows(file) == [{"a": 1}]


def test_the_newest_rows_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        add_row(tmp_path / "notes.json", {"n": number}, keep=2)
    assert [row["n"] for row in read_rows(tmp_path / "notes.json")] == [3, 4]


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.json").mkdir()
    add_row(tmp_path / "notes.json", {"a": 1}, keep=2)
    assert (tmp_path / "notes.json").is_dir()


def test_a_watched_job_tells_every_event_returns_its_result_and_is_closed() -> None:
    told: list[Event] = []
    ended: list[bool] = []

    def work() -> Job[int]:
        try:
            yield Message("one")
            yield Message("two")
            return 7
        finally:
            ended.append(True)

    job = watched(work(), told.append)
    assert next(job) == Message("one")
    assert told == [Message("one")]
    job.close()
    assert ended == [True]

    def whole() -> Job[int]:
        return (yield from watched(work(), told.append))

    passed = whole()
    assert [next(passed), next(passed)] == told[1:]
    with pytest.raises(StopIteration) as stop:
        next(passed)
    assert stop.value.value == 7
