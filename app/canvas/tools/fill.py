"""The bucket: a region of one label becomes the current part."""

from __future__ import annotations

from app.canvas.painting.box import Box
from app.canvas.painting.regions import connected
from app.canvas.pointer import Pointer
from app.canvas.tools.brush import erases
from app.canvas.tools.tool import Tool
from app.i18n import tr
from engine.domain.labels import BACKGROUND


class FillTool(Tool):
    """Fills what is joined to the clicked pixel and carries the same label; Alt fills with background."""

    name = "fill"

    def press(self, pointer: Pointer) -> None:
        """Fills and hands the edit over at once."""
        layer = self.host.document.layer
        if layer is None:
            return
        x, y = pointer.pixel
        if not (0 <= x < layer.labels.shape[1] and 0 <= y < layer.labels.shape[0]):
            return
        label = BACKGROUND if erases(pointer) else self.host.document.current_part
        gesture = self.host.begin(label, pointer.x)
        if gesture is None:
            return
        changed = gesture.fill(connected(layer.labels, x, y))
        if changed == Box(0, 0, 0, 0) and layer.labels[y, x] != label:
            self.host.refuse(tr("Nothing was filled: this region is locked, hidden or protected."))
        self.host.painted(changed)
        self.host.commit(tr("Fill"))
