"""What the canvas reads from the document; what it tells the rest of the window are the signals of `CanvasWidget`.

The canvas changes the labels of `CanvasDocument.layer` while a gesture lasts, and nothing else: when the gesture ends
it emits one `LabelEdit`, which the document puts on its undo stack. Everything else it asks for by signals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import SignalInstance

from engine.domain.edits import LabelLayer
from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet


@dataclass(frozen=True)
class Mirror:
    """Painting on both sides of a vertical axis.

    Attributes:
        axis_x: Where the axis stands, in image pixels (a multiple of 0.5; `width / 2` is the middle).
        swap: Part id painted on the other side, by part id, in both directions ("left eye" to "right eye" and back).
            A part that is not named mirrors as itself.
    """

    axis_x: float
    swap: Mapping[int, int] = field(default_factory=dict)


class CanvasDocument(Protocol):
    """The document as the canvas sees it: one image with its labels, and the rules of painting.

    Every signal is sent after the change.
    """

    @property
    def imageChanged(self) -> SignalInstance:
        """(): `image` and `layer` are those of another reference or frame, or None. Cancels a running gesture."""
        ...

    @property
    def labelsChanged(self) -> SignalInstance:
        """(object): Someone else changed `layer` (undo, redo, import).

        The argument is the changed (left, top, right, bottom), half-open pixels, or None for the whole layer. Not sent
        for edits that the canvas itself emitted.
        """
        ...

    @property
    def partsChanged(self) -> SignalInstance:
        """(): `parts`, `current_part`, `shown_parts`, `solo_parts` or `locked_parts` changed."""
        ...

    @property
    def rulesChanged(self) -> SignalInstance:
        """(): `protect_others`, `mirror`, `ghost` or `read_only` changed."""
        ...

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """(H, W, 3) uint8 sRGB, C-contiguous, never written to; None while nothing is open."""
        ...

    @property
    def layer(self) -> LabelLayer | None:
        """Labels and coverage of the size of `image`; None while nothing is open."""
        ...

    @property
    def parts(self) -> PartSet:
        """The parts with their names and colours."""
        ...

    @property
    def current_part(self) -> int:
        """The label that tools paint: a part id, 0 for background, 255 for unknown."""
        ...

    @property
    def shown_parts(self) -> frozenset[int]:
        """Ids of the parts to draw: the visible ones, or only the solo ones where there are any.

        A part that is not shown cannot be painted over: what is not seen is not lost.
        """
        ...

    @property
    def solo_parts(self) -> frozenset[int]:
        """Ids of the solo parts, which matte and cut-out views show; empty where there are none."""
        ...

    @property
    def locked_parts(self) -> frozenset[int]:
        """Ids whose pixels no tool changes."""
        ...

    @property
    def protect_others(self) -> bool:
        """Painting changes background, unknown and the current part only."""
        ...

    @property
    def mirror(self) -> Mirror | None:
        """How gestures are mirrored, or None."""
        ...

    @property
    def ghost(self) -> LabelMap | None:
        """Labels of a neighbour, drawn as a pale outline (onion skin); None or another size draws nothing."""
        ...

    @property
    def read_only(self) -> bool:
        """Nothing may be painted (another seat holds the project, or the frame is locked)."""
        ...
