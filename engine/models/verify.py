"""Hashes of model files, in steps that can be cancelled."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.jobs import Job, Progress
from engine.models.entry import ModelFile

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


def matches(file: ModelFile, path: Path, sha256: str) -> bool:
    """Tells whether a file is the one that is pinned; True where nothing is known of it.

    Args:
        file: What is known.
        path: The file, whose size and, for small ones, git id are looked at.
        sha256: The file's SHA-256.
    """
    if file.sha256 is not None:
        return file.sha256 == sha256
    if file.git_id is not None:
        content = path.read_bytes()
        # Git's own object id: SHA-1 over a header and the content. Only small text files are pinned by it.
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == file.git_id
    return True
