"""Small pictures of references for lists, kept in the project folder."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.model.document import Document
from app.model.references import ReferencesModel
from app.model.session import ProjectSession
from engine.errors import InputError, OutputError
from engine.project_io.thumbnails import shrunk, thumbnail_path, write_thumbnail

_PAUSE_MS = 60


class Thumbnails(QObject):
    """Small pictures by reference id.

    Signals:
        changed(str): The picture of this reference is another.
    """

    changed = Signal(str)

    def __init__(
        self,
        document: Document,
        references: ReferencesModel,
        session: ProjectSession,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._references = references
        self._session = session
        self._images: dict[str, QImage] = {}
        self._unreadable: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._on_idle)
        document.replaced.connect(self._on_replaced)
        references.shown.connect(self._timer.start)
        references.changed.connect(self._on_references_changed)

    def image(self, reference_id: str) -> QImage | None:
        """Returns the small picture of a reference, or None while nobody has looked at it."""
        if reference_id not in self._images and self._session.path is not None:
            found = QImage(str(thumbnail_path(self._session.path, reference_id)))
            if not found.isNull():
                self._images[reference_id] = found
        return self._images.get(reference_id)

    def pixels(self, reference_id: str) -> NDArray[np.uint8] | None:
        """Returns the small picture as (h, w, 3) uint8, or None."""
        image = self.image(reference_id)
        if image is None:
            return None
        rgb = image.convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
        return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()

    def put(self, reference_id: str, preview: NDArray[np.uint8]) -> None:
        """Keeps the small picture of a reference."""
        height, width = preview.shape[:2]
        data = np.ascontiguousarray(preview)
        self._images[reference_id] = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        path = self._session.path
        if path is not None and not self._document.read_only:
            # A lost thumbnail is made again the next time; a full disk is reported by journal and save.
            with suppress(OutputError):
                write_thumbnail(thumbnail_path(path, reference_id), data)
        self.changed.emit(reference_id)

    def stop(self) -> None:
        """Makes no more pictures by itself."""
        self._timer.stop()

    def _on_replaced(self) -> None:
        self._images.clear()
        self._unreadable.clear()

    def _on_references_changed(self) -> None:
        self._unreadable.clear()
        self._timer.start()

    def _on_idle(self) -> None:
        """Makes one missing picture at a time, so that the window stays quick."""
        for reference in self._references.references:
            if reference.id not in self._unreadable and self.image(reference.id) is None:
                try:
                    self.put(reference.id, shrunk(self._references.picture_of(reference)))
                except InputError:
                    self._unreadable.add(reference.id)
                return
        self._timer.stop()
