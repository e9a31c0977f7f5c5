"""Alpha of fine edges by a matting network: where it is asked, over which pixels, and how its answer is taken.

A trimap is drawn from the finished matte: what is surely inside, surely outside, and a band between them in which the
network decides. The network sees the plate at full resolution; regions above its limit are cut into overlapping tiles
that are blended, and tiles without a pixel to decide are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.mattes.finishing.refine import edge_band

Plane = NDArray[np.float32]
Bytes = NDArray[np.uint8]
AlphaNetwork = Callable[[Bytes, Bytes], Plane]
"""(h, w, 3) uint8 sRGB and an (h, w) uint8 trimap in, (h, w) float32 alpha in [0, 1] out."""

OUTSIDE, UNKNOWN, INSIDE = 0, 128, 255


@dataclass(frozen=True)
class TileSettings:
    """How much of the plate a network sees at once (ours).

    Attributes:
        side_px: Longest side of a tile. ViTMatte's global attention takes 6 heads x (side / 16)^4 x 4 bytes: 0.4 GB
            at 1024 (1.9 GiB measured for the whole process), 6.4 GB at 2048.
        overlap_px: By how much neighbouring tiles overlap; they are blended over it.
        context_px: How much of the plate around the pixels to decide is shown.
    """

    side_px: int = 1024
    overlap_px: int = 128
    context_px: int = 64


TILES = TileSettings()


def trimap(matte: Plane, width_px: int) -> Bytes:
    """Returns (H, W) uint8: INSIDE, OUTSIDE, and UNKNOWN within `width_px` of an edge or of a soft value.

    Args:
        matte: (H, W) float32 in [0, 1].
        width_px: Half the width of the band around a sharp edge.
    """
    sure = np.where(matte > 0.5, np.uint8(INSIDE), np.uint8(OUTSIDE))
    return np.where(edge_band(matte, width_px), np.uint8(UNKNOWN), sure)


def matted(
    matte: Plane, plate: Bytes, network: AlphaNetwork, strength: float, width_px: int, tiles: TileSettings = TILES
) -> Plane:
    """Returns the matte with the network's alpha in the band of its trimap, blended in by `strength`.

    Args:
        matte: (H, W) float32 in [0, 1].
        plate: (H, W, 3) uint8 sRGB.
        network: What decides.
        strength: 0..1.
        width_px: Half the width of the band.
        tiles: Limits.
    """
    guess = trimap(matte, width_px)
    unknown = guess == UNKNOWN
    if strength == 0 or not unknown.any() or not (guess == INSIDE).any():
        return matte
    total = np.zeros(matte.shape, np.float32)
    weight = np.zeros(matte.shape, np.float32)
    for box in _boxes(unknown, tiles):
        shown = np.ascontiguousarray(plate[box]), np.ascontiguousarray(guess[box])
        ramp = _ramp((shown[1].shape[0], shown[1].shape[1]), tiles.overlap_px)
        total[box] += ramp * np.clip(network(*shown), 0, 1)
        weight[box] += ramp
    alpha = total / np.maximum(weight, 1e-6)
    return np.asarray(np.where(unknown, matte + np.float32(strength) * (alpha - matte), matte), np.float32)


def _boxes(unknown: NDArray[np.bool_], tiles: TileSettings) -> Iterator[tuple[slice, slice]]:
    """Yields the tiles in which there is something to decide."""
    rows, columns = np.flatnonzero(unknown.any(axis=1)), np.flatnonzero(unknown.any(axis=0))
    spans = [
        _spans(max(0, int(found[0]) - tiles.context_px), min(size, int(found[-1]) + 1 + tiles.context_px), tiles)
        for found, size in zip((rows, columns), unknown.shape, strict=True)
    ]
    for down in spans[0]:
        for across in spans[1]:
            if unknown[down, across].any():
                yield down, across


def _spans(start: int, stop: int, tiles: TileSettings) -> Sequence[slice]:
    """Returns slices of at most `side_px` that cover start..stop and overlap by at least `overlap_px`."""
    length, side = stop - start, tiles.side_px
    if length <= side:
        return [slice(start, stop)]
    count = 1 + int(np.ceil((length - side) / (side - tiles.overlap_px)))
    places = np.linspace(start, stop - side, count).round().astype(int)
    return [slice(int(place), int(place) + side) for place in places]


def _ramp(hw: tuple[int, int], overlap_px: int) -> Plane:
    """Returns weights that fall towards the borders of a tile; nowhere 0, so that a tile alone counts in full."""
    sides = []
    for size in hw:
        distance = np.minimum(np.arange(size), np.arange(size)[::-1]) + 1
        sides.append(np.minimum(distance / max(1, overlap_px), 1))
    return np.asarray(np.outer(*sides), np.float32)
