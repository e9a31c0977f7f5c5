"""Whether a model on this machine is still what was accepted."""

from __future__ import annotations

from pathlib import Path

from engine.errors import CheckFailedError, InputError
from engine.jobs import Job
from engine.models.store import read_record
from engine.models.verify import sha256_of


def check_model(folder: Path) -> Job[int]:
    """Hashes every file of a model against its record and returns their number.

    Raises:
        InputError: The folder has no record; only models that `models get` fetched have one.
        CheckFailedError: A file is missing or changed.
    """
    record = read_record(folder)
    if not record:
        raise InputError(f"'{folder}' has no record of hashes; only models that `models get` fetched can be checked.")
    for path, facts in record.items():
        if not (folder / path).is_file():
            raise CheckFailedError(f"'{folder / path}' is missing. Get the model again.")
        digest = yield from sha256_of(folder / path, label=f"checking {path}")
        if digest != facts["sha256"]:
            raise CheckFailedError(f"'{folder / path}' has changed since it was fetched. Get the model again.")
    return len(record)
