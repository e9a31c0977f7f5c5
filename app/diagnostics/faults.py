"""Exceptions that nobody caught, wherever they are raised, and Qt's own complaints: one place that hears of all."""

from __future__ import annotations

import sys
import threading
import traceback
from datetime import datetime
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

from app.diagnostics.log import logger
from app.diagnostics.report import Fault

_KEPT = 20
_LEVELS = {
    QtMsgType.QtDebugMsg: 10,
    QtMsgType.QtInfoMsg: 20,
    QtMsgType.QtWarningMsg: 30,
    QtMsgType.QtCriticalMsg: 40,
    QtMsgType.QtFatalMsg: 50,
}


class FaultWatch(QObject):
    """Hears of faults, writes them to the log and keeps the last of them.

    Signals:
        raised(object): In the window's thread: an exception that nobody caught, a `Fault`.
    """

    raised = Signal(object)
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faults: list[Fault] = []
        self._is_installed = False
        # Threads raise as well: the dialogue belongs to the window's thread.
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The last ones, oldest first."""
        return tuple(self._faults)

    def install(self) -> None:
        """Hears of everything from now on."""
        self._is_installed = True
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        qInstallMessageHandler(_on_qt_message)

    def remove(self) -> None:
        """Gives everything back to Python and Qt."""
        if self._is_installed:
            self._is_installed = False
            sys.excepthook = sys.__excepthook__
            threading.excepthook = threading.__excepthook__
            sys.unraisablehook = sys.__unraisablehook__
            qInstallMessageHandler(None)

    def note(self, sentence: str, details: str) -> None:
        """Keeps an error that was shown in another way, for the diagnostics page."""
        self._keep(Fault(datetime.now().astimezone(), sentence, details))
        logger("window").error("%s\n%s", sentence, details)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        self._tell(error, details)

    def _on_thread_exception(self, hooked: threading.ExceptHookArgs) -> None:
        if hooked.exc_value is not None and not isinstance(hooked.exc_value, SystemExit):
            self._on_exception(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)

    def _on_unraisable(self, hooked: sys.UnraisableHookArgs) -> None:
        """An exception where nobody can be told, such as the end of an object: it is logged, not shown."""
        error = hooked.exc_value
        if error is not None:
            logger("window").error("unraisable: %s", "".join(traceback.format_exception(error)))

    def _tell(self, error: BaseException, details: str) -> None:
        logger("window").critical("%s", details)
        # As text only: a kept exception would keep the arrays of its frames.
        self._heard.emit(Fault(datetime.now().astimezone(), f"{type(error).__name__}: {error}", details))

    def _on_heard(self, fault: Fault) -> None:
        self._keep(fault)
        self.raised.emit(self._faults[-1])

    def _keep(self, fault: Fault) -> None:
        last = self._faults[-1] if self._faults else None
        if last is not None and (last.sentence, last.details) == (fault.sentence, fault.details):
            fault = Fault(fault.at, fault.sentence, fault.details, last.count + 1)
            self._faults.pop()
        self._faults = [*self._faults, fault][-_KEPT:]


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logger("qt").log(_LEVELS.get(kind, 30), "%s", text)
    if kind != QtMsgType.QtDebugMsg:
        sys.stderr.write(f"{text}\n")
