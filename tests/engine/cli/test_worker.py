"""The worker process as its pipe shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api.segment_request import SegmentRequest
from engine.api.wire import encode
from engine.cli.faults import as_engine_error
from engine.cli.main import main
from engine.cli.worker_command import worker_command
from engine.errors import InputError, MemoryLimitError
from tests.engine.cli.odd_jobs import COMMAND, OddRequest


class Talk:
    """One process and what it says."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )

    def send(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
        self.process.stdin.flush()

    def run(self, request: Any, verb: str = "odd", job: str = "j") -> None:
        self.send({"do": "run", "id": job, "verb": verb, "request": encode(request)})

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def until_event(self) -> None:
        """Waits until the job is under way."""
        while "event" not in self.read():
            pass

    def until_outcome(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Returns the events of the running job, and its outcome."""
        events = []
        while "outcome" not in (message := self.read()):
            if "event" in message:
                events.append(message["event"])
        return events, message["outcome"]

    def close(self) -> str:
        """Closes the pipe as a window that has died would; returns what it wrote to stderr."""
        errors = self.process.communicate(timeout=20)[1]
        return str(errors)


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk(COMMAND)
    yield made
    if made.process.poll() is None:
        made.process.kill()
    for stream in (made.process.stdin, made.process.stdout, made.process.stderr):
        assert stream is not None
        stream.close()
    made.process.wait()


def test_nothing_but_the_protocol_is_in_the_pipe(talk: Talk) -> None:
    talk.run(OddRequest("prints"))
    _, outcome = talk.until_outcome()
    assert outcome == {"kind": "succeeded", "value": {"steps": 1}}
    errors = talk.close()
    assert all(text in errors for text in ("from python", "from a library", "from a child"))


def test_progress_is_thinned_out_but_nothing_else_is(talk: Talk) -> None:
    talk.run(OddRequest("tells", steps=500))
    events, outcome = talk.until_outcome()
    assert outcome["kind"] == "succeeded"
    counts = Counter(event["kind"] for event in events)
    assert counts["FrameDone"] == counts["TrainStep"] == counts["Message"] == 500
    progress = [event["done"] for event in events if event["kind"] == "Progress"]
    assert progress[0] == 0
    assert progress[-1] == 500
    assert len(progress) < 250


@pytest.mark.parametrize("name", ["memory", "torch memory", "cpu memory"])
def test_running_out_of_memory_is_told_as_that(talk: Talk, name: str) -> None:
    talk.run(OddRequest(name))
    _, outcome = talk.until_outcome()
    assert outcome["error"] == "MemoryLimitError"
    assert "smaller window" in outcome["sentence"]
    talk.run(OddRequest("fine"), job="next")
    assert talk.until_outcome()[1]["kind"] == "succeeded"


def test_a_fault_is_one_sentence_with_its_traceback_apart(talk: Talk) -> None:
    talk.run(OddRequest("fault"))
    _, outcome = talk.until_outcome()
    assert (outcome["kind"], outcome["error"]) == ("failed", "InternalError")
    assert "ZeroDivisionError: by nothing" in outcome["sentence"]
    assert "\n" not in outcome["sentence"]
    assert "Traceback" in outcome["details"]
    assert "_misbehave" in outcome["details"]


def test_a_cancelled_job_cleans_up_and_the_process_stays(talk: Talk, tmp_path: Path) -> None:
    talk.run(OddRequest("slow", steps=10_000, step_s=0.01, left=tmp_path / "left"))
    talk.until_event()
    talk.send({"do": "cancel", "id": "j"})
    assert talk.until_outcome()[1] == {"kind": "cancelled"}
    assert (tmp_path / "left").read_text() == "cleaned up"
    talk.run(OddRequest("fine"), job="next")
    assert talk.until_outcome()[1]["kind"] == "succeeded"


def test_a_paused_job_stands_still_and_can_be_cancelled(talk: Talk) -> None:
    talk.run(OddRequest("slow", steps=10_000, step_s=0.01))
    talk.send({"do": "pause", "id": "j"})
    talk.send({"do": "cancel", "id": "another"})
    talk.send({"do": "cancel", "id": "j"})
    assert talk.until_outcome()[1] == {"kind": "cancelled"}


def test_when_the_window_dies_the_job_cleans_up_and_the_process_ends(talk: Talk, tmp_path: Path) -> None:
    talk.run(OddRequest("slow", steps=10_000, step_s=0.01, left=tmp_path / "left"))
    talk.until_event()
    talk.close()
    assert talk.process.returncode == 0
    assert (tmp_path / "left").exists()


def test_a_job_that_comes_to_no_step_does_not_outlive_the_window(talk: Talk) -> None:
    talk.run(OddRequest("stuck", step_s=3600))
    talk.until_event()
    began = time.monotonic()
    talk.close()
    assert time.monotonic() - began < 3600 / 2


def test_lines_that_are_no_commands_and_verbs_that_do_not_exist_end_nothing(talk: Talk) -> None:
    for line in ("", "not json", "[1]", "3"):
        talk.send(line)
    talk.run(OddRequest("fine"), verb="__import__")
    assert "no verb '__import__'" in talk.until_outcome()[1]["sentence"]
    talk.send({"do": "run", "id": "j", "verb": "odd", "request": {"name": "fine", "surprise": 1}})
    assert talk.until_outcome()[1]["error"] == "InternalError"
    talk.run(OddRequest("fine"))
    assert talk.until_outcome()[1]["kind"] == "succeeded"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_file_names_need_not_be_text(talk: Talk, tmp_path: Path) -> None:
    left = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    talk.run(OddRequest("fine", left=left))
    assert talk.until_outcome()[1]["kind"] == "succeeded"
    assert left.exists()


def test_the_program_starts_itself_as_a_worker_with_only_its_own_modules(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    started = subprocess.run(
        worker_command(), input="", cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert started.stdout == '{"ready": true}\n'
    assert started.returncode == 0


def test_workers_are_in_no_overview(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "worker" not in capsys.readouterr().out


def test_the_engines_own_errors_stay_as_they_are() -> None:
    error = InputError("A sentence.")
    assert as_engine_error(error) is error
    assert isinstance(as_engine_error(MemoryError()), MemoryLimitError)
    assert not isinstance(as_engine_error(ValueError("out of memory cards")), MemoryLimitError)


def test_a_request_of_a_real_verb_reaches_the_engine(talk: Talk, tmp_path: Path) -> None:
    talk.run(SegmentRequest(tmp_path / "nowhere.mov", tmp_path / "out", anchors=tmp_path), verb="segment")
    _, outcome = talk.until_outcome()
    assert outcome["error"] == "InputError"
    assert "nowhere.mov" in outcome["sentence"]
