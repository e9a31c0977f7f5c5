"""Whether an OpenEXR file is all there: every chunk that its offset tables name lies inside of it, to the last byte.

OpenImageIO writes through a buffer and does not say when the last of it finds no room, so that a file on a full disk
would pass for written. The layout is that of "OpenEXR File Layout" (openexr.com); scan line files, one part or several.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"\x76\x2f\x31\x01"
_MULTI_PART = 0x1000
_LINES = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
"""Scan lines in a chunk by compression: none, rle, zips, zip, piz, pxr24, b44, b44a, dwaa, dwab."""


def is_whole(path: Path) -> bool:
    """Returns whether a scan line EXR has all its chunks and ends with the last of them."""
    try:
        with path.open("rb") as file:
            return _is_whole(file, path.stat().st_size)
    except (OSError, struct.error, ValueError, KeyError):
        return False


def _is_whole(file: BinaryIO, size: int) -> bool:
    magic, version = file.read(4), struct.unpack("<i", file.read(4))[0]
    if magic != _MAGIC:
        return False
    several = bool(version & _MULTI_PART)
    count = _num_chunks(file, several=several)
    offsets = struct.unpack(f"<{count}Q", file.read(8 * count))
    if not all(0 < offset < size for offset in offsets):
        return False
    file.seek(max(offsets))
    head = file.read(12 if several else 8)
    length = int(struct.unpack("<i", head[-4:])[0])
    return bool(max(offsets) + len(head) + length == size)


def _num_chunks(file: BinaryIO, *, several: bool) -> int:
    """Reads all headers and returns the chunks of all parts."""
    total = 0
    while chunks := _chunks_of_part(file):
        total += chunks
        if not several:
            break
    return total


def _chunks_of_part(file: BinaryIO) -> int:
    """Reads a header and returns the chunks of its part; 0 for the empty one that ends a list of headers."""
    values: dict[bytes, bytes] = {}
    while name := _text(file):
        _text(file)  # the type
        length = struct.unpack("<i", file.read(4))[0]
        if length < 0:
            raise ValueError("a header entry of negative length")
        values[name] = file.read(length)
    if not values:
        return 0
    _, top, _, bottom = struct.unpack("<4i", values[b"dataWindow"])
    lines = _LINES[values[b"compression"][0]]
    return int(-(-(bottom - top + 1) // lines))


def _text(file: BinaryIO) -> bytes:
    letters = bytearray()
    while (letter := file.read(1)) != b"\0":
        if not letter:
            raise ValueError("the file ends inside its header")
        letters += letter
    return bytes(letters)
