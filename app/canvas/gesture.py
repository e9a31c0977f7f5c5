"""One gesture on a label layer: it paints under the rules of its start, mirrored where asked, and ends as one edit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.painting.compose import paint
from app.canvas.painting.patch import Patch
from app.canvas.painting.regions import Mask, Reshaped, closed_rim
from app.canvas.painting.rules import Rules
from app.canvas.protocols import CanvasDocument, Mirror
from app.i18n import tr
from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.labels import BACKGROUND, UNKNOWN

_NOTHING = Box(0, 0, 0, 0)
# A filled region's soft rim is looked for this far outside it; brushes of usual softness fade sooner.
_RIM_PX = 64


class Gesture:
    """Changes a layer between `LabelLayer.begin` and `commit` or `cancel`.

    With a mirror, every patch is painted on the other side too. Where both sides take different parts (left and right
    eye), each stays on its own side of the axis, the one on which the gesture started.
    """

    def __init__(self, layer: LabelLayer, rules: Rules, label: int, mirror: Mirror | None, start_x: float) -> None:
        self.label = label
        self.image = Box.of_image(layer.labels)
        self._layer = layer
        self._writable = rules.writable(label)
        self._mirror = mirror
        self._other_label = label if mirror is None else mirror.swap.get(label, label)
        other_current = rules.current if mirror is None else mirror.swap.get(rules.current, rules.current)
        self._other_writable = replace(rules, current=other_current).writable(self._other_label)
        if not rules.allows(self._other_label):
            self._other_writable[:] = 0
        self._side = self.image
        swaps = mirror is not None and (self._other_label != label or other_current != rules.current)
        if mirror is not None and swaps:
            axis = round(mirror.axis_x)
            left = start_x < mirror.axis_x
            self._side = self.image._replace(right=axis) if left else self.image._replace(left=axis)
        layer.begin()

    @property
    def mirror(self) -> Mirror | None:
        """The mirror the gesture began with."""
        return self._mirror

    def paint(self, patch: Patch) -> Box:
        """Paints the gesture's label where `patch` covers, on both sides of a mirror; returns what may have changed."""
        patch = patch.clipped(self._side)
        changed = self._paint_one(patch, self.label, self._writable)
        if self._mirror is not None:
            other = patch.mirrored(self._mirror.axis_x, self.image)
            changed = changed.united(self._paint_one(other, self._other_label, self._other_writable))
        return changed

    def fill(self, region: Mask) -> Box:
        """Paints whole pixels of an (H, W) region and closes the soft rim of the same part around it."""
        box = Box.of_mask(region).grown(_RIM_PX).clipped(self.image)
        if box.empty:
            return _NOTHING
        labels, coverage = self._layer.labels[box.slices], self._layer.coverage[box.slices]
        inner = region[box.slices] & (np.take(self._writable, labels) > 0)
        rim = closed_rim(labels, coverage, inner, self.label) & (np.take(self._writable, labels) > 0)
        return self.paint(Patch(box, np.where(inner | rim, np.uint8(255), np.uint8(0))))

    def reshape(self, reshaped: Reshaped) -> Box:
        """Takes over new labels of a region. Not mirrored."""
        index = reshaped.box.slices
        labels, coverage = self._layer.labels[index], self._layer.coverage[index]
        self._layer.touch(reshaped.box)
        labels[...] = reshaped.labels
        coverage[reshaped.hardened] = 255
        return reshaped.box

    def commit(self) -> LabelEdit | None:
        """Ends the gesture; returns its edit, or None where it changed nothing."""
        return self._layer.commit()

    def cancel(self) -> None:
        """Ends the gesture and restores every pixel."""
        self._layer.cancel()

    def _paint_one(self, patch: Patch, label: int, writable: NDArray[np.uint8]) -> Box:
        if patch.box.empty:
            return _NOTHING
        self._layer.touch(patch.box)
        index = patch.box.slices
        changed = paint(self._layer.labels[index], self._layer.coverage[index], patch.alpha, label, writable)
        return changed.moved(patch.box.left, patch.box.top) if not changed.empty else _NOTHING


def rules_of(document: CanvasDocument) -> Rules:
    """Returns the rules of painting as the document has them now."""
    known = frozenset(document.parts.ids)
    return Rules(
        locked=document.locked_parts,
        hidden=known - document.shown_parts,
        protect_others=document.protect_others,
        current=document.current_part,
    )


def refusal(document: CanvasDocument, label: int) -> str | None:
    """Returns why nothing can be painted with `label`, in one sentence, or None."""
    if document.layer is None:
        return tr("Open an image first.")
    if document.read_only:
        return tr("This image is read-only: nothing was painted.")
    if label == BACKGROUND and not document.parts.ids and not document.layer.labels.any():
        return tr("There is no part to paint yet: add one to the list of parts.")
    rules = rules_of(document)
    if label not in (BACKGROUND, UNKNOWN) and label not in document.parts.ids:
        return tr("Choose a part to paint first.")
    if not rules.allows(label):
        name = document.parts.by_id(label).name
        if label in rules.locked:
            return tr("'{name}' is locked: unlock it to paint on it.").format(name=name)
        return tr("'{name}' is hidden: show it to paint on it.").format(name=name)
    if label == BACKGROUND and rules.protect_others and rules.current in (BACKGROUND, UNKNOWN):
        return tr("Other parts are protected and none is chosen: choose the part to erase, or switch protection off.")
    if label == BACKGROUND and rules.protect_others and not rules.allows(rules.current):
        name = document.parts.by_id(rules.current).name
        return tr("'{name}' is locked or hidden, and the others are protected: nothing can be erased.").format(
            name=name
        )
    return None
