"""How the parts of a profile and the parts of a clip become one table: they meet by name (CONTRACTS)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.domain.parts import PartSet


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
    """Returns the parts of this clip with their ids, then those that only the profile knows, with ids free here."""
    result = here
    for part in profile_parts:
        if part.name in here.names:
            continue
        if part.id in result.ids or part.channel in {other.channel for other in result}:
            result = result.adding(part.name, part.colour)
        else:
            result = PartSet((*result.parts, part))
    return result
