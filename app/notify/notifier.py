"""The one entry point for messages."""

from __future__ import annotations

import traceback

from PySide6.QtCore import QObject, Signal

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
