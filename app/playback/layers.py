"""What is kept of a frame for the viewer: its plate, labels and soft planes, each at the size that the screen asks for.

Scales are those of the plate: a layer of scale 0.5 has half its width and height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

LayerKind = Literal["plate", "labels", "matte", "heat"]
SCALES = (0.125, 0.25, 0.375, 0.5, 0.75, 1.0)
MAX_PROXY_PX = 2048
"""Longer side of what is kept of 4K and larger plates; the frame at which the artist stops is read in full."""


@dataclass(frozen=True)
class LayerKey:
    """Names one layer of any frame.

    Attributes:
        kind: The plate, a result's label map, the matte of parts together, or how unsure the result is.
        scale: Of the plate's size, at least.
        result: The result folder; None for the plate.
        parts: Label values that a matte sums; 0 is background.
    """

    kind: LayerKind
    scale: float = 1.0
    result: Path | None = None
    parts: tuple[int, ...] = ()

    def at(self, scale: float) -> LayerKey:
        """Returns the same layer at another scale."""
        return replace(self, scale=scale)

    def serves(self, wanted: LayerKey) -> bool:
        """Says whether this one may be shown where `wanted` is asked for: the same, at least as large."""
        return self.scale >= wanted.scale and self.same_picture(wanted)

    def same_picture(self, other: LayerKey) -> bool:
        """Says whether the two differ in scale only."""
        return (self.kind, self.result, self.parts) == (other.kind, other.result, other.parts)


@dataclass(frozen=True)
class Centre:
    """Where a part lies in a frame.

    Attributes:
        area: Plate pixels.
        x: Column of its middle, pixel centres at +0.5.
        y: Row of its middle.
    """

    area: float
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Layer:
    """Pixels of one layer of one frame; write-protected.

    Attributes:
        pixels: (h, w, 3) uint8 sRGB of a plate, (h, w) uint8 of all others; None where there is nothing to show.
        problem: Why it cannot be shown, in a sentence, or "".
        centres: Where the parts lie, by label value; for labels only.
    """

    pixels: NDArray[np.uint8] | None
    problem: str = ""
    centres: Mapping[int, Centre] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pixels is not None:
            self.pixels.setflags(write=False)

    @property
    def nbytes(self) -> int:
        """Bytes that it holds."""
        return 0 if self.pixels is None else _owned_bytes(self.pixels)


def proxy_scale(plate_wh: tuple[int, int], screen_scale: float) -> float:
    """Returns the scale at which frames are kept for playing.

    Args:
        plate_wh: Width and height of the plate.
        screen_scale: Device pixels per plate pixel on the screen.
    """
    longer = max(plate_wh)
    possible = [scale for scale in SCALES if longer * scale <= MAX_PROXY_PX] or [SCALES[0]]
    enough = [scale for scale in possible if scale >= min(1.0, screen_scale) - 1e-6]
    return enough[0] if enough else possible[-1]


def size_at(plate_wh: tuple[int, int], scale: float) -> tuple[int, int]:
    """Returns width and height of a layer of this scale."""
    width, height = plate_wh
    return max(1, round(width * scale)), max(1, round(height * scale))


def _owned_bytes(pixels: NDArray[Any]) -> int:
    """A view keeps the whole array alive that it looks into."""
    base = pixels.base
    return int(base.nbytes) if isinstance(base, np.ndarray) else int(pixels.nbytes)
