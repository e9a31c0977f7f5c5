"""The thread that owns one worker process: it starts it, and reads what it says."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

_TAIL_BYTES = 8_192
_WINDOWS_FLAGS: int = sum(getattr(subprocess, name, 0) for name in ("CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS"))
"""On Windows: no console opens beside the window, and the window goes first where processors are short."""


class WorkerThread(QThread):
    """Blocks on the process's pipe, so that nobody else has to.

    Attributes:
        serial: Tells this process from those before it; a signal may still be on its way when its process is gone.

    Signals:
        received(int, object): Serial, and one message of the worker, a dict.
        lost(int, int, str): Serial; the process has ended: its exit code, and the last lines it wrote about itself.
    """

    received = Signal(int, object)
    lost = Signal(int, int, str)

    def __init__(self, command: Sequence[str], serial: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.serial = serial
        self.setObjectName("worker")
        self._command = list(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._early: list[str] = []
        self._closing = False

    @property
    def process_id(self) -> int | None:
        """Id of the process, or None before it has started."""
        return self._process.pid if self._process is not None else None

    def send(self, message: Mapping[str, Any]) -> None:
        """Sends a command, or keeps it until the process has started; a process that has gone is not told."""
        line = json.dumps(message) + "\n"  # escaped: names of files need not be text in any encoding
        with self._lock:
            if self._process is None:
                self._early.append(line)
            else:
                _write(self._process, line)

    def close(self) -> None:
        """Lets the process end by itself: its pipe is closed."""
        with self._lock:
            self._closing = True
            if self._process is not None:
                _close(self._process)

    def kill(self) -> None:
        """Ends the process now."""
        with self._lock:
            self._closing = True
            if self._process is not None:
                self._process.kill()

    def run(self) -> None:
        """Starts the process and passes on what it says until it ends."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
            with self._lock:
                if self._closing:
                    return
                try:
                    self._process = process = subprocess.Popen(
                        self._command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=log,
                        encoding="utf-8",
                        bufsize=1,
                        creationflags=_WINDOWS_FLAGS,
                    )
                except OSError as error:
                    self.lost.emit(self.serial, -1, str(error))
                    return
                for line in self._early:
                    _write(process, line)
            assert process.stdout is not None
            for line in process.stdout:
                message = _message(line)
                if message is not None:
                    self.received.emit(self.serial, message)
            code = process.wait()
            process.stdout.close()
            with self._lock:
                _close(process)
            log.seek(0, 2)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            self.lost.emit(self.serial, code, log.read())


def _message(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _write(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except (OSError, ValueError):
        return  # it has gone: the reading side says so


def _close(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
    except OSError:
        return
