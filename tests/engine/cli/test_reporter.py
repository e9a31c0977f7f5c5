from __future__ import annotations

import io
import json

import pytest

from engine.cli.reporter import Reporter, duration_text
from engine.jobs import FrameDone, Job, Message, Progress, TrainStep


def job() -> Job[str]:
    yield Message("Frame 7 is missing.", "warning")
    yield Progress("segmenting", 1, 2)
    yield FrameDone(8)
    yield TrainStep(1, 2, {"loss": 0.5})
    yield Progress("segmenting", 2, 2)
    return "done"


def run(*, as_json: bool, terminal: bool) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    reporter = Reporter(out=out, err=err, as_json=as_json, terminal=terminal)
    assert reporter.drive(job()) == "done"
    reporter.say("All done.")
    reporter.result({"answer": 1})
    return out.getvalue(), err.getvalue()


def test_a_program_gets_one_json_object_a_line_and_nothing_else() -> None:
    out, err = run(as_json=True, terminal=True)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["event"] for row in rows] == ["Message", "Progress", "FrameDone", "TrainStep", "Progress", "result"]
    assert rows[-1]["answer"] == 1
    assert err == ""


def test_without_a_terminal_lines_are_plain() -> None:
    out, err = run(as_json=False, terminal=False)
    assert out == "All done.\n"
    assert err.splitlines()[:2] == ["Warning: Frame 7 is missing.", "segmenting 1/2"]
    assert "\x1b" not in err
    assert "\r" not in err


def test_on_a_terminal_the_progress_line_redraws_itself_and_ends_before_other_text() -> None:
    _, err = run(as_json=False, terminal=True)
    assert err.endswith("segmenting 2/2\n")
    assert "\r\x1b[K" in err


def test_an_interrupt_closes_the_job() -> None:
    log: list[str] = []

    def interrupted() -> Job[None]:
        try:
            yield Progress("a", 0, 1)
            raise KeyboardInterrupt
        finally:
            log.append("cleaned")

    reporter = Reporter(out=io.StringIO(), err=io.StringIO(), as_json=False, terminal=False)
    with pytest.raises(KeyboardInterrupt):
        reporter.drive(interrupted())
    assert log == ["cleaned"]


def test_bytes_are_told_in_megabytes() -> None:
    def download() -> Job[None]:
        yield Progress("downloading", 1_500_000, 5_000_000_000, unit="bytes")

    err = io.StringIO()
    Reporter(out=io.StringIO(), err=err, as_json=False, terminal=False).drive(download())
    assert err.getvalue() == "downloading 2/5000 MB\n"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (62.4, "1:02"), (3605, "1:00:05")])
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
