"""Profiles of the quick backbone: the refiner's weights and the painted pictures, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.errors import InputError
from engine.quick.frame_view import FrameView
from engine.quick.network import Refiner, RefinerShape, refiner_from, refiner_tensors
from engine.quick.painted import PaintedFrame, canonical_ids, labels_as_soft

_NETWORK = "network."
_IMAGE = "reference.{}.image"
_LABELS = "reference.{}.labels"
CHANNELS = "channels"
"""Key of the settings that names the part ids in the order of the channels: parts may be renamed later."""


def profile_tensors(refiner: Refiner, painted: Sequence[PaintedFrame]) -> dict[str, NDArray[Any]]:
    """Returns what a profile keeps: weights, and each painted picture with its labels in canonical order."""
    tensors: dict[str, NDArray[Any]] = {_NETWORK + k: v for k, v in refiner_tensors(refiner).items()}
    for index, reference in enumerate(painted):
        tensors[_IMAGE.format(index)] = np.ascontiguousarray(reference.view.image)
        tensors[_LABELS.format(index)] = reference.labels()
    return tensors


def channel_ids(profile: Profile) -> tuple[int, ...]:
    """Returns the part ids in the order of the profile's channels: by the names that they had when it was learned."""
    stored = profile.settings.get(CHANNELS)
    if isinstance(stored, list) and sorted(map(str, stored)) == sorted(map(str, profile.parts.ids)):
        return tuple(stored)
    return canonical_ids(profile.parts)


def stored_refiner(profile: Profile, parts: PartSet) -> Refiner:
    """Returns the profile's network with the channels of `parts`; parts that it does not know repeat their prior.

    Raises:
        InputError: The profile is not of this backbone or holds no network.
    """
    if profile.backbone != "quick":
        raise InputError(f"This profile was learned with {profile.backbone}. Choose that backbone, or learn it again.")
    weights = {k.removeprefix(_NETWORK): v for k, v in profile.tensors.items() if k.startswith(_NETWORK)}
    if "head.weight" not in weights:
        raise InputError("This profile holds nothing that was learned. Learn it again.")
    shape = RefinerShape(weights["head.weight"].shape[0] // 4 - 1, weights["head.weight"].shape[1])
    if shape.num_parts != len(profile.parts):
        raise InputError("This profile's network does not fit its part table. Learn it again.")
    own = [profile.parts.by_id(part_id).name for part_id in channel_ids(profile)]
    wanted = [parts.by_id(part_id).name for part_id in canonical_ids(parts)]
    if own != wanted:
        weights, shape = remapped(weights, own, wanted), replace(shape, num_parts=len(wanted))
    return refiner_from(weights, shape)


def stored_references(profile: Profile, parts: PartSet) -> list[PaintedFrame]:
    """Returns the profile's painted pictures with the channels of `parts`; parts it does not know stay empty."""
    found = []
    index = 0
    table = channel_map(profile, parts)
    while _IMAGE.format(index) in profile.tensors:
        labels = table[profile.tensors[_LABELS.format(index)]]
        view = FrameView(np.ascontiguousarray(profile.tensors[_IMAGE.format(index)]))
        found.append(PaintedFrame(None, view, labels_as_soft(labels, len(parts))))
        index += 1
    return found


def channel_map(profile: Profile, wanted: PartSet) -> NDArray[np.uint8]:
    """Returns (256,) uint8: the channel in `wanted` of each of the profile's, 255 for parts that are not wanted."""
    place = {wanted.by_id(part_id).name: k for k, part_id in enumerate(canonical_ids(wanted), start=1)}
    table = np.full(256, UNKNOWN, np.uint8)
    table[0] = 0
    for k, part_id in enumerate(channel_ids(profile), start=1):
        table[k] = place.get(profile.parts.by_id(part_id).name, UNKNOWN)
    return table


def remapped(weights: Mapping[str, NDArray[Any]], own: Sequence[str], wanted: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Returns a network's weights for other parts in another order: parts meet by name, new ones start neutral.

    Args:
        weights: Of a network for the parts `own`.
        own: Part names in the order of its channels.
        wanted: Part names in the order of the new channels.
    """
    inputs = [0, 1, 2, *(3 + own.index(name) if name in own else -1 for name in wanted), 3 + len(own)]
    outputs = [0, *(1 + own.index(name) if name in own else -1 for name in wanted)]
    first, last = "encode_fine.0.weight", "head"
    return {
        **weights,
        first: _rearranged(weights[first], inputs, axis=1),
        f"{last}.weight": _rearranged(weights[f"{last}.weight"], outputs, axis=0),
        f"{last}.bias": _rearranged(weights[f"{last}.bias"], outputs, axis=0),
    }


def _rearranged(weight: NDArray[Any], order: Sequence[int], *, axis: int) -> NDArray[Any]:
    """Returns groups of four channels (a 2 x 2 cell of pixels each) in another order; -1 is a group of zeros."""
    groups = np.split(weight, weight.shape[axis] // 4, axis=axis)
    chosen = [groups[place] if place >= 0 else np.zeros_like(groups[0]) for place in order]
    return np.ascontiguousarray(np.concatenate(chosen, axis=axis))
