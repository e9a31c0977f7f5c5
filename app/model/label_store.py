"""The label layers of a project's references, read when they are needed and let go when they are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.labels import Painted
from engine.domain.linter import part_areas
from engine.domain.project import ProjectReference

KEPT_LAYERS = 6
"""Layers that stay in memory besides those with unsaved work; a 4K layer takes 16 MB."""


class LabelStore:
    """Layers by reference id."""

    def __init__(self, read: Callable[[ProjectReference], Painted]) -> None:
        """Takes a reader for layers that are not in memory; it raises InputError where that fails."""
        self._read = read
        self._layers: dict[str, LabelLayer] = {}
        self._blank: set[str] = set()
        self._changed: set[str] = set()
        self._areas: dict[str, Mapping[int, int]] = {}
        self._uncounted: set[str] = set()

    @property
    def changed(self) -> frozenset[str]:
        """Ids whose pixels differ from the last save."""
        return frozenset(self._changed)

    def layer(self, reference: ProjectReference) -> LabelLayer:
        """Returns the live layer of a reference.

        Raises:
            InputError: Its saved labels cannot be read.
        """
        found = self._layers.pop(reference.id, None)
        if found is None:
            if reference.id in self._blank:
                found = LabelLayer.empty(reference.width, reference.height)
            else:
                painted = self._read(reference)
                found = LabelLayer(painted.labels, painted.coverage)
                self._uncounted.add(reference.id)
        self._layers[reference.id] = found
        self._let_go()
        return found

    def adopt(self, reference_id: str, layer: LabelLayer) -> None:
        """Makes `layer` the one of a reference that is being added."""
        self._layers[reference_id] = layer
        self.touch(reference_id)

    def put(self, reference_id: str, painted: Painted) -> None:
        """Replaces a layer by recovered pixels, which count as unsaved."""
        self.adopt(reference_id, LabelLayer(painted.labels, painted.coverage))

    def start_blank(self, reference_id: str) -> None:
        """Says that a reference begins as background, whatever the disk holds."""
        self._layers.pop(reference_id, None)
        self._blank.add(reference_id)
        self.touch(reference_id)

    def apply(self, reference: ProjectReference, edit: LabelEdit) -> LabelEdit:
        """Applies an edit and returns its inverse."""
        inverse = self.layer(reference).apply(edit)
        self.touch(reference.id)
        return inverse

    def touch(self, reference_id: str) -> None:
        """Notes that the pixels of a reference changed."""
        self._changed.add(reference_id)
        self._uncounted.add(reference_id)

    def areas(self, reference: ProjectReference) -> Mapping[int, int]:
        """Returns painted pixels by part id; layers that are not in memory answer with what was saved of them."""
        layer = self._layers.get(reference.id)
        if reference.id in self._uncounted and layer is not None:
            self._areas[reference.id] = part_areas(layer.labels)
            self._uncounted.discard(reference.id)
        if reference.id in self._blank and layer is None:
            return {}
        return self._areas.get(reference.id, reference.areas)

    def unsaved(self, references: Iterable[ProjectReference]) -> dict[str, Painted]:
        """Returns copies of the pixels that a save must write."""
        found = {}
        for reference in references:
            if reference.id in self._changed and reference.id in self._layers:
                found[reference.id] = self._layers[reference.id].painted()
            elif reference.id in self._blank:
                found[reference.id] = Painted(np.zeros((reference.height, reference.width), np.uint8))
        return found

    def mark_saved(self) -> None:
        """Notes that everything is on disk."""
        self._changed.clear()
        self._blank.clear()
        self._let_go()

    def _let_go(self) -> None:
        idle = [i for i, layer in self._layers.items() if i not in self._changed and not layer.in_stroke]
        for reference_id in idle[: max(0, len(idle) - KEPT_LAYERS)]:
            del self._layers[reference_id]
