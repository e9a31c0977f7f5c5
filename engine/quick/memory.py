"""Profiles of the quick backbone: the refiner's weights and the painted pictures, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
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


def profile_tensors(refiner: Refiner, painted: Sequence[PaintedFrame]) -> dict[str, NDArray[Any]]:
    """Returns what a profile keeps: weights, and each painted picture with its labels in canonical order."""
    tensors: dict[str, NDArray[Any]] = {_NETWORK + k: v for k, v in refiner_tensors(refiner).items()}
    for index, reference in enumerate(painted):
        tensors[_IMAGE.format(index)] = np.ascontiguousarray(reference.view.image)
        tensors[_LABELS.format(index)] = reference.labels()
    return tensors


def stored_refiner(profile: Profile) -> Refiner:
    """Returns the profile's network.

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
    return refiner_from(weights, shape)


def stored_references(profile: Profile, parts: PartSet) -> list[PaintedFrame]:
    """Returns the profile's painted pictures with the channels of `parts`; parts it does not know stay empty."""
    found = []
    index = 0
    while _IMAGE.format(index) in profile.tensors:
        labels = channel_map(profile.parts, parts)[profile.tensors[_LABELS.format(index)]]
        view = FrameView(np.ascontiguousarray(profile.tensors[_IMAGE.format(index)]))
        found.append(PaintedFrame(None, view, labels_as_soft(labels, len(parts))))
        index += 1
    return found


def channel_map(own: PartSet, wanted: PartSet) -> NDArray[np.uint8]:
    """Returns (256,) uint8: the channel in `wanted` of each channel in `own`, 255 for parts that are not wanted."""
    place = {wanted.by_id(part_id).name: k for k, part_id in enumerate(canonical_ids(wanted), start=1)}
    table = np.full(256, UNKNOWN, np.uint8)
    table[0] = 0
    for k, part_id in enumerate(canonical_ids(own), start=1):
        table[k] = place.get(own.by_id(part_id).name, UNKNOWN)
    return table
