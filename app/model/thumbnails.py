"""Small pictures of references for lists, kept in the project folder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.model.document import Document
from app.model.references import ReferencesModel
from app.model.session import ProjectSession
from engine.errors import OutputError
from engine.project_io.thumbnails import shrunk, thumbnail_path, write_thumbnail


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
        document.replaced.connect(self._images.clear)
        references.shown.connect(self._on_shown)
        references.changed.connect(self._on_shown)

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
            try:
                write_thumbnail(thumbnail_path(path, reference_id), data)
            except OutputError:
                # A thumbnail is made again when its reference is shown; a full disk is reported by the journal.
                self._images[reference_id].setText("unsaved", "1")
        self.changed.emit(reference_id)

    def _on_shown(self) -> None:
        current, picture = self._references.current, self._references.picture
        if current is not None and picture is not None and self.image(current.id) is None:
            self.put(current.id, shrunk(picture))
