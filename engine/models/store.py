"""Models on this machine: where they lie, which are complete, what to do about one that is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from engine.atomic import write_text
from engine.errors import InputError, MissingModelError
from engine.models.registry import DEFAULT_MODEL, MODELS, known_model

_APP = "smite-studio"
_RECORD = "smite_studio_model.json"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(frozen=True)
class FoundModel:
    """A model that is here, whole.

    Attributes:
        id: What profiles and messages call it: the known id, the hub id, or the folder.
        path: Its folder, in diffusers layout.
    """

    id: str
    path: Path


def models_folder() -> Path:
    """Returns the folder in which downloaded models lie."""
    return Path(user_data_path(_APP, appauthor=False)) / "models"


def find_model(name: str | None, *, store: Path | None = None) -> FoundModel:
    """Returns the model called `name`; looks at this machine only.

    Args:
        name: A known id, a hub id, a folder, or None for the default model.
        store: Where downloaded models lie; None for `models_folder()`.

    Raises:
        MissingModelError: It is not here, or not whole; the message names both ways to get it.
        InputError: `name` is neither a model nor a folder.
    """
    wanted = name or DEFAULT_MODEL
    if Path(wanted).is_dir():
        return FoundModel(str(Path(wanted).resolve()), Path(wanted).resolve())
    if known_model(wanted) is None and not _HUB_ID.fullmatch(wanted):
        raise InputError(
            f"There is no folder '{wanted}', and no model is called so. "
            f"Known models: {', '.join(entry.id for entry in MODELS)}."
        )
    folder = model_folder(wanted, store=store)
    if not is_whole(folder):
        raise MissingModelError(
            f"The model '{wanted}' is not on this machine. Get it once with `smite-studio models get {wanted}`, "
            "or give a copy that you have with `--model FOLDER`."
        )
    entry = known_model(wanted)
    return FoundModel(entry.id if entry else wanted, folder)


def model_folder(name: str, *, store: Path | None = None) -> Path:
    """Returns the folder that a known or hub model has in the store, whether it is there or not."""
    entry = known_model(name)
    return (store or models_folder()) / (entry.id if entry else name.replace("/", "--"))


def licence_of(name: str) -> str:
    """Returns what the licence of a known model asks, "" for others: their own licence applies."""
    entry = known_model(name)
    return f"{entry.title}: {entry.licence} ({entry.licence_url})" if entry else ""


def is_whole(folder: Path) -> bool:
    """Tells whether a download was finished and checked: its record is there and its files have their sizes."""
    record = read_record(folder)
    return bool(record) and all(
        (folder / path).is_file() and (folder / path).stat().st_size == facts["size"] for path, facts in record.items()
    )


def read_record(folder: Path) -> Mapping[str, Any]:
    """Returns size and SHA-256 by file, as they were when the model was accepted; empty where there is no record."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        files: Mapping[str, Any] = record["files"]
        return files
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_record(folder: Path, repository: str, revision: str, files: Mapping[str, Mapping[str, object]]) -> None:
    """Writes the record of an accepted model; raises OutputError where that fails."""
    table = {"repository": repository, "revision": revision, "files": files}
    write_text(folder / _RECORD, json.dumps(table, indent=2) + "\n")
