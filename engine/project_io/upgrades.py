"""Older project files brought up to the present form, one step for each version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import InputError

SCHEMA_VERSION = 2


def upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """Returns a project's JSON in the present form.

    Raises:
        InputError: It says no version, or one that is newer than this program.
    """
    version = document.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError("The project file says no version, so it cannot be read.")
    if version > SCHEMA_VERSION:
        raise InputError(
            f"The project was saved by a newer SMITE Studio (form {version}, this program reads up to "
            f"{SCHEMA_VERSION}). Nothing was changed. Update the program to open it."
        )
    for number in range(version + 1, SCHEMA_VERSION + 1):
        document = _UPGRADES[number](document)
    return document


def upgrade_to_2(document: dict[str, Any]) -> dict[str, Any]:
    """Version 2 names each reference's label files, so that a save never writes over the labels of the last one."""
    references = [
        {**row, "labels": f"labels/{row['id']}.png", "coverage": None} if isinstance(row, dict) and "id" in row else row
        for row in document.get("references", [])
    ]
    return {**document, "references": references, "schema_version": 2}


_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {2: upgrade_to_2}
