"""Parts: what an artist calls the pieces of a subject, with their colours and channel names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.domain.labels import MAX_PART_ID
from engine.errors import InputError

Colour = tuple[int, int, int]

# Okabe & Ito's palette, distinguishable with every common kind of colour blindness.
DEFAULT_PALETTE: tuple[Colour, ...] = (
    (0xE6, 0x9F, 0x00),
    (0x56, 0xB4, 0xE9),
    (0x00, 0x9E, 0x73),
    (0xF0, 0xE4, 0x42),
    (0x00, 0x72, 0xB2),
    (0xD5, 0x5E, 0x00),
    (0xCC, 0x79, 0xA7),
    (0xFF, 0xFF, 0xFF),
)
_HEX_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Part:
    """One part. Its id is given once, never reused, and equals its value in label maps.

    Attributes:
        id: 1..254.
        name: What the artist calls it; profiles meet projects by this name.
        colour: 8-bit sRGB.
        channel: Name for files and EXR layers: letters, digits and `_` only.
        group: Name of the group it belongs to, or "".
    """

    id: int
    name: str
    colour: Colour
    channel: str
    group: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.id <= MAX_PART_ID:
            raise InputError(f"Part '{self.name}' has the id {self.id}; ids go from 1 to {MAX_PART_ID}.")
        if not self.name.strip():
            raise InputError(f"Part {self.id} has no name. Give it one.")
        if self.channel != channel_name(self.channel):
            raise InputError(f"'{self.channel}' cannot name a channel: use letters, digits and '_', a letter first.")

    @classmethod
    def named(
        cls, part_id: int, name: str, colour: Colour | None = None, *, channel: str = "", group: str = ""
    ) -> Part:
        """Returns a part with the palette's colour and a channel name made from `name` where they are not given."""
        chosen = colour if colour is not None else default_colour(part_id)
        return cls(part_id, name.strip(), chosen, channel or channel_name(name), group)


