"""The sidecar of an export: what the mattes were made from and what lies beside it, for people and for checks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.domain.parts import Colour, colour_hex, parse_colour
from engine.errors import READING_FAULTS, InputError
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import FileNames, profile_token
from engine.mattes.options import Output

SCHEMA_VERSION = 1
SUFFIX = ".mattes.json"


@dataclass(frozen=True)
class ExportedFormat:
    """One format of an export.

    Attributes:
        output: Format, names and options.
        frames: Source number -> number in the names, of the frames that are finished.
        content: SHA-256 of what decides the files' content, frames apart.
    """

    output: Output
    frames: Mapping[int, int]
    content: str


@dataclass(frozen=True)
class Sidecar:
    """What an export says of itself.

    Attributes:
        shot: Name of the shot.
        version: Of the export.
        source: The clip: path, name, size, rate, colour space, content id, and the numbers a finished run holds.
        provenance: Program, profile, model, settings, result: where the mattes come from.
        layers: Name, channel, members, colour and kind of each layer.
        padding: Least digits of a frame number where a pattern does not say.
        colour: How plates became light and pictures.
        finish: The recipe the mattes were finished by, or None.
        formats: What was written.
        complete: Whether the export ran to its end.
    """

    shot: str
    version: int
    source: Mapping[str, Any]
    provenance: Mapping[str, Any]
    layers: tuple[MatteLayer, ...]
    padding: int
    colour: Mapping[str, Any]
    finish: Mapping[str, Any] | None
    formats: tuple[ExportedFormat, ...]
    complete: bool

    @property
    def name(self) -> str:
        """File name of the sidecar."""
        return sidecar_name(self.shot, self.version)

    def names(self, folder: Path, row: ExportedFormat) -> FileNames:
        """Returns the names of a format's files in the export folder.

        Raises:
            InputError: The pattern cannot be used.
        """
        numbers = sorted(row.frames.values()) or [0]
        profile = profile_token(str(self.provenance.get("profile", "")))
        span = (numbers[0], numbers[-1])
        return FileNames(folder, row.output.file_pattern, self.shot, self.padding, self.version, profile, span)

    def to_json(self) -> dict[str, Any]:
        """Returns the sidecar as JSON values."""
        table = asdict(self)
        table["layers"] = [{**asdict(layer), "colour": colour_hex(layer.colour)} for layer in self.layers]
        table["formats"] = [
            {
                "output": row.output.to_json(),
                "frames": {str(source): number for source, number in row.frames.items()},
                "content": row.content,
            }
            for row in self.formats
        ]
        return {"schema_version": SCHEMA_VERSION, **table}


def sidecar_name(shot: str, version: int) -> str:
    """Returns the file name of an export's sidecar."""
    return f"{shot}_v{version:03d}{SUFFIX}"


def exported_before(path: Path, output: Output, content: str) -> Mapping[int, int]:
    """Returns source and output numbers of the frames of a format that a sidecar lists; none where there is none."""
    try:
        formats = read_sidecar(path).formats
    except InputError:
        return {}
    found = (row for row in formats if row.output.format == output.format and row.content == content)
    return next((row.frames for row in found if row.output.file_pattern == output.file_pattern), {})


def write_sidecar(folder: Path, sidecar: Sidecar) -> Path:
    """Writes the sidecar into an export folder, together with what the one that lies there says of other formats.

    Frames of the same format, exported before from the same things, stay in the list: farms export by ranges.

    Raises:
        OutputError: It cannot be written.
    """
    path = folder / sidecar.name
    try:
        merged = _merged(read_sidecar(path), sidecar)
    except InputError:
        merged = sidecar
    write_text(path, json.dumps(merged.to_json(), ensure_ascii=False, indent=1, default=str) + "\n")
    return path


def find_sidecars(folder: Path) -> tuple[Path, ...]:
    """Returns the sidecars of an export folder, by name."""
    return tuple(sorted(folder.glob(f"*{SUFFIX}")))


def read_sidecar(path: Path) -> Sidecar:
    """Reads a sidecar.

    Raises:
        InputError: There is none, it is damaged, or it comes from a newer version.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if table["schema_version"] > SCHEMA_VERSION:
            raise InputError(f"'{path}' was written by a newer version. Update SMITE Studio to read it.")
        return Sidecar(
            shot=str(table["shot"]),
            version=int(table["version"]),
            source=dict(table["source"]),
            provenance=dict(table["provenance"]),
            layers=tuple(_layer(row) for row in table["layers"]),
            padding=int(table["padding"]),
            colour=dict(table["colour"]),
            finish=table["finish"],
            formats=tuple(_format(row) for row in table["formats"]),
            complete=bool(table["complete"]),
        )
    except READING_FAULTS as error:
        raise InputError(f"'{path}' is no sidecar of an export ({type(error).__name__}: {error}).") from error


def _layer(row: Mapping[str, Any]) -> MatteLayer:
    colour: Colour = parse_colour(row["colour"])
    members = tuple(int(value) for value in row["members"])
    return MatteLayer(str(row["name"]), str(row["channel"]), members, colour, str(row["kind"]))


def _format(row: Mapping[str, Any]) -> ExportedFormat:
    frames = {int(source): int(number) for source, number in row["frames"].items()}
    return ExportedFormat(Output.from_json(row["output"]), frames, str(row["content"]))


def _merged(old: Sidecar, new: Sidecar) -> Sidecar:
    if old.source.get("content_id") != new.source.get("content_id"):
        return new
    before = {(row.output.format, row.output.file_pattern): row for row in old.formats}
    rows = []
    for row in new.formats:
        known = before.pop((row.output.format, row.output.file_pattern), None)
        if known is not None and known.content == row.content:
            row = replace(row, frames=dict(sorted({**known.frames, **row.frames}.items())))
        rows.append(row)
    return replace(new, formats=(*rows, *before.values()))


def layer_rows(layers: Sequence[MatteLayer]) -> list[list[Any]]:
    """Returns what of the layers decides the content of files, as JSON values."""
    return [[layer.name, layer.channel, list(layer.members), layer.kind] for layer in layers]
