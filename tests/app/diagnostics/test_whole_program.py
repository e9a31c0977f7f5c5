"""The real program in processes of its own: killed and recovered, restarted with the project open."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.project import Project
from engine.project_io.folder import create_project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and XDG folders")
_SCRIPT = Path(__file__).with_name("acting_window.py")
_PATIENCE_S = 60.0


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has never run the program."""
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {**os.environ, **folders, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}


def _start(home: dict[str, str], how: str, *paths: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(_SCRIPT), how, *map(str, paths)]
    return subprocess.Popen(command, env=home, stdout=subprocess.PIPE, text=True)


def _wait_for(found: Callable[[], object]) -> None:
    last = time.monotonic() + _PATIENCE_S
    while not found():
        assert time.monotonic() < last, "it never came"
        time.sleep(0.05)


def _running(home: dict[str, str]) -> dict[int, str | None]:
    """Returns the open project by process of every run that has a record."""
    found = {}
    for path in Path(home["XDG_STATE_HOME"]).rglob("running-*.json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        found[int(table["process"])] = table["project"]
    return found


def test_after_kill_9_the_next_start_offers_the_project_and_brings_back_every_change(
    home: dict[str, str], tmp_path: Path
) -> None:
    project = create_project(tmp_path / "portrait", Project("portrait")).path
    with _start(home, "stay", project) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "changed\n"
        killed.send_signal(signal.SIGKILL)
    with _start(home, "look") as second:
        said, _ = second.communicate(timeout=_PATIENCE_S)
    assert second.returncode == 0
    assert "“portrait” was open" in said
    assert "['disc']" in said
    assert _running(home) == {}
    logs = sorted(Path(home["XDG_STATE_HOME"]).rglob("run-*.log"))
    assert len(logs) == 2
    assert not [log for log in logs if "portrait" in log.read_text(encoding="utf-8")]


def test_restart_ends_this_process_and_opens_the_project_in_another(home: dict[str, str], tmp_path: Path) -> None:
    project = create_project(tmp_path / "portrait", Project("portrait")).path
    with _start(home, "restart", project) as first:
        assert first.wait(_PATIENCE_S) == 0
    _wait_for(lambda: str(project) in _running(home).values())
    ((process, opened),) = _running(home).items()
    os.kill(process, signal.SIGKILL)
    assert process != first.pid
    assert opened == str(project)
