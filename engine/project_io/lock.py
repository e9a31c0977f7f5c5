"""The lock of a project on a shared disk: one seat writes, the others read."""

from __future__ import annotations

import getpass
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from engine.atomic import write_text
from engine.errors import READING_FAULTS, OutputError
from engine.project_io.layout import LOCK_FILE


@dataclass(frozen=True)
class LockOwner:
    """Who holds a project.

    Attributes:
        user: Login name.
        host: Machine.
        process: Process id on that machine.
        since: ISO time at which the project was opened.
    """

    user: str
    host: str
    process: int
    since: str

    def describe(self) -> str:
        """Returns 'anna on ws12 since 14:05'."""
        return f"{self.user} on {self.host} since {self.since[11:16]}"


class ProjectLock:
    """A lock that this process holds until `release`."""

    def __init__(self, folder: Path, owner: LockOwner) -> None:
        self._path = folder / LOCK_FILE
        self._owner = owner

    def release(self) -> None:
        """Removes the lock, unless another seat has taken it over."""
        if _read(self._path) == self._owner:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                return


def acquire(folder: Path) -> ProjectLock | LockOwner:
    """Takes a project's lock, or returns who holds it.

    A lock whose process has ended on this very machine is taken over.

    Raises:
        OutputError: The folder cannot be written to.
    """
    path, owner = folder / LOCK_FILE, _this_process()
    for _ in range(2):
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(asdict(owner), file)
            return ProjectLock(folder, owner)
        except FileExistsError:
            holder = _read(path)
            if holder is not None and not _is_over(holder):
                return holder
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"'{folder}' cannot be written to ({error.strerror or error}), so the project opens for reading only. "
                "Save it under another name to work on it."
            ) from error
    holder = _read(path)
    return holder if holder is not None else take_over(folder)


def take_over(folder: Path) -> ProjectLock:
    """Takes a lock from its owner, on the artist's word that nobody is working there.

    Raises:
        OutputError: The folder cannot be written to.
    """
    owner = _this_process()
    write_text(folder / LOCK_FILE, json.dumps(asdict(owner)))
    return ProjectLock(folder, owner)


def _this_process() -> LockOwner:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container without a user table
        user = "someone"
    return LockOwner(user, socket.gethostname(), os.getpid(), now)


def _read(path: Path) -> LockOwner | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return LockOwner(str(row["user"]), str(row["host"]), int(row["process"]), str(row["since"]))
    except READING_FAULTS:
        return None


def _is_over(owner: LockOwner) -> bool:
    if owner.host != socket.gethostname():
        return False
    if os.name == "nt":
        return False  # os.kill ends processes there, so the artist is asked instead
    try:
        os.kill(owner.process, 0)
    except (ProcessLookupError, OverflowError):  # no process has a number that does not fit
        return True
    except OSError:
        return False
    return False
