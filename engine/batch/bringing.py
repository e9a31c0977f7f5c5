"""A shot's result into another folder (a version of a project's clip), without taking the room twice where it can."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine.atomic import PART_SUFFIX, output_error
from engine.errors import OutputError
from engine.results.edits import EDITS_FOLDER
from engine.results.folder import LABELS_FOLDER, SCORES_FOLDER
from engine.results.record import RECORD_NAME, read_record

_SUFFIXES = {LABELS_FOLDER: ".png", SCORES_FOLDER: ".npz", EDITS_FOLDER: ".png"}


def bring_result(result: Path, target: Path) -> None:
    """Makes `target` a result of its own with the frames of `result`; it appears whole or not at all.

    Files are linked where the disk can: every writer of results replaces files and never changes one, so that neither
    side sees what is done to the other.

    Raises:
        InputError: `result` is no result.
        OutputError: `target` exists, or cannot be written to.
    """
    read_record(result)
    if target.exists():
        raise OutputError(f"'{target}' is there already. Nothing was changed.")
    making = target.with_name(f".{target.name}{PART_SUFFIX}")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for folder, suffix in _SUFFIXES.items():
            for file in sorted((result / folder).glob(f"*{suffix}")):
                if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                    _bring(file, making / folder / file.name)
        _bring(result / RECORD_NAME, making / RECORD_NAME)
        making.rename(target)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        raise output_error(error, target) from error


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)
