"""What the canvas sees of the open project (`app.canvas.protocols.CanvasDocument`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.canvas.protocols import Mirror
from app.model.document import Document
from app.model.parts import PartsModel
from app.model.references import ReferencesModel
from engine.domain.edits import LabelEdit, LabelLayer, Rect
from engine.domain.labels import LabelMap
from engine.domain.linter import side_pairs
from engine.domain.parts import PartSet
from engine.domain.project import PaintRules
from engine.errors import InputError


class CanvasModel(QObject):
    """The shown image with its labels and the rules of painting; see `CanvasDocument` for its members.

    Signals:
        imageChanged(), labelsChanged(object), partsChanged(), rulesChanged(): As `CanvasDocument`.
    """

    imageChanged = Signal()
    labelsChanged = Signal(object)
    partsChanged = Signal()
    rulesChanged = Signal()

    def __init__(
        self, document: Document, parts: PartsModel, references: ReferencesModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._parts = parts
        self._references = references
        self._onion = False
        self._rules = PaintRules()
        document.labelsChanged.connect(self._on_labels_changed)
        document.projectChanged.connect(self._on_project_changed)
        document.replaced.connect(self.rulesChanged)
        parts.changed.connect(self.partsChanged)
        parts.currentChanged.connect(self.partsChanged)
        references.shown.connect(self.imageChanged)

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """(H, W, 3) uint8 sRGB, or None."""
        return self._references.picture if self._references.layer is not None else None

    @property
    def layer(self) -> LabelLayer | None:
        """Labels and coverage of the size of `image`, or None."""
        return self._references.layer if self._references.picture is not None else None

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
        """Ids whose pixels no tool changes."""
        return self._parts.locked

    @property
    def protect_others(self) -> bool:
        """Painting changes background, unknown and the current part only."""
        return self._document.project.rules.protect_others

    @property
    def mirror(self) -> Mirror | None:
        """Mirroring about the middle of the image, with left and right parts changing places."""
        rules, picture = self._document.project.rules, self._references.picture
        if not rules.mirror or picture is None:
            return None
        pairs = rules.mirror_pairs or side_pairs(self.parts)
        swap = {**dict(pairs), **{second: first for first, second in pairs}}
        return Mirror(picture.shape[1] / 2, swap)

    @property
    def ghost(self) -> LabelMap | None:
        """Labels of the reference before the shown one in the strip, with onion skin on."""
        current = self._references.current
        ids = [r.id for r in self._references.references]
        if not self._onion or current is None or len(ids) < 2:
            return None
        at = ids.index(current.id)
        try:
            return self._document.layer(ids[at - 1] if at else ids[1]).labels
        except InputError:
            return None

    @property
    def onion(self) -> bool:
        """The neighbour's outline is shown."""
        return self._onion

    @property
    def read_only(self) -> bool:
        """Nothing may be painted."""
        return self._document.read_only

    def set_onion(self, *, on: bool) -> None:
        """Shows the outline of the neighbouring reference."""
        self._onion = on
        self.rulesChanged.emit()

    def set_protect(self, text: str, *, on: bool) -> None:
        """Protects other parts while painting."""
        self._set_rules(text, replace(self._document.project.rules, protect_others=on))

    def set_mirror(self, text: str, *, on: bool) -> None:
        """Repeats gestures on the other side of the image."""
        self._set_rules(text, replace(self._document.project.rules, mirror=on))

    def take_stroke(self, edit: LabelEdit, text: str) -> None:
        """Takes a finished gesture from the canvas."""
        self._references.take_stroke(text, edit)

    def _set_rules(self, text: str, rules: PaintRules) -> None:
        if self._document.read_only:
            self.rulesChanged.emit()
        else:
            self._document.change(text, replace(self._document.project, rules=rules))

    def _on_labels_changed(self, reference_id: str, rect: Rect) -> None:
        current = self._references.current
        if current is not None and current.id == reference_id:
            self.labelsChanged.emit(rect)
        elif self._onion:
            self.rulesChanged.emit()

    def _on_project_changed(self) -> None:
        if self._document.project.rules != self._rules:
            self._rules = self._document.project.rules
            self.rulesChanged.emit()
