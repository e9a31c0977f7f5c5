"""What a run leaves behind: a log, and a record that tells the next run whether it ended as it should."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.core import Core
from app.diagnostics.actions import DiagnosticsActions
from app.diagnostics.facts import machine, version_of
from app.diagnostics.log import LogFile, logger
from app.diagnostics.run_record import RunRecord, take_crashed_runs


class RecordedRun(QObject):
    """Begins with its making; `end` is the last thing that a run does."""

    def __init__(self, core: Core, diagnostics: DiagnosticsActions, folder: Path) -> None:
        super().__init__()
        self._core, self._diagnostics = core, diagnostics
        self._crashed = take_crashed_runs(folder)
        self._log = LogFile(folder, diagnostics.names.all)
        self._record = RunRecord(folder)
        self._record.start()
        diagnostics.read_log(self._log)
        diagnostics.watch.install()
        logger("window").info("begun: version %s, %s", version_of("smite-studio"), machine()["system"])
        core.session.opened.connect(self._on_project)
        core.session.closed.connect(self._on_project)

    def offer_crashed(self, *, but: Sequence[Path]) -> None:
        """Tells of the last run where it crashed and there is something to do or to see about it.

        Args:
            but: Projects that are open already and were asked about.
        """
        if not self._crashed:
            return
        run = self._crashed[0]
        if run.project not in but and (run.project is not None or run.details):
            self._diagnostics.offer_crashed(run)

    def end(self) -> None:
        """Notes that the run ended as it should."""
        logger("window").info("ended")
        self._record.end()
        self._log.close()

    def _on_project(self) -> None:
        name = self._core.document.project.name if self._core.session.path is not None else ""
        self._record.note_project(self._core.session.path, name)
