"""The shown frame of a result as the painting canvas sees it (`app.canvas.protocols.CanvasDocument`)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.canvas.protocols import Mirror
from app.correct.frame_work import FrameToCorrect
from app.model.document import Document
from app.model.parts import PartsModel
from engine.domain.edits import LabelLayer
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.parts import PartSet

Mode = Literal["paint", "area", "original", "edit"]


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
        self._mode: Mode = "paint"
        parts.changed.connect(self.partsChanged)
        parts.currentChanged.connect(self.partsChanged)
        document.projectChanged.connect(self.rulesChanged)

    @property
    def frame(self) -> FrameToCorrect | None:
        """What is corrected."""
        return self._frame

    def show(self, frame: FrameToCorrect | None, mode: Mode = "paint") -> None:
        """Shows a frame, or nothing.

        Args:
            frame: What is corrected.
            mode: "paint" shows original and correction together; "area" an empty layer to draw on, with the labels as
                dashed outlines; "original" and "edit" one of the two alone, to look at.
        """
        same = self._frame is not None and frame is not None and frame.image is self._frame.image
        self._frame, self._mode = frame, mode
        self._layer = LabelLayer(_labels(frame, mode)) if frame is not None else None
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
        """The label that tools paint; an area is drawn in the colour of nobody's part."""
        return UNKNOWN if self._mode == "area" else self._parts.current

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
        if self._mode == "area":
            return frozenset()
        here = self._frame.locked_parts if self._frame is not None else frozenset()
        return frozenset(self._parts.locked) | here

    @property
    def protect_others(self) -> bool:
        """Painting changes background and the current part only."""
        return self._document.project.rules.protect_others and self._mode != "area"

    @property
    def mirror(self) -> Mirror | None:
        """Results are not mirrored."""
        return None

    @property
    def ghost(self) -> LabelMap | None:
        """The parts, while an area is drawn."""
        return self._frame.labels if self._frame is not None and self._mode == "area" else None

    @property
    def read_only(self) -> bool:
        """The frame is locked, or the project is open for reading only."""
        locked = self._frame is not None and self._frame.locked and self._mode != "area"
        return self._document.read_only or locked or self._mode in ("original", "edit")


def _labels(frame: FrameToCorrect, mode: Mode) -> LabelMap:
    if mode == "area":
        return np.zeros_like(frame.labels)
    if mode == "original":
        return frame.original
    if mode == "edit":
        return np.where(frame.corrected == UNKNOWN, np.uint8(BACKGROUND), frame.corrected)
    return frame.labels
