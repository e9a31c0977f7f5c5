"""Where models lie: the folder that downloads go to, a studio's shared folders, and folders the artist pointed at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_data_path

from engine.atomic import write_text
from engine.errors import InputError
from engine.models.registry import known_model
from engine.notes import read_table

SEARCH_VARIABLE = "SMITE_STUDIO_MODELS"
"""Environment variable with shared folders, separated as in PATH. It is read here and nowhere else, so that command
line, window and workers agree."""

_APP = "smite-studio"
_FILE = "model_places.json"


@dataclass(frozen=True)
class ModelPlaces:
    """Where models are looked for, in this order.

    Attributes:
        chosen: Folders that the artist pointed at, by model id.
        store: Where downloads go.
        shared: Further folders that hold models by id, such as a studio's disk; never written to.
    """

    store: Path
    shared: tuple[Path, ...] = ()
    chosen: Mapping[str, Path] = field(default_factory=dict)

    def candidates(self, name: str) -> Iterator[Path]:
        """Yields the folders in which the model called `name` may lie."""
        folder = folder_name(name)
        if folder in self.chosen:
            yield self.chosen[folder]
        yield self.store / folder
        yield from (shared / folder for shared in self.shared)


def models_folder() -> Path:
    """Returns the folder in which downloaded models lie."""
    return data_folder() / "models"


def data_folder() -> Path:
    """Returns the user's folder for what this program keeps beside projects."""
    return Path(user_data_path(_APP, appauthor=False))


def folder_name(name: str) -> str:
    """Returns the folder that a known or hub model has in a store."""
    entry = known_model(name)
    return entry.id if entry else name.replace("/", "--")


def read_places(file: Path | None = None) -> ModelPlaces:
    """Returns where models are looked for: what was chosen in the window, and what the environment names.

    A settings file that cannot be read counts as empty: the standard folder always works.
    """
    table = read_table(file or data_folder() / _FILE)
    from_environment = [Path(text) for text in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep) if text]
    shared = [*from_environment, *shared_folders(file=file)]
    chosen = table.get("chosen")
    return ModelPlaces(
        store=models_folder(),
        shared=tuple(dict.fromkeys(shared)),
        chosen={str(k): Path(str(v)) for k, v in chosen.items()} if isinstance(chosen, dict) else {},
    )


def choose_folder(name: str, folder: Path | None, *, file: Path | None = None) -> None:
    """Remembers a folder for a model, or forgets it.

    Raises:
        InputError: It is no folder.
        OutputError: The settings cannot be written.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(f"'{folder}' is no folder. Nothing was changed.")
    file = file or data_folder() / _FILE
    table = read_table(file)
    chosen = table.get("chosen")
    kept = {k: v for k, v in (chosen if isinstance(chosen, dict) else {}).items() if k != folder_name(name)}
    if folder is not None:
        kept[folder_name(name)] = str(folder.absolute())
    write_text(file, json.dumps({**table, "chosen": kept}, indent=2) + "\n")


def shared_folders(*, file: Path | None = None) -> tuple[Path, ...]:
    """Returns the shared folders that were chosen, without those that the environment names."""
    return tuple(Path(str(text)) for text in _list(read_table(file or data_folder() / _FILE).get("shared")))


def set_shared(folders: tuple[Path, ...], *, file: Path | None = None) -> None:
    """Remembers the shared folders, beside those that the environment names.

    Raises:
        OutputError: The settings cannot be written.
    """
    file = file or data_folder() / _FILE
    write_text(file, json.dumps({**read_table(file), "shared": [str(path) for path in folders]}, indent=2) + "\n")


def places_with(store: Path | None) -> ModelPlaces:
    """Returns the usual places, or `store` alone where one is given."""
    return ModelPlaces(store) if store is not None else read_places()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
