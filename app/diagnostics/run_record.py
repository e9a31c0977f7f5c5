"""Runs that are under way, on disk: a run that is gone without having removed its record has crashed.

Beside the record lies the file that `faulthandler` writes to when the process dies of a signal.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from engine.atomic import write_text
from engine.errors import OutputError

_RECORDS = "running-*.json"


@dataclass(frozen=True)
class CrashedRun:
    """A run that did not end by itself.

    Attributes:
        started_at: When it began.
        project: Folder of the project that was open, or None.
        name: Name of that project.
        details: What the process could still write when it died; "" where it was killed from outside.
    """

    started_at: datetime
    project: Path | None
    name: str
    details: str


class RunRecord:
    """This run's record; made first, removed last."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"running-{os.getpid()}.json"
        self._faults = self._path.with_suffix(".fault")
        self._file: TextIO | None = None
        self._started_at = datetime.now().astimezone().isoformat(timespec="seconds")

    def start(self) -> None:
        """Writes the record and lets crashes write beside it; where that fails, there is nothing to find later."""
        self.note_project(None, "")
        try:
            self._file = self._faults.open("w", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(self._file)

    def note_project(self, project: Path | None, name: str) -> None:
        """Notes which project is open."""
        table = {
            "process": os.getpid(),
            "boot": _boot_id(),
            "started_at": self._started_at,
            "project": str(project) if project is not None else None,
            "name": name,
        }
        with contextlib.suppress(OutputError):
            write_text(self._path, json.dumps(table))

    def end(self) -> None:
        """Removes the record: the program ended as it should."""
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
        for path in (self._path, self._faults):
            _remove(path)


def take_crashed_runs(folder: Path) -> tuple[CrashedRun, ...]:
    """Returns the runs that crashed, newest first, and forgets them."""
    found = []
    for path in folder.glob(_RECORDS):
        crashed = _crashed(path)
        if crashed is not None:
            found.append(crashed)
            _remove(path)
            _remove(path.with_suffix(".fault"))
    return tuple(sorted(found, key=lambda run: run.started_at, reverse=True))


def _crashed(path: Path) -> CrashedRun | None:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        process, boot = int(table["process"]), str(table["boot"])
        started_at = datetime.fromisoformat(table["started_at"])
        project = Path(table["project"]) if table["project"] else None
        name = str(table["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if process == os.getpid() or (boot == _boot_id() and _is_running(process)):
        return None
    try:
        details = path.with_suffix(".fault").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        details = ""
    return CrashedRun(started_at, project, name, details)


def _boot_id() -> str:
    """Returns what tells this start of the machine from others, "" where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _is_running(process: int) -> bool:
    if os.name == "nt":
        return _is_running_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    try:
        facts = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return facts.rpartition(")")[2].split()[:1] == ["Z"]


def _is_running_windows(process: int) -> bool:
    import ctypes

    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return True
    limited_information, still_active = 0x1000, 259
    handle = windll.kernel32.OpenProcess(limited_information, 0, process)
    if not handle:
        return False
    code = ctypes.c_ulong()
    windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
    windll.kernel32.CloseHandle(handle)
    return code.value == still_active


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
