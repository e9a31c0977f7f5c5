"""A frame's mattes finished by a recipe."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.finishing import FinishRecipe, PartFinish
from engine.domain.labels import BACKGROUND
from engine.domain.parts import PartSet
from engine.mattes.finishing.areas import despeckle, fill_holes
from engine.mattes.finishing.chatter import Neighbour, dechatter
from engine.mattes.finishing.edges import border, feather, grow
from engine.mattes.finishing.matting import AlphaNetwork, matted
from engine.mattes.finishing.refine import refine
from engine.mattes.finishing.watertight import LEAST, Gaps, composed
from engine.mattes.stack import MatteStack

Box = tuple[slice, slice]
Places = tuple[NDArray[np.intp], NDArray[np.intp]]
_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)
"""Light of each 8-bit value (IEC 61966-2-1)."""

_MOST_WORKERS = 4
_PRESENT = 0.02
"""Of a channel: less is noise of the scores, and nobody to take what others leave."""
_MARGIN_PX = 8
"""Beyond the reach of finishing: the distance field of an edge is smoothed, and no hole may touch the cut."""


@dataclass(frozen=True)
class Surroundings:
    """What a frame's mattes are finished with.

    Attributes:
        plate: (H, W, 3) uint8 sRGB, where the recipe refines.
        neighbours: By label value the part in the frames before and behind, at plate size, where it de-chatters.
        radius: Width of a soft edge in plate pixels: one pixel of the scores.
        network: What finds alpha, where the recipe asks for it; without it that is left out.
    """

    plate: NDArray[np.uint8] | None = None
    neighbours: Mapping[int, Sequence[Neighbour]] = field(default_factory=dict)
    radius: int = 3
    network: AlphaNetwork | None = None


def finished(stack: MatteStack, parts: PartSet, recipe: FinishRecipe, around: Surroundings) -> MatteStack:
    """Returns the mattes as the recipe wants them; a recipe that does nothing returns the stack itself.

    Args:
        stack: Mattes of a frame.
        parts: Names of its label values.
        recipe: What is to be done.
        around: Plate and neighbours.
    """
    by_value = {part.id: recipe.of(part.name) for part in parts}
    active = {value: f for value, f in by_value.items() if not f.neutral and value in stack.values}
    if not active:
        return stack
    whole = _widened(stack, max(f.reach_px for f in active.values()), everywhere=_reaches_everywhere(active.values()))
    guide = _guide(around.plate, whole.box) if any(f.refine > 0 for f in active.values()) else None
    channels = {whole.values.index(value): finish for value, finish in active.items()}

    def part(channel: int) -> NDArray[np.float32]:
        near = [_cut(neighbour, whole.box) for neighbour in around.neighbours.get(whole.values[channel], ())]
        return _part(whole.soft[channel], channels[channel], guide, near, around.radius)

    # OpenCV lets go of the interpreter: parts are worked on side by side.
    with ThreadPoolExecutor(_workers(len(channels))) as pool:
        asked = dict(zip(channels, pool.map(part, channels), strict=True))
    asked |= _matted(whole, asked, channels, around)
    changed = np.zeros(whole.soft.shape[1:], np.bool_)
    for channel, finish in channels.items():
        asked[channel] = border(asked[channel], finish.border_px)
        changed |= asked[channel] != whole.soft[channel]
    names = {part.id: part.name for part in parts}
    reach = max(f.reach_px for f in active.values())
    return _with(_Asked(whole, asked, changed, reach), names, recipe.locked)


@dataclass(frozen=True)
class _Asked:
    """What parts ask for: planes by channel, where these differ from the stack's, and how far they reach."""

    stack: MatteStack
    planes: Mapping[int, NDArray[np.float32]]
    changed: NDArray[np.bool_]
    reach_px: int


def _with(wish: _Asked, names: Mapping[int, str], locked: frozenset[str]) -> MatteStack:
    """Returns the stack with what was asked for, watertight; pixels that nobody asked to change keep every bit."""
    stack, asked, changed = wish.stack, wish.planes, wish.changed
    order = sorted(
        range(len(stack.values)), key=lambda c: (stack.values[c] != BACKGROUND, names.get(stack.values[c], ""))
    )
    y, x = np.nonzero(changed)
    before = stack.soft[:, y, x]
    after = before.copy()
    for channel, plane in asked.items():
        after[channel] = plane[y, x]
    is_asked = [channel in asked for channel in range(len(stack.values))]
    is_locked = [names.get(value, "") in locked for value in stack.values]
    columns = composed(before, after, is_asked, is_locked, order, _gaps(wish, is_locked, after, (y, x)))
    soft, labels = stack.soft.copy(), stack.labels.copy()
    soft[:, y, x] = columns
    labels[stack.box][y, x] = np.array([stack.values[c] for c in order], np.uint8)[np.argmax(columns[order], axis=0)]
    return MatteStack(stack.labels if not changed.any() else labels, stack.values, stack.box, soft)


