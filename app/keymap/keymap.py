"""Keymaps: which keys run which command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files

from PySide6.QtGui import QKeySequence

from app.i18n import named


@dataclass(frozen=True)
class Keymap:
    """A preset and what the artist changed of it.

    Attributes:
        preset: Name of the preset, the stem of its file.
        preset_keys: Keys by command id, as the preset has them.
        own: Keys by command id, where the artist has others; an empty list takes a key away.
    """

    preset: str
    preset_keys: Mapping[str, tuple[str, ...]]
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Keys by command id as they are in force."""
        return {**self.preset_keys, **self.own}

    def holder_of(self, key: str, *, but: str) -> str | None:
        """Returns the id of the command that has this key, other than `but`, or None."""
        wanted = QKeySequence(key)
        for command_id, keys in self.keys.items():
            if command_id != but and any(QKeySequence(other) == wanted for other in keys):
                return command_id
        return None

    def clashes(self) -> dict[str, tuple[str, ...]]:
        """Returns the keys that several commands have, with the ids of these."""
        holders: dict[str, list[str]] = {}
        for command_id, keys in self.keys.items():
            for key in keys:
                holders.setdefault(QKeySequence(key).toString(), []).append(command_id)
        return {key: tuple(ids) for key, ids in holders.items() if key and len(ids) > 1}

    def binding(self, command_id: str, key: str) -> Keymap:
        """Returns the keymap with `key` for this command alone; whoever had it loses it. '' takes all keys away."""
        own = dict(self.own)
        if key:
            wanted = QKeySequence(key)
            for other, keys in self.keys.items():
                kept = tuple(k for k in keys if QKeySequence(k) != wanted)
                if kept != tuple(keys):
                    own[other] = kept
        own[command_id] = (key,) if key else ()
        return replace(self, own=own)

    def restored(self, command_id: str) -> Keymap:
        """Returns the keymap with the preset's keys for this command."""
        return replace(self, own={k: v for k, v in self.own.items() if k != command_id})


def presets() -> dict[str, str]:
    """Returns the titles of the presets that ship, by name; the default comes first."""
    found = {}
    for entry in files("resources").joinpath("keymaps").iterdir():
        if entry.name.endswith(".json"):
            title = str(json.loads(entry.read_text(encoding="utf-8"))["title"])
            found[entry.name.removesuffix(".json")] = named(title)
    return dict(sorted(found.items(), key=lambda row: (row[0] != "smite", row[1])))


def load_keymap(preset: str, own: Mapping[str, list[str]]) -> Keymap:
    """Returns a preset with the artist's own keys; an unknown preset is the default one."""
    name = preset if preset in presets() else "smite"
    text = files("resources").joinpath("keymaps", f"{name}.json").read_text(encoding="utf-8")
    keys = {str(k): tuple(v) for k, v in json.loads(text)["keys"].items()}
    return Keymap(name, keys, {k: tuple(v) for k, v in own.items()})
