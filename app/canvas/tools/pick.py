"""The part under the cursor becomes the current one."""

from __future__ import annotations

from app.canvas.pointer import Pointer
from app.canvas.tools.tool import Tool


class PickTool(Tool):
    """A click makes the label under it current."""

    name = "pick"

    def press(self, pointer: Pointer) -> None:
        """Asks the document for the label under the pointer."""
        layer = self.host.document.layer
        x, y = pointer.pixel
        if layer is not None and 0 <= x < layer.labels.shape[1] and 0 <= y < layer.labels.shape[0]:
            self.host.pick(int(layer.labels[y, x]))
