"""The one entry point for messages."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from app.i18n import tr
from engine.errors import EngineError


class Notifier(QObject):
    """Takes messages from anywhere in the window.

    Signals:
        posted(str, str): Level and sentence, for the message bar; it interrupts nobody.
        failed(str, str): Sentence and details of an error that must be read, for the dialogue.
    """

    posted = Signal(str, str)
    failed = Signal(str, str)

    def info(self, text: str) -> None:
        """Says something that is good to know."""
        self.posted.emit("info", text)

    def warning(self, text: str) -> None:
        """Says something that needs a look."""
        self.posted.emit("warning", text)

    def error(self, text: str, details: str = "") -> None:
        """Says what went wrong, what was kept and what to do next; `details` are for a report."""
        self.failed.emit(text, details)

    def engine_error(self, error: EngineError) -> None:
        """Passes the sentence of an engine error on, with where it came from."""
        self.error(str(error), "".join(traceback.format_exception(error)))

    def install_hook(self) -> None:
        """Shows exceptions that nobody caught instead of ending the program."""
        sys.excepthook = self._on_exception

    def remove_hook(self) -> None:
        """Gives exceptions back to Python."""
        sys.excepthook = sys.__excepthook__

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        if isinstance(error, EngineError):
            self.error(str(error), details)
            return
        self.error(
            tr(
                "Something in the program went wrong. What you painted is kept in the journal. "
                "Save the project, and send the details if it happens again."
            ),
            details,
        )
