"""The live list of the reference linter, worked out beside the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from app.model.document import Document
from app.model.thumbnails import Thumbnails
from engine.domain.labels import LabelMap
from engine.domain.linter import LintedReference, LinterWarning, lint_reference, lint_set
from engine.domain.parts import PartSet
from engine.errors import InputError

_WAIT_MS = 500
_SMALL_PX = 512


class LinterModel(QObject):
    """Warnings about the references.

    Signals:
        changed(): The list is another.
        found(int, str, object, object): From the other thread: generation, reference id, warnings, small copy.
    """

    changed = Signal()
    found = Signal(int, str, object, object)

    def __init__(self, document: Document, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._thumbnails = thumbnails
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._generation = 0
        self._parts = PartSet(())
        self._looking = False
        self._waiting: dict[str, None] = {}
        self._single: dict[str, list[LinterWarning]] = {}
        self._small: dict[str, LintedReference] = {}
        self._warnings: tuple[LinterWarning, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._on_wait_over)
        document.areasChanged.connect(self._on_areas_changed)
        thumbnails.changed.connect(self._on_areas_changed)
        document.projectChanged.connect(self._on_project_changed)
        document.replaced.connect(self._on_replaced)
        self.found.connect(self._on_found)

    @property
    def warnings(self) -> tuple[LinterWarning, ...]:
        """What there is to look at, in the order of the references."""
        return self._warnings

    @property
    def busy(self) -> bool:
        """References are waiting to be looked at."""
        return bool(self._waiting) or self._timer.isActive() or self._looking

    def count(self, reference_id: str) -> int:
        """Returns the number of warnings about a reference."""
        return sum(warning.reference_id == reference_id for warning in self._warnings)

    def shut_down(self) -> None:
        """Waits for the other thread to end."""
        self._timer.stop()
        self._waiting.clear()
        self._generation += 1
        self._pool.clear()
        self._pool.waitForDone()

    def _on_areas_changed(self, reference_id: str) -> None:
        self._waiting[reference_id] = None
        self._timer.start()

    def _on_project_changed(self) -> None:
        parts, references = self._document.project.parts, self._document.project.references
        known = self._single if parts == self._parts else {}
        self._parts = parts
        self._waiting |= {r.id: None for r in references if r.id not in known}
        self._timer.start()

    def _on_replaced(self) -> None:
        self._generation += 1
        self._single.clear()
        self._small.clear()
        self._waiting = {r.id: None for r in self._document.project.references}
        self._timer.start()

    def _on_wait_over(self) -> None:
        if self._looking:
            return
        project = self._document.project
        while self._waiting:
            reference_id = next(iter(self._waiting))
            del self._waiting[reference_id]
            if not project.has_reference(reference_id):
                continue
            try:
                # A copy: the artist paints on while the other thread looks.
                labels = self._document.layer(reference_id).labels.copy()
            except InputError:
                continue
            preview = self._thumbnails.pixels(reference_id)
            # One at a time: memory holds one copy, and the window stays quick.
            self._looking = True
            self._pool.start(
                _Look(
                    LintedReference(reference_id, project.reference(reference_id).name, labels, _or_blank(preview)),
                    project.parts,
                    self._generation,
                    self.found.emit,
                )
            )
            break
        self._join()

    def _on_found(self, generation: int, reference_id: str, warnings: list[LinterWarning], small: object) -> None:
        self._looking = False
        if generation == self._generation and isinstance(small, LintedReference):
            self._single[reference_id] = warnings
            self._small[reference_id] = small
            self._join()
        if self._waiting and not self._timer.isActive():
            self._on_wait_over()

    def _join(self) -> None:
        project = self._document.project
        known = [r.id for r in project.references]
        together = lint_set(
            [self._small[i] for i in known if i in self._small], project.parts, project.rules.mirror_pairs
        )
        together = [self._at_full_size(warning) for warning in together]
        order = {reference_id: place for place, reference_id in enumerate(known)}
        rows = [w for i in known for w in self._single.get(i, [])] + together
        warnings = tuple(sorted(rows, key=lambda w: order.get(w.reference_id, 0)))
        if warnings != self._warnings:
            self._warnings = warnings
            self.changed.emit()

    def _at_full_size(self, warning: LinterWarning) -> LinterWarning:
        if warning.rect is None:
            return warning
        reference = self._document.project.reference(warning.reference_id)
        scale = max(1.0, max(reference.width, reference.height) / _SMALL_PX)
        left, top, right, bottom = (round(v * scale) for v in warning.rect)
        return replace(warning, rect=(left, top, right, bottom))


class _Look(QRunnable):
    """Looks at one reference in the pool's thread."""

    def __init__(
        self,
        reference: LintedReference,
        parts: PartSet,
        generation: int,
        report: Callable[[int, str, list[LinterWarning], LintedReference], object],
    ) -> None:
        super().__init__()
        self._reference, self._parts, self._generation, self._report = reference, parts, generation, report

    def run(self) -> None:
        """Reports the warnings and a small copy for comparing references."""
        warnings = lint_reference(self._reference, self._parts)
        small = replace(self._reference, labels=_shrunk_labels(self._reference.labels))
        self._report(self._generation, self._reference.id, warnings, small)


def _shrunk_labels(labels: LabelMap) -> LabelMap:
    scale = _SMALL_PX / max(labels.shape)
    if scale >= 1:
        return labels
    size = (max(1, round(labels.shape[1] * scale)), max(1, round(labels.shape[0] * scale)))
    return np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _or_blank(preview: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """A reference without a picture must not look like a duplicate of another one: noise is like nothing else."""
    if preview is not None:
        return preview
    return np.random.default_rng().integers(0, 256, (32, 32, 3)).astype(np.uint8)
