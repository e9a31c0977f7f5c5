"""Layers: what an export calls a matte. A layer is a part, a group of parts (their sum), or the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, LabelMap
from engine.domain.parts import Colour, Part, PartSet, channel_name
from engine.errors import InputError
from engine.mattes.formats import FULL_SCALE
from engine.mattes.options import LayerChoice
from engine.mattes.stack import MatteStack
from engine.results.quantise import largest_remainder

BACKGROUND_NAME = "background"
RESERVED = frozenset(
    ("rgb", "rgba", "red", "green", "blue", "alpha", "r", "g", "b", "a", "x", "y", "z", "depth", "deep", "motion")
    + ("forward", "backward", "mask", "other", "all", "none", "con", "prn", "aux", "nul")
)
"""Layer names that Nuke gives a meaning of its own, bare channel names, and file names that Windows refuses."""
_MOST_LETTERS = 80
"""File systems take 255 in a name, and a pattern may hold the layer twice."""


@dataclass(frozen=True)
class MatteLayer:
    """One matte of an export.

    Attributes:
        name: What the artist calls it; Cryptomatte ids are hashes of it.
        channel: Its name in files and EXR layers: letters, digits and `_`.
        members: Label values whose mattes are summed.
        colour: 8-bit sRGB.
        kind: Where it comes from.
    """

    name: str
    channel: str
    members: tuple[int, ...]
    colour: Colour
    kind: str

    def plane(self, stack: MatteStack) -> NDArray[np.float32]:
        """Returns the (H, W) float32 matte in [0, 1]."""
        total: NDArray[np.float32] = stack.plane(self.members[0])
        for value in self.members[1:]:
            total += stack.plane(value)
        return np.minimum(total, np.float32(1), out=total)

    def soft(self, stack: MatteStack) -> NDArray[np.float32]:
        """Returns the (h, w) float32 matte inside the box of the stack."""
        total: NDArray[np.float32] = stack.soft[self.channels_of(stack)].sum(axis=0, dtype=np.float32)
        return np.minimum(total, np.float32(1), out=total)

    def channels_of(self, stack: MatteStack) -> list[int]:
        """Returns which channels of the stack the layer sums; those that the frame does not know are left out."""
        return [stack.values.index(value) for value in self.members if value in stack.values]


def layers_of(parts: PartSet, choice: LayerChoice) -> tuple[MatteLayer, ...]:
    """Returns the layers of an export in the artist's order, groups after parts, background last.

    Channel names are unique also where upper and lower case are the same.

    Raises:
        InputError: A name is that of no part and no group, or there is nothing to export.
    """
    found = [*_parts(parts, choice), *_groups(parts, choice)]
    if choice.names:
        known = {layer.name for layer in found}
        unknown = [name for name in choice.names if name not in known]
        if unknown:
            raise InputError(
                f"No part or group is called '{unknown[0]}'. Known: {', '.join(layer.name for layer in found)}."
            )
        found = [layer for layer in found if layer.name in choice.names]
    if choice.background:
        found.append(MatteLayer(BACKGROUND_NAME, BACKGROUND_NAME, (BACKGROUND,), (0, 0, 0), "background"))
    if not found:
        raise InputError("The result has no parts, so there is nothing to export.")
    return _with_unique_channels(found)


def union_of(layers: Sequence[MatteLayer]) -> MatteLayer:
    """Returns all layers as one: the sum over the parts that they are made of; the background is none of them."""
    shown = [layer for layer in layers if layer.kind != "background"] or layers
    members = tuple(sorted({value for layer in shown for value in layer.members}))
    return MatteLayer("all", "all", members, (255, 255, 255), "union")


class WholeMattes:
    """Mattes of a frame in whole numbers; layers that part the picture sum exactly to full scale.

    Args:
        stack: The finished mattes.
        bits: 8, 10 or 16.
    """

    def __init__(self, stack: MatteStack, *, bits: int) -> None:
        self._stack = stack
        self._full_scale = FULL_SCALE[bits]
        self._codes = largest_remainder(stack.soft, self._full_scale)

    def plane(self, layer: MatteLayer) -> NDArray[np.uint16]:
        """Returns the (H, W) matte of a layer."""
        stack = self._stack
        outside = np.isin(stack.labels, layer.members)
        plane = np.where(outside, np.uint16(self._full_scale), np.uint16(0))
        plane[stack.box] = self._codes[layer.channels_of(stack)].sum(axis=0, dtype=np.uint16)
        return plane


def hard_labels(stack: MatteStack) -> LabelMap:
    """Returns the (H, W) label map of a finished frame: at each pixel the label whose matte is largest."""
    labels = stack.labels.copy()
    winners = np.argmax(stack.soft, axis=0)
    labels[stack.box] = np.asarray(stack.values, np.uint8)[winners]
    return labels


def _parts(parts: PartSet, choice: LayerChoice) -> list[MatteLayer]:
    alone = choice.level == "groups"
    chosen = [part for part in parts if not (alone and part.group)]
    return [MatteLayer(part.name, part.channel, (part.id,), part.colour, "part") for part in chosen]


def _groups(parts: PartSet, choice: LayerChoice) -> list[MatteLayer]:
    if choice.level == "parts":
        return []
    members: dict[str, list[Part]] = {}
    for part in parts:
        if part.group:
            members.setdefault(part.group, []).append(part)
    return [
        MatteLayer(name, channel_name(name), tuple(part.id for part in found), found[0].colour, "group")
        for name, found in members.items()
    ]


def _with_unique_channels(layers: list[MatteLayer]) -> tuple[MatteLayer, ...]:
    taken: set[str] = set()
    unique = []
    for layer in layers:
        stem = f"{layer.channel}_matte" if layer.channel.lower() in RESERVED else layer.channel[:_MOST_LETTERS]
        channel, count = stem, 1
        while channel.lower() in taken:
            count += 1
            channel = f"{stem}_{count}"
        taken.add(channel.lower())
        unique.append(MatteLayer(layer.name, channel, layer.members, layer.colour, layer.kind))
    return tuple(unique)
