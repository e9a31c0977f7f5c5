"""Presets of an export: formats with their options and names under one title."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.errors import READING_FAULTS, InputError
from engine.mattes.options import (
    ColourOptions,
    LayerChoice,
    Naming,
    Output,
    read_colour,
    read_layer_choice,
    read_naming,
)

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class ExportPreset:
    """What an export does, apart from what it exports and where to.

    Attributes:
        name: What the command line calls it: the stem of its file.
        title: What menus call it.
        about: A sentence on what it is for.
        outputs: Formats.
        naming: Tokens and numbers.
        layers: Parts, groups or both.
        colour: How plates become light and pictures.
    """

    name: str
    title: str
    about: str
    outputs: tuple[Output, ...]
    naming: Naming = field(default_factory=Naming)
    layers: LayerChoice = field(default_factory=LayerChoice)
    colour: ColourOptions = field(default_factory=ColourOptions)

    def to_json(self) -> dict[str, Any]:
        """Returns the preset as JSON values."""
        return {
            "schema_version": SCHEMA_VERSION,
            "title": self.title,
            "about": self.about,
            "outputs": [output.to_json() for output in self.outputs],
            "naming": asdict(self.naming),
            "layers": asdict(self.layers),
            "colour": asdict(self.colour),
        }


def built_in_presets() -> tuple[ExportPreset, ...]:
    """Returns the presets that ship with the program, by title."""
    from resources import export_presets

    return tuple(sorted((read_preset(path) for path in export_presets()), key=lambda preset: preset.title))


def read_preset(path: Path) -> ExportPreset:
    """Reads a preset.

    Raises:
        InputError: The file is missing, damaged, of a newer version, or holds unknown entries.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except READING_FAULTS as error:
        raise InputError(f"The export preset '{path}' cannot be read ({error}).") from error
    if not isinstance(table, Mapping) or not isinstance(table.get("outputs"), list) or not table["outputs"]:
        raise InputError(f"'{path}' is no export preset: it lists no outputs.")
    if table.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        raise InputError(f"'{path}' was written by another version. Update SMITE Studio to read it.")
    try:
        return ExportPreset(
            path.stem,
            str(table.get("title") or path.stem),
            str(table.get("about") or ""),
            tuple(Output.from_json(row) for row in table["outputs"]),
            read_naming(table.get("naming", {})),
            read_layer_choice(table.get("layers", {})),
            read_colour(table.get("colour", {})),
        )
    except InputError as error:
        raise InputError(f"The export preset '{path}' cannot be used. {error}") from error


def write_preset(path: Path, preset: ExportPreset) -> None:
    """Writes a preset, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    write_text(path, json.dumps(preset.to_json(), ensure_ascii=False, indent=2) + "\n")