@dataclass(frozen=True)
class PartSet:
    """Parts in the order the artist gave them. Ids, names and channel names are unique."""

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        for kind, values in (
            ("id", [str(part.id) for part in self.parts]),
            ("name", [part.name for part in self.parts]),
            ("channel name", [part.channel for part in self.parts]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise InputError(f"Two parts share the {kind} {', '.join(twice)}. Rename one of them.")

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def ids(self) -> tuple[int, ...]:
        """Part ids in the set's order."""
        return tuple(part.id for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Part names in the set's order."""
        return tuple(part.name for part in self.parts)

    def by_id(self, part_id: int) -> Part:
        """Returns the part with this id; raises InputError where there is none."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise InputError(f"No part has the id {part_id}. Known: {self.describe()}.")

    def by_name(self, name: str) -> Part:
        """Returns the part with this name; raises InputError where there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise InputError(f"No part is called '{name}'. Known: {self.describe()}.")

    def canonical(self) -> PartSet:
        """Returns the parts in name order, the order in which backbones learn (CONTRACTS: permutation invariance)."""
        return PartSet(tuple(sorted(self.parts, key=lambda part: part.name)))

    def adding(self, name: str, colour: Colour | None = None) -> PartSet:
        """Returns the set with one more part, whose id was never used in this set."""
        next_id = max(self.ids, default=0) + 1
        channel = unique_channel(name, {part.channel for part in self.parts})
        return PartSet((*self.parts, Part.named(next_id, name, colour, channel=channel)))

    def renaming(self, part_id: int, name: str) -> PartSet:
        """Returns the set with another name for one part; its channel name stays."""
        return PartSet(tuple(replace(p, name=name) if p.id == part_id else p for p in self.parts))

    def describe(self) -> str:
        """Returns '1 body, 2 wheel' for messages."""
        return ", ".join(f"{part.id} {part.name}" for part in self.parts) or "no parts"

    def palette(self) -> bytes:
        """Returns 768 bytes of RGB for palette PNGs: black background, part colours, grey for unknown."""
        table = bytearray(768)
        table[255 * 3 :] = bytes((128, 128, 128))
        for part in self.parts:
            table[part.id * 3 : part.id * 3 + 3] = bytes(part.colour)
        return bytes(table)

    def to_json(self) -> list[dict[str, Any]]:
        """Returns the part table as it travels in projects, profiles and results."""
        return [
            {"id": p.id, "name": p.name, "colour": colour_hex(p.colour), "channel": p.channel, "group": p.group}
            for p in self.parts
        ]

    @classmethod
    def from_json(cls, table: object) -> PartSet:
        """Reads a part table: a list of objects with `name` and optionally `id`, `colour`, `channel`, `group`.

        Raises:
            InputError: The table is of another form, or its values clash.
        """
        if isinstance(table, Mapping) and "parts" in table:
            table = table["parts"]
        if isinstance(table, Mapping):
            table = [
                {"id": int(k), "name": v} if str(k).isdigit() else {"name": k, "colour": v} for k, v in table.items()
            ]
        if not isinstance(table, list):
            raise InputError('A part table is a list like [{"id": 1, "name": "wheel", "colour": "#E69F00"}].')
        rows = [{"name": row} if isinstance(row, str) else row for row in table]
        return cls.from_rows(rows)

    @classmethod
    def from_rows(cls, rows: Iterable[object]) -> PartSet:
        """Reads rows of a part table, giving ids, colours and channel names to those that have none."""
        parts: list[Part] = []
        for row in rows:
            if not isinstance(row, Mapping) or not isinstance(row.get("name"), str):
                raise InputError(f"Each part needs a name; got {row!r}.")
            used_ids = {part.id for part in parts}
            part_id = row.get("id", max(used_ids, default=0) + 1)
            if not isinstance(part_id, int) or isinstance(part_id, bool):
                raise InputError(f"The id of part '{row['name']}' must be a whole number; got {part_id!r}.")
            colour = parse_colour(row["colour"]) if row.get("colour") else None
            channel = str(row.get("channel") or unique_channel(row["name"], {part.channel for part in parts}))
            parts.append(Part.named(part_id, row["name"], colour, channel=channel, group=str(row.get("group") or "")))
        return cls(tuple(parts))

    @classmethod
    def from_names(cls, names: Iterable[str]) -> PartSet:
        """Returns parts 1, 2, 3 ... with these names and the default palette."""
        return cls.from_rows([{"name": name} for name in names])


def default_colour(part_id: int) -> Colour:
    """Returns the palette's colour for a part id; after eight ids the palette repeats."""
    return DEFAULT_PALETTE[(part_id - 1) % len(DEFAULT_PALETTE)]


def colour_hex(colour: Colour) -> str:
    """Returns '#RRGGBB'."""
    return "#{:02X}{:02X}{:02X}".format(*colour)


def parse_colour(text: object) -> Colour:
    """Reads '#RRGGBB' or three numbers 0..255; raises InputError for anything else."""
    if isinstance(text, str) and (match := _HEX_COLOUR.fullmatch(text.strip())):
        value = int(match.group(1), 16)
        return (value >> 16, value >> 8 & 255, value & 255)
    if isinstance(text, list | tuple) and len(text) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in text):
        return (text[0], text[1], text[2])
    raise InputError(f"'{text}' is no colour. Write it as #RRGGBB.")


def channel_name(name: str) -> str:
    """Returns `name` with everything that Nuke refuses in a layer name replaced by '_'; accents are left off."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    legal = re.sub(r"[^0-9A-Za-z]+", "_", plain.strip()).strip("_")
    if not legal:
        return "part"
    return legal if legal[0].isalpha() else f"p_{legal}"


def unique_channel(name: str, taken: set[str]) -> str:
    """Returns a channel name for `name` that is not in `taken`."""
    stem = channel_name(name)
    channel, count = stem, 1
    while channel in taken:
        count += 1
        channel = f"{stem}_{count}"
    return channel
