"""A clip's identity: equal for equal clips wherever they lie, and cheap however large they are.

Hashed are the frame numbers, every file's size and evenly spaced samples of its bytes. Small files are hashed whole. A
change that keeps a large file's size and misses every sample goes unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import InputError

_SAMPLES_PER_FILE = 8
_TOTAL_SAMPLED_BYTES = 64 * 2**20
_LARGEST_BLOCK = 256 * 2**10
_SMALLEST_BLOCK = 4 * 2**10


def content_id(files: list[Path], numbers: Iterable[int]) -> str:
    """Returns 32 hex digits for the files' content and the frame numbers.

    Raises:
        InputError: A file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    for number in numbers:
        digest.update(number.to_bytes(16, "little"))
    block = _TOTAL_SAMPLED_BYTES // (_SAMPLES_PER_FILE * max(1, len(files)))
    block = min(_LARGEST_BLOCK, max(_SMALLEST_BLOCK, block))
    for path in files:
        try:
            for piece in _samples(path, block):
                digest.update(piece)
        except OSError as error:
            raise InputError(f"'{path}' cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def _samples(path: Path, block: int) -> Iterator[bytes]:
    """Yields a file's size and blocks of its bytes."""
    size = path.stat().st_size
    yield size.to_bytes(8, "little")
    with path.open("rb") as stream:
        for start in _block_starts(size, block):
            stream.seek(start)
            yield stream.read(block)


def _block_starts(size: int, block: int) -> list[int]:
    if size <= block * _SAMPLES_PER_FILE:
        return list(range(0, size, block))
    return [(size - block) * i // (_SAMPLES_PER_FILE - 1) for i in range(_SAMPLES_PER_FILE)]
