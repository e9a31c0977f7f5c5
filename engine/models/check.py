"""Whether a model on this machine is still what was accepted."""

from __future__ import annotations

from pathlib import Path

from engine.errors import CheckFailedError, InputError
from engine.jobs import Job
from engine.models.entry import ModelFile
from engine.models.registry import known_model
from engine.models.store import read_record
from engine.models.verify import matches, sha256_of


def check_model(folder: Path, name: str = "") -> Job[int]:
    """Hashes every file of a model against what is known of it and returns their number.

    Args:
        folder: Where it lies.
        name: Its id; a known model is held against its pinned hashes, so that a copy on a studio's disk, which has no
            record, can be checked too.

    Raises:
        InputError: Neither a record nor the name says what the files must be.
        CheckFailedError: A file is missing or changed.
    """
    record, entry = read_record(folder), known_model(name) if name else None
    if entry is not None:
        files: tuple[ModelFile, ...] = entry.files
    elif record:
        files = tuple(ModelFile(path, facts["size"], facts["sha256"]) for path, facts in record.items())
    else:
        raise InputError(
            f"'{folder}' has no record of hashes, and it is none of the known models, so it cannot be checked. "
            "Models that `models get` fetched can be."
        )
    for file in files:
        path = folder / file.path
        if not path.is_file():
            raise CheckFailedError(f"'{path}' is missing. Get the model again.")
        digest = yield from sha256_of(path, label=f"checking {file.path}")
        recorded = record.get(file.path, {}).get("sha256", digest)
        if digest != recorded or not matches(file, path, digest):
            raise CheckFailedError(f"'{path}' has changed since it was fetched. Remove the model and get it again.")
    return len(files)
