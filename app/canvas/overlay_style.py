"""What the overlay looks like, as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN
from engine.domain.parts import PartSet

OverlayMode = Literal["both", "fill", "outline", "off"]
ViewMode = Literal["overlay", "matte", "cutout"]

OVERLAY_CYCLE: tuple[OverlayMode, ...] = ("both", "fill", "outline", "off")
_UNKNOWN_COLOUR = (128, 128, 128)
_NO_OPACITIES: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True)
class OverlayStyle:
    """How labels are drawn over the image.

    Attributes:
        mode: Fill, outline, both, or nothing.
        view: Labels over the image, the matte alone, or the cut-out over a checker.
        opacity: Of the fill, 0 to 1; 0.45 by default (UX.md, 4c).
        outline_px: Width of outlines in screen pixels at 100 % scale.
    """

    mode: OverlayMode = "both"
    view: ViewMode = "overlay"
    opacity: float = 0.45
    outline_px: int = 2

    @property
    def fills(self) -> bool:
        """Labels are tinted."""
        return self.mode in ("both", "fill")

    @property
    def outlines(self) -> bool:
        """Labels are outlined."""
        return self.mode in ("both", "outline")


@dataclass(frozen=True)
class Tints:
    """Premultiplied colours by label.

    Attributes:
        fill: (256,) uint32 0xAARRGGBB, 0 for what is not drawn.
        line: (256,) uint32, opaque, 0 for what is not drawn.
        ghost: (256,) uint32, paler, for the neighbour's outline.
        chosen: (256,) bool, the labels that matte and cut-out show.
        drawn: (256,) uint8, each label that is drawn as itself, the others as 0.
        all_drawn: No part is hidden, so that `drawn` changes nothing.
    """

    fill: NDArray[np.uint32]
    line: NDArray[np.uint32]
    ghost: NDArray[np.uint32]
    chosen: NDArray[np.bool_]
    drawn: NDArray[np.uint8]
    all_drawn: bool


def tints(
    parts: PartSet,
    shown: frozenset[int],
    chosen: Iterable[int],
    opacity: float,
    opacities: Mapping[int, float] = _NO_OPACITIES,
) -> Tints:
    """Returns the colours for the parts that are shown; unknown is always drawn, in grey.

    Args:
        parts: Whose colours are taken.
        shown: Ids of those that are drawn.
        chosen: Labels that matte and cut-out show.
        opacity: Of fills, 0 to 1.
        opacities: Of single parts, where they have their own, by id.
    """
    colours = np.zeros((256, 3), np.float64)
    fills = np.full(256, opacity)
    fills[list(opacities)] = list(opacities.values())
    drawn = np.zeros(256, bool)
    for part in parts:
        if part.id in shown:
            colours[part.id], drawn[part.id] = part.colour, True
    colours[UNKNOWN], drawn[UNKNOWN] = _UNKNOWN_COLOUR, True
    selected = np.zeros(256, bool)
    selected[list(chosen)] = True
    paler = colours * 0.7 + 255 * 0.3
    return Tints(
        fill=np.where(drawn, premultiplied(colours, fills), np.uint32(0)),
        line=np.where(drawn, premultiplied(colours, 1.0), np.uint32(0)),
        ghost=np.where(drawn, premultiplied(paler, 0.9), np.uint32(0)),
        chosen=selected,
        drawn=np.where(drawn, np.arange(256), 0).astype(np.uint8),
        all_drawn=frozenset(parts.ids) <= shown,
    )


def premultiplied(colours: NDArray[np.float64], opacity: float | NDArray[np.float64]) -> NDArray[np.uint32]:
    """Returns (..., 3) colours of 0..255, at one opacity or one each, as premultiplied 0xAARRGGBB."""
    alpha = np.round(np.asarray(opacity) * 255).astype(np.uint32)
    channels = np.round(colours * (alpha / 255)[..., None]).astype(np.uint32)
    packed = alpha << 24 | channels[..., 0] << 16 | channels[..., 1] << 8 | channels[..., 2]
    return np.asarray(packed, np.uint32)
