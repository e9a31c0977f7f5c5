"""Which pixels a gesture may change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, UNKNOWN


@dataclass(frozen=True)
class Rules:
    """The rules of painting at the start of a gesture.

    Attributes:
        locked: Labels whose pixels never change.
        hidden: Labels that are not drawn; what is not seen is not painted over.
        protect_others: Only background, unknown and the current part may change.
        current: The current part, or 0.
    """

    locked: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    protect_others: bool = False
    current: int = BACKGROUND

    def writable(self, label: int) -> NDArray[np.uint8]:
        """Returns a (256,) table by label: 255 where painting `label` may change a pixel of it, else 0."""
        table = np.full(256, 255, np.uint8)
        if self.protect_others:
            table[:] = 0
            table[[BACKGROUND, UNKNOWN, label]] = 255
            if label in (BACKGROUND, UNKNOWN):
                table[self.current] = 255
        table[list(self.locked | self.hidden)] = 0
        return table

    def allows(self, label: int) -> bool:
        """Says whether a part may gain pixels: a locked or hidden one may not."""
        return label not in self.locked and label not in self.hidden
