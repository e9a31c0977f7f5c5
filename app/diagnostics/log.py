"""The log of one run: a file that rotates, without names or places of the artist's media at any level.

Every run has a file of its own, so that two windows never rotate each other's. Workers have no file: what they say goes
over their pipe and through the window's log. The newest runs are kept.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app.diagnostics.scrub import scrub

LOGGER = "smite_studio"
MAX_BYTES = 1 << 20
NUM_OLD = 2
RUNS_KEPT = 10
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_LINE = 20_000


class ScrubbingFormatter(logging.Formatter):
    """Writes a record without what it must not name, its traceback included."""

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        super().__init__(_FORMAT)
        self._names = names

    def format(self, record: logging.LogRecord) -> str:
        """Returns the record's lines."""
        return scrub(super().format(record)[:_MAX_LINE], self._names())


class LogFile:
    """The log of this run.

    Attributes:
        path: Its file.
    """

    def __init__(self, folder: Path, names: Callable[[], Iterable[str]]) -> None:
        """Opens a file in `folder`; where that cannot be written, the log goes nowhere and the program runs on."""
        started = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        self.path = folder / f"run-{started}-{os.getpid()}.log"
        self._handler: logging.Handler
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(self.path, maxBytes=MAX_BYTES, backupCount=NUM_OLD, encoding="utf-8")
        except OSError as error:
            sys.stderr.write(f"No log is written: {error}\n")
            self._handler = logging.NullHandler()
        self._handler.setFormatter(ScrubbingFormatter(names))
        self._logger = logging.getLogger(LOGGER)
        self._logger.setLevel(logging.INFO)
        self._logger.propagate = False
        self._logger.addHandler(self._handler)
        _prune(folder)

    def close(self) -> None:
        """Writes the rest and lets go of the file."""
        self._logger.removeHandler(self._handler)
        self._handler.close()

    def tail(self, num_lines: int) -> list[str]:
        """Returns the last lines."""
        return tail_of(self.path, num_lines)


def tail_of(path: Path, num_lines: int) -> list[str]:
    """Returns the last lines of a text file, none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 65_536))
            return file.read().decode("utf-8", errors="replace").splitlines()[-num_lines:]
    except OSError:
        return []


def logger(room: str) -> logging.Logger:
    """Returns the logger of a room of the window."""
    return logging.getLogger(f"{LOGGER}.{room}")


def _prune(folder: Path) -> None:
    """Removes the files of all but the newest runs."""
    try:
        runs = sorted(folder.glob("run-*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in runs[RUNS_KEPT:]:
            for path in (old, *(old.with_name(f"{old.name}.{number}") for number in range(1, NUM_OLD + 1))):
                path.unlink(missing_ok=True)
    except OSError:
        return
