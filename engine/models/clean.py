"""Models that are no longer wanted, and what broken downloads left behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.atomic import PART_SUFFIX, output_error
from engine.errors import InputError
from engine.models.places import models_folder
from engine.models.store import is_model_name, model_folder
from engine.models.transfer import PART_ENDING

_LIBRARY_LEFTOVERS = ".cache"
"""What the hub's own library keeps inside a folder that it downloads to; earlier versions of this program used it."""


@dataclass(frozen=True)
class Removed:
    """What went.

    Attributes:
        files: Number of files.
        bytes: Room that they took.
    """

    files: int
    bytes: int


def remove_model(name: str, *, store: Path | None = None) -> Removed:
    """Removes a downloaded model with everything half-fetched of it; copies elsewhere are not touched.

    Raises:
        InputError: It does not lie in the folder of downloads.
        OutputError: It cannot be removed.
    """
    folder = model_folder(name, store=store)
    if not is_model_name(name) or not folder.is_dir():
        raise InputError(
            f"'{name}' does not lie in '{store or models_folder()}', so nothing was removed. Folders that you pointed "
            "at and shared disks are never touched."
        )
    found = list(_files(folder))
    removed = Removed(len(found), sum(path.stat().st_size for path in found))
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise output_error(error, folder) from error
    return removed


def leftovers(store: Path | None = None) -> tuple[Path, ...]:
    """Returns what broken downloads left in the store: half-fetched files, and folders of the hub's library."""
    base = store or models_folder()
    if not base.is_dir():
        return ()
    parts = [path for path in _files(base) if path.name.endswith((PART_ENDING, PART_SUFFIX))]
    library = [path for path in base.glob(f"*/{_LIBRARY_LEFTOVERS}") if path.is_dir()]
    return (*parts, *library)


def remove_leftovers(store: Path | None = None) -> Removed:
    """Removes what broken downloads left; whole models stay. Downloads that were paused begin anew.

    Raises:
        OutputError: Something cannot be removed.
    """
    files = size = 0
    for path in leftovers(store):
        inside = list(_files(path)) if path.is_dir() else [path]
        files, size = files + len(inside), size + sum(part.stat().st_size for part in inside)
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError as error:
            raise output_error(error, path) from error
    return Removed(files, size)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
