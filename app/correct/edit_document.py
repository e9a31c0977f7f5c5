"""The shown frame of a result as the painting canvas sees it (`app.canvas.protocols.CanvasDocument`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.canvas.protocols import Mirror
from app.correct.frame_work import FrameToCorrect
from app.model.document import Document
from app.model.parts import PartsModel
from engine.domain.edits import LabelLayer
from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet


class EditDocument(QObject):
    """A frame with its labels; what is painted goes into the frame's edit layer, not into a reference.

    Signals:
        imageChanged(), labelsChanged(object), partsChanged(), rulesChanged(): As `CanvasDocument`.
    """

    imageChanged = Signal()
    labelsChanged = Signal(object)
    partsChanged = Signal()
    rulesChanged = Signal()

    def __init__(self, document: Document, parts: PartsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._parts = document, parts
        self._frame: FrameToCorrect | None = None
        self._layer: LabelLayer | None = None
        parts.changed.connect(self.partsChanged)
        parts.currentChanged.connect(self.partsChanged)
        document.projectChanged.connect(self.rulesChanged)

    @property
    def frame(self) -> FrameToCorrect | None:
        """What is corrected."""
        return self._frame

    def show(self, frame: FrameToCorrect | None) -> None:
        """Shows a frame, or nothing."""
        same = self._frame is not None and frame is not None and frame.image is self._frame.image
        self._frame = frame
        self._layer = LabelLayer(frame.labels) if frame is not None else None
        if same:
            self.labelsChanged.emit(None)
            self.rulesChanged.emit()
        else:
            self.imageChanged.emit()
        self.partsChanged.emit()

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """(H, W, 3) uint8 sRGB, or None."""
        return self._frame.image if self._frame is not None else None

    @property
    def layer(self) -> LabelLayer | None:
        """Labels with corrections."""
        return self._layer

    @property
    def parts(self) -> PartSet:
        """The parts."""
        return self._parts.parts

    @property
    def current_part(self) -> int:
        """The label that tools paint."""
        return self._parts.current

    @property
    def shown_parts(self) -> frozenset[int]:
        """Ids of the parts to draw."""
        return self._parts.shown

    @property
    def solo_parts(self) -> frozenset[int]:
        """Ids of the solo parts."""
        return self._parts.solo

    @property
    def locked_parts(self) -> frozenset[int]:
        """Parts that no tool changes: those locked in the list, and those locked on this frame."""
        here = self._frame.locked_parts if self._frame is not None else frozenset()
        return frozenset(self._parts.locked) | here

    @property
    def protect_others(self) -> bool:
        """Painting changes background and the current part only."""
        return self._document.project.rules.protect_others

    @property
    def mirror(self) -> Mirror | None:
        """Results are not mirrored."""
        return None

    @property
    def ghost(self) -> LabelMap | None:
        """There is no onion skin here."""
        return None

    @property
    def read_only(self) -> bool:
        """The frame is locked, or the project is open for reading only."""
        return self._document.read_only or (self._frame is not None and self._frame.locked)
