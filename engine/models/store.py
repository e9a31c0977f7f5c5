"""Models on this machine: which are complete, where they lie, and what to do about one that is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.errors import InputError, MissingModelError
from engine.models.places import folder_name, models_folder, places_with
from engine.models.registry import DEFAULT_MODEL, MODELS, known_model

RECORD = "smite_studio_model.json"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


@dataclass(frozen=True)
class FoundModel:
    """A model that is here, whole.

    Attributes:
        id: What profiles and messages call it: the known id, the hub id, or the folder.
        path: Its folder, in the layout of its repository.
    """

    id: str
    path: Path


def find_model(name: str | None, *, store: Path | None = None) -> FoundModel:
    """Returns the model called `name`; looks at this machine and its disks only.

    Args:
        name: A known id, a hub id, a folder, or None for the default model.
        store: The one folder to look in; None for the usual places (`read_places`).

    Raises:
        MissingModelError: It is not here, or not whole; the message names both ways to get it.
        InputError: `name` is neither a model nor a folder.
    """
    wanted = name or DEFAULT_MODEL
    if Path(wanted).is_dir():
        return FoundModel(str(Path(wanted).resolve()), Path(wanted).resolve())
    if not is_model_name(wanted):
        raise InputError(
            f"There is no folder '{wanted}', and no model is called so. "
            f"Known models: {', '.join(entry.id for entry in MODELS)}."
        )
    entry = known_model(wanted)
    for folder in places_with(store).candidates(wanted):
        if is_whole(folder, wanted):
            return FoundModel(entry.id if entry else wanted, folder)
    own_way = (
        "or give a copy that you have with `--model FOLDER`."
        if entry is None or entry.is_base
        else f"or put a copy into '{model_folder(wanted, store=store)}'. {entry.needed}"
    )
    raise MissingModelError(
        f"The model '{wanted}' is not on this machine. Get it once with `smite-studio models get {wanted}`, {own_way}"
    )


def is_model_name(name: str) -> bool:
    """Tells whether `name` is a known id or has the form of a hub id."""
    return known_model(name) is not None or _HUB_ID.fullmatch(name) is not None


def model_folder(name: str, *, store: Path | None = None) -> Path:
    """Returns the folder that a known or hub model has in the store, whether it is there or not."""
    return (store or models_folder()) / folder_name(name)


def licence_of(name: str) -> str:
    """Returns what the licence of a known model asks, "" for others: their own licence applies."""
    entry = known_model(name)
    return f"{entry.title}: {entry.licence.gist} ({entry.licence.url})" if entry else ""


def is_whole(folder: Path, name: str = "") -> bool:
    """Tells whether a model is complete: each file of its record is there in its size.

    A copy without a record, as a studio's disk may hold it, counts where it is a known model and has its files.
    """
    record = read_record(folder)
    entry = known_model(name) if name else None
    if not record and entry is not None:
        return all(_has_size(folder / file.path, file.size) for file in entry.files)
    return bool(record) and all(_has_size(folder / path, facts["size"]) for path, facts in record.items())


def read_record(folder: Path) -> Mapping[str, Any]:
    """Returns size and SHA-256 by file, as they were when the model was accepted; empty where there is no record."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files: Mapping[str, Any] = record["files"]
        return files if all("size" in facts and "sha256" in facts for facts in files.values()) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_record(folder: Path, repository: str, revision: str, files: Mapping[str, Mapping[str, object]]) -> None:
    """Writes the record of an accepted model; raises OutputError where that fails."""
    table = {"repository": repository, "revision": revision, "files": files}
    write_text(folder / RECORD, json.dumps(table, indent=2) + "\n")


def _has_size(path: Path, size: int | None) -> bool:
    try:
        return path.is_file() and (size is None or path.stat().st_size == size)
    except OSError:
        return False
