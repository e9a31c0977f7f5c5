"""A run that ended by itself leaves nothing; one that died is found once, with what it could still say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.diagnostics.run_record import RunRecord, take_crashed_runs

_DYING = """
import os, sys, faulthandler
from pathlib import Path
from app.diagnostics.run_record import RunRecord
record = RunRecord(Path(sys.argv[1]))
record.start()
record.note_project(Path(sys.argv[2]), "portrait")
if sys.argv[3] == "segfault":
    faulthandler._sigsegv()
if sys.argv[3] == "kill":
    os.kill(os.getpid(), 9)
record.end()
"""


def _run(folder: Path, project: Path, how: str) -> int:
    command = [sys.executable, "-c", _DYING, str(folder), str(project), how]
    return subprocess.run(command, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL, check=False).returncode


def test_a_run_that_ends_leaves_nothing(tmp_path: Path) -> None:
    assert _run(tmp_path / "logs", tmp_path / "p", "end") == 0
    assert list((tmp_path / "logs").iterdir()) == []
    assert take_crashed_runs(tmp_path / "logs") == ()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("how", "ended_by"), [("kill", signal.SIGKILL), ("segfault", signal.SIGSEGV)])
def test_a_run_that_died_is_found_once(tmp_path: Path, how: str, ended_by: int) -> None:
    assert _run(tmp_path / "logs", tmp_path / "p", how) == -ended_by
    (found,) = take_crashed_runs(tmp_path / "logs")
    assert (found.project, found.name) == (tmp_path / "p", "portrait")
    assert ("Segmentation fault" in found.details) == (how == "segfault")
    assert take_crashed_runs(tmp_path / "logs") == ()


def test_a_run_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    table = {
        "process": os.getppid(),
        "boot": "",
        "started_at": "2026-01-01T00:00:00+00:00",
        "project": None,
        "name": "",
    }
    RunRecord(tmp_path).note_project(None, "")
    own = json.loads((tmp_path / f"running-{os.getpid()}.json").read_text(encoding="utf-8"))
    table["boot"] = own["boot"]
    (tmp_path / f"running-{os.getppid()}.json").write_text(json.dumps(table), encoding="utf-8")
    assert take_crashed_runs(tmp_path) == ()
    table["boot"] = "another start of the machine"
    (tmp_path / f"running-{os.getppid()}.json").write_text(json.dumps(table), encoding="utf-8")
    assert len(take_crashed_runs(tmp_path)) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process": "x"}', b"\xff"])
def test_a_record_that_makes_no_sense_is_passed_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "running-1.json").write_bytes(content)
    assert take_crashed_runs(tmp_path) == ()
