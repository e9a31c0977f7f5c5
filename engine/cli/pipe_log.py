"""What a worker process has to say beside its answers: log records and warnings, over the pipe to the window's log."""

from __future__ import annotations

import faulthandler
import logging
from collections.abc import Callable, Mapping
from typing import Any

_MAX_CHARACTERS = 8_000
_STDERR = 2


class PipeHandler(logging.Handler):
    """Sends each record as {"log": {"level", "text"}}."""

    def __init__(self, answer: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self._answer = answer
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Sends one record."""
        self._answer({"log": {"level": record.levelno, "text": self.format(record)[:_MAX_CHARACTERS]}})


def log_to_pipe(answer: Callable[[Mapping[str, Any]], None]) -> None:
    """Sends warnings and errors of every library over the pipe, and a fault's stack to stderr as the process dies."""
    logging.getLogger().addHandler(PipeHandler(answer))
    logging.captureWarnings(capture=True)
    faulthandler.enable(_STDERR)