def _gaps(wish: _Asked, is_locked: Sequence[bool], after: NDArray[np.float32], at: Places) -> Gaps | None:
    """Returns where finished parts meet with nobody else near who could take what they leave over.

    Args:
        wish: What parts ask for.
        is_locked: By channel.
        after: (C, N) float32: what they ask for at N pixels.
        at: The pixels.
    """
    soft = wish.stack.soft
    takers = [c for c in range(len(soft)) if c not in wish.planes and not is_locked[c]]
    free = np.zeros(soft.shape[1:], np.uint8)
    for channel in takers:
        free |= soft[channel] > _PRESENT
    kernel = np.ones((2 * wish.reach_px + 1,) * 2, np.uint8)
    closed = cv2.dilate(free, kernel)[at] == 0
    if not closed.any():
        return None
    around = np.zeros((len(soft), len(at[0])), np.float32)
    if (after[list(wish.planes)].sum(axis=0)[closed] <= LEAST).any():  # else nobody looks at what lies around
        for channel, plane in wish.planes.items():
            around[channel] = cv2.blur(plane, (kernel.shape[1], kernel.shape[0]))[at]
    return Gaps(closed, around)


def _part(
    matte: NDArray[np.float32],
    finish: PartFinish,
    guide: NDArray[np.float32] | None,
    near: Sequence[Neighbour],
    radius: int,
) -> NDArray[np.float32]:
    matte = dechatter(matte, near, finish.dechatter)
    here = _surrounding(matte, finish.reach_px)
    if here is not None:
        part = np.ascontiguousarray(matte[here])
        if guide is not None:
            part = refine(part, guide[here], finish.refine, radius)
        part = despeckle(fill_holes(part, finish.fill_holes_px), finish.despeckle_px)
        part = feather(grow(part, finish.grow_px), finish.feather_px, finish.feather_bias)
        matte = matte.copy()
        matte[here] = part
    return matte


def _matted(
    stack: MatteStack,
    asked: Mapping[int, NDArray[np.float32]],
    channels: Mapping[int, PartFinish],
    around: Surroundings,
) -> dict[int, NDArray[np.float32]]:
    """Returns the planes of the parts that ask the network, by channel."""
    asking = {channel: finish for channel, finish in channels.items() if finish.matting > 0}
    if around.network is None or around.plate is None:
        return {}
    plate = around.plate[stack.box]
    return {
        channel: matted(asked[channel], plate, around.network, finish.matting, finish.trimap_px)
        for channel, finish in asking.items()
    }


def _surrounding(matte: NDArray[np.float32], reach: int) -> Box | None:
    """Returns where the part is, and as far around it as finishing reaches; None where it is nowhere."""
    seen = matte > 0
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return None
    margin = reach + _MARGIN_PX
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def _workers(num_parts: int) -> int:
    """Each holds some planes of the plate's size: four are enough for memory's sake."""
    return max(1, min(num_parts, os.cpu_count() or 1, _MOST_WORKERS))


def _reaches_everywhere(finishes: Iterable[PartFinish]) -> bool:
    """Holes, specks and borders may lie anywhere on the plate."""
    return any(f.fill_holes_px or f.despeckle_px or f.border_px or f.dechatter for f in finishes)


def _widened(stack: MatteStack, reach: int, everywhere: bool) -> MatteStack:
    """Returns the stack with a box that holds every pixel that may change."""
    height, width = stack.labels.shape
    rows, columns = stack.box
    box = (
        slice(max(0, rows.start - reach), min(height, rows.stop + reach)),
        slice(max(0, columns.start - reach), min(width, columns.stop + reach)),
    )
    if everywhere:
        box = (slice(0, height), slice(0, width))
    if box == stack.box:
        return stack
    here = stack.labels[box]
    soft = np.stack([(here == value).astype(np.float32) for value in stack.values])
    inner = (
        slice(rows.start - box[0].start, rows.stop - box[0].start),
        slice(columns.start - box[1].start, columns.stop - box[1].start),
    )
    soft[:, inner[0], inner[1]] = stack.soft
    return MatteStack(stack.labels, stack.values, box, soft)


def _guide(plate: NDArray[np.uint8] | None, box: Box) -> NDArray[np.float32] | None:
    """Returns the plate in linear light: at an edge, light mixes, not code values."""
    if plate is None:
        return None
    return np.asarray(cv2.LUT(np.ascontiguousarray(plate[box]), _LINEAR), np.float32)


def _cut(neighbour: Neighbour, box: Box) -> Neighbour:
    return Neighbour(np.ascontiguousarray(neighbour.matte[box]), neighbour.seen[box])


def motion_maps(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns (H, W, 2) float32: x and y in the neighbour of each pixel of this frame.

    Args:
        field: (H, W, 2) float32: where each pixel of this frame lies in the neighbour, relative, in pixels.
    """
    height, width = field.shape[:2]
    maps = field.copy()
    maps[..., 0] += np.arange(width, dtype=np.float32)
    maps[..., 1] += np.arange(height, dtype=np.float32)[:, None]
    return maps


def moved(plane: NDArray[np.float32], maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns an (H, W) float32 plane of a neighbouring frame moved onto this one, by its `motion_maps`."""
    result: NDArray[np.float32] = cv2.remap(plane, maps, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return result
