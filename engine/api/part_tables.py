"""How the parts of a profile and the parts of a clip become one table: they meet by name (CONTRACTS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.domain.labels import UNKNOWN, Painted
from engine.domain.parts import Part, PartSet
from engine.errors import InputError


def renamed(profile_parts: PartSet, part_map: Mapping[str, str]) -> PartSet:
    """Returns the profile's parts under the names they have here.

    Args:
        profile_parts: Parts as the profile calls them.
        part_map: Name in the profile -> name here.

    Raises:
        InputError: The profile has no part of a name in `part_map`.
    """
    for name in part_map:
        profile_parts.by_name(name)
    return PartSet(tuple(replace(part, name=part_map.get(part.name, part.name)) for part in profile_parts))


def merged(here: PartSet, profile_parts: PartSet) -> PartSet:
    """Returns the parts of this clip, then those that only the profile knows, which get ids that are free here."""
    result = here
    for part in profile_parts:
        if part.name in here.names:
            continue
        if part.id in result.ids or part.channel in {other.channel for other in result}:
            result = result.adding(part.name, part.colour)
        else:
            result = PartSet((*result.parts, part))
    return result


def with_new_ids(painted: Painted, old: PartSet, new: PartSet) -> Painted:
    """Returns the painted frame with each part's id replaced by the id its name has in `new`."""
    table = np.arange(256, dtype=np.uint8)
    for part in old:
        table[part.id] = _id_in(part, new)
    table[UNKNOWN] = UNKNOWN
    return replace(painted, labels=table[painted.labels])


def _id_in(part: Part, parts: PartSet) -> int:
    if part.name not in parts.names:
        raise InputError(f"No part is called '{part.name}' here. Known: {parts.describe()}.")
    return parts.by_name(part.name).id
