"""Cut-outs of photographs that are moved and laid over each other, in linear light."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.outlines import Outline

Floats = NDArray[np.float32]
Warp = Callable[[Floats], Floats]
"""Takes (H, W, 2) frame coordinates and returns where in the photograph each of them lies, both as x, y pixels."""

DENSITY = 2


@dataclass(frozen=True)
class Texture:
    """A photograph, or a piece cut out of one.

    Attributes:
        colour: (h, w, 4) float32 linear RGB times opacity, and opacity, in texels.
        parts: (h, w, P) float32 share of each texel that belongs to parts 1..P; the rest of the opacity has no label.
        endless: The picture goes on mirrored beyond its border (backgrounds).
    """

    colour: Floats
    parts: Floats
    endless: bool = False


@dataclass(frozen=True)
class Placed:
    """A texture and where it lies at one moment."""

    texture: Texture
    warp: Warp


def background(photograph: NDArray[np.uint8], outlines: Sequence[tuple[int, Outline]], num_parts: int) -> Texture:
    """Returns the whole photograph; `outlines` gives part ids and shapes from back to front (0 uncovers)."""
    image = _texels(photograph)
    opacity = np.ones(image.shape[:2], np.float32)
    return Texture(np.dstack([image, opacity]), _shares(photograph, outlines, num_parts), endless=True)


def cutout(
    photograph: NDArray[np.uint8],
    outlines: Sequence[tuple[int, Outline]],
    num_parts: int,
    *,
    unlabelled: Sequence[Outline] = (),
) -> Texture:
    """Returns what lies inside the outlines; what only `unlabelled` covers is opaque but belongs to no part."""
    image = _texels(photograph)
    shares = _shares(photograph, outlines, num_parts)
    opacity = shares.sum(axis=2)
    for outline in unlabelled:
        opacity = np.maximum(opacity, outline.coverage(photograph.shape[:2], DENSITY))
    opacity = np.minimum(opacity, 1.0)
    return Texture(np.dstack([image * opacity[..., None], opacity]), shares)


def lay_over(layers: Sequence[Placed], xy: Floats, num_parts: int) -> tuple[Floats, Floats]:
    """Returns colour (H, W, 3) in linear light and coverage (H, W, P+1), background first, of layers back to front."""
    colour = np.zeros((*xy.shape[:2], 3), np.float32)
    coverage = np.zeros((*xy.shape[:2], num_parts + 1), np.float32)
    coverage[..., 0] = 1
    for placed in layers:
        at = placed.warp(xy) * DENSITY - 0.5
        sampled = _sample(placed.texture.colour, at, placed.texture.endless)
        shares = _sample(placed.texture.parts, at, placed.texture.endless)
        through = 1 - sampled[..., 3:]
        colour = sampled[..., :3] + through * colour
        coverage *= through
        coverage[..., 1:] += shares
        coverage[..., 0] += sampled[..., 3] - shares.sum(axis=2)
    return colour, coverage


def to_linear(srgb: NDArray[np.generic]) -> Floats:
    """Returns linear light of sRGB values in [0, 1]."""
    values = np.asarray(srgb, np.float32)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: Floats) -> Floats:
    """Returns sRGB values in [0, 1] of linear light, clipped."""
    values = np.clip(linear, 0, 1)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055).astype(np.float32)


def _texels(photograph: NDArray[np.uint8]) -> Floats:
    size = (photograph.shape[1] * DENSITY, photograph.shape[0] * DENSITY)
    return to_linear(cv2.resize(photograph, size, interpolation=cv2.INTER_CUBIC) / np.float32(255))


def _shares(photograph: NDArray[np.uint8], outlines: Sequence[tuple[int, Outline]], num_parts: int) -> Floats:
    height, width = photograph.shape[:2]
    shares = np.zeros((height * DENSITY, width * DENSITY, num_parts), np.float32)
    for part_id, outline in outlines:
        inside = outline.coverage((height, width), DENSITY)
        shares *= 1 - inside[..., None]
        if part_id:
            shares[..., part_id - 1] += inside
    return shares


def _sample(planes: Floats, at: Floats, endless: bool) -> Floats:
    border = cv2.BORDER_REFLECT_101 if endless else cv2.BORDER_CONSTANT
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    channels = [
        cv2.remap(planes[..., first : first + 4], x, y, cv2.INTER_LINEAR, borderMode=border, borderValue=(0, 0, 0, 0))
        for first in range(0, planes.shape[2], 4)
    ]
    return np.dstack(channels).astype(np.float32, copy=False)
