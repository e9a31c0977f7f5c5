"""Saves a named project by itself, some minutes after its first unsaved change."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.i18n import tr
from app.model.document import Document
from app.model.session import ProjectSession
from app.notify.notifier import Notifier
from engine.errors import OutputError

_MINUTE_MS = 60_000


class Autosave(QObject):
    """Waits for changes; untitled projects and those opened for reading are left alone."""

    def __init__(self, document: Document, session: ProjectSession, notifier: Notifier, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._session, self._notifier = document, session, notifier
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)
        self._minutes = 0
        document.changed.connect(self._on_changed)
        session.closed.connect(self._timer.stop)
        session.saved.connect(self._timer.stop)

    @property
    def waits(self) -> bool:
        """A save is due."""
        return self._timer.isActive()

    def set_minutes(self, minutes: int) -> None:
        """Saves so long after a change; 0 never."""
        self._minutes = minutes
        self._timer.stop()
        self._on_changed()

    def save_now(self) -> None:
        """Saves where there is something to save."""
        if self._session.path is None or self._session.untitled:
            return
        if not self._document.unsaved or self._document.read_only:
            return
        try:
            self._session.save()
        except OutputError as error:
            self._notifier.warning(str(error))
            return
        self._notifier.info(tr("Saved by itself."))

    def _on_changed(self) -> None:
        if self._minutes and self._document.unsaved and not self._timer.isActive():
            self._timer.start(self._minutes * _MINUTE_MS)
