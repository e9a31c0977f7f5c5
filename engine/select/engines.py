"""What smart selection can be asked: GrabCut always, SAM 2 where its weights are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.select.grabcut import grab_cut
from engine.select.hints import Hints, Selection


class SelectEngine(Protocol):
    """Finds a region for clicks and a box. `select` is called off the window's thread, one call at a time."""

    def select(self, image: NDArray[np.uint8], hints: Hints) -> Selection:
        """Returns the region.

        Args:
            image: (H, W, 3) uint8 sRGB; the same array for the same image.
            hints: At least a point inside or a box.

        Raises:
            EngineError: It cannot, with a sentence for the user.
        """
        ...

    def close(self) -> None:
        """Gives up what is being worked out and frees memory; may be called from another thread."""
        ...


class GrabCutEngine:
    """GrabCut: needs nothing, half a second a click."""

    def select(self, image: NDArray[np.uint8], hints: Hints) -> Selection:
        """Returns what GrabCut cuts out."""
        return grab_cut(image, hints)

    def close(self) -> None:
        """Holds nothing."""
