"""Hashes of model files, in steps that can be cancelled."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.jobs import Job, Progress

_BLOCK = 8 << 20
_BLOCKS_PER_EVENT = 16


def sha256_of(path: Path, *, label: str) -> Job[str]:
    """Returns the SHA-256 of a file as hexadecimal text, yielding progress in bytes."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        for count, block in enumerate(iter(lambda: file.read(_BLOCK), b""), start=1):
            digest.update(block)
            done += len(block)
            if count % _BLOCKS_PER_EVENT == 0:
                yield Progress(label, done, total, "bytes")
    return digest.hexdigest()
