"""Checks a model that is here against the hashes that were recorded when it came."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.jobs import Job
from engine.models.store import read_record
from engine.models.verify import sha256_of


def check_model(folder: Path) -> Job[int]:
    """Returns how many files were checked.

    Raises:
        InputError: The folder has no record of hashes, or a file is missing or differs.
    """
    record = read_record(folder)
    if not record:
        raise InputError(f"'{folder}' was not fetched by this program, so there are no hashes to check it against.")
    for name, facts in record.items():
        path = folder / name
        digest = (yield from sha256_of(path, label=f"checking {name}")) if path.is_file() else "missing"
        if digest != facts["sha256"]:
            raise InputError(f"'{path}' is {'missing' if digest == 'missing' else 'damaged'}. Get the model again.")
    return len(record)
