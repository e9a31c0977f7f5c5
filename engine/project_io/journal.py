"""The journal: every change since the last save, appended as it happens, so that a crash costs nothing.

Layout: an 8-byte magic, then records of (length, CRC-32, kind) and their bytes. A record that a crash cut off fails its
checksum and ends the journal; what was written before it counts.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from engine.atomic import output_error, replacing
from engine.domain.edits import LabelEdit, LabelLayer, PackedTile
from engine.errors import READING_FAULTS, InputError
from engine.project_io.layout import JOURNAL_FILE

_MAGIC = b"SMITEJ1\n"
_HEAD = struct.Struct("<IIc")
_MAX_RECORD_BYTES = 1 << 30
_START, _DOCUMENT, _LABELS = b"S", b"D", b"L"


@dataclass(frozen=True)
class DocumentChanged:
    """The project's JSON text after a change."""

    text: str


@dataclass(frozen=True)
class LabelsChanged:
    """Tiles of a reference as they were after a change."""

    reference_id: str
    tiles: LabelEdit


@dataclass(frozen=True)
class JournalContent:
    """What a journal holds.

    Attributes:
        revision: The save that it goes on from.
        num_bytes: Length of the part that is whole.
        records: In the order of the changes.
    """

    revision: int
    num_bytes: int
    records: tuple[DocumentChanged | LabelsChanged, ...]


class Journal:
    """Appends changes to a project's journal file; every record reaches the system before the call returns."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        """Takes an unbuffered file that stands behind its last whole record; use `start` or `resume`."""
        self._path = path
        self._file: BinaryIO | None = file

    @classmethod
    def start(cls, folder: Path, revision: int) -> Journal:
        """Starts a new journal, which replaces an older one.

        Raises:
            OutputError: The folder cannot be written to.
        """
        return cls._started(folder / JOURNAL_FILE, revision)

    @classmethod
    def _started(cls, path: Path, revision: int) -> Journal:
        try:
            if path.is_symlink():
                path.unlink()  # a project from a stranger may point at a file of the artist's
            file = path.open("wb", buffering=0)
            file.write(_MAGIC)
        except OSError as error:
            raise output_error(error, path) from error
        journal = cls(path, file)
        journal._append(_START, json.dumps({"revision": revision}).encode())
        return journal

    @classmethod
    def resume(cls, folder: Path, revision: int) -> Journal:
        """Goes on with the journal that a crash left, behind its last whole record.

        Raises:
            OutputError: The folder cannot be written to.
        """
        content = read_journal(folder)
        if content is None or content.revision != revision:
            return cls.start(folder, revision)
        path = folder / JOURNAL_FILE
        try:
            file = path.open("r+b", buffering=0)
            file.truncate(content.num_bytes)
            file.seek(content.num_bytes)
        except OSError as error:
            raise output_error(error, path) from error
        return cls(path, file)

    @classmethod
    def rewritten(cls, folder: Path, revision: int, text: str, layers: Iterable[tuple[str, LabelLayer]]) -> Journal:
        """Replaces a journal that has grown long by one with the same outcome; a crash meanwhile leaves the old one.

        Args:
            folder: The project's folder; its journal is closed.
            revision: The save that the journal goes on from.
            text: The project's JSON text.
            layers: Layers that differ from the save, by reference id.

        Raises:
            OutputError: The folder cannot be written to; the old journal is untouched.
        """
        with replacing(folder / JOURNAL_FILE) as temporary, closing(cls._started(temporary, revision)) as shorter:
            shorter.document(text)
            for reference_id, layer in layers:
                shorter.labels(reference_id, layer.whole())
            shorter.sync()
        return cls.resume(folder, revision)

    @property
    def num_bytes(self) -> int:
        """Length of the file."""
        return self._file.tell() if self._file is not None else 0

    def document(self, text: str) -> None:
        """Appends the project's JSON text.

        Raises:
            OutputError: The disk is full or gone.
        """
        self._append(_DOCUMENT, text.encode(errors="backslashreplace"))

    def labels(self, reference_id: str, tiles: LabelEdit) -> None:
        """Appends the changed tiles of a reference.

        Raises:
            OutputError: The disk is full or gone.
        """
        head = {
            "reference": reference_id,
            "shape": list(tiles.shape),
            "rect": list(tiles.rect),
            "tiles": [[t.row, t.column, len(t.labels), len(t.coverage)] for t in tiles.tiles],
        }
        text = json.dumps(head).encode()
        blobs = b"".join(part for t in tiles.tiles for part in (t.labels, t.coverage))
        self._append(_LABELS, struct.pack("<I", len(text)) + text + blobs)

    def sync(self) -> None:
        """Asks the system to put what was appended onto the disk itself (against power loss)."""
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise output_error(error, self._path) from error

    def close(self) -> None:
        """Closes the file and leaves it where it is."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Closes and removes the file: there is nothing to recover."""
        self.close()
        discard_journal(self._path.parent)

    def _append(self, kind: bytes, payload: bytes) -> None:
        if self._file is None:
            return
        start = self._file.tell()
        record = _HEAD.pack(len(payload), zlib.crc32(kind + payload), kind) + payload
        try:
            written = 0
            while written < len(record):
                written += self._file.write(record[written:])
        except OSError as error:
            # A torn record would hide every later one.
            os.ftruncate(self._file.fileno(), start)
            self._file.seek(start)
            raise output_error(error, self._path) from error


def read_journal(folder: Path) -> JournalContent | None:
    """Returns the whole records of a project's journal, or None where there is no journal.

    Raises:
        InputError: The file cannot be read at all.
    """
    path = folder / JOURNAL_FILE
    if not path.is_file() or path.is_symlink():
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The journal '{path}' cannot be read ({error}).") from error
    revision, whole = -1, len(_MAGIC)
    records: list[DocumentChanged | LabelsChanged] = []
    for kind, payload in _records(data):
        try:
            if kind == _START:
                revision = int(json.loads(payload)["revision"])
            elif kind == _DOCUMENT:
                records.append(DocumentChanged(payload.decode()))
            elif kind == _LABELS:
                records.append(_labels(payload))
        except READING_FAULTS + (struct.error,):
            break
        whole += _HEAD.size + len(payload)
    return JournalContent(revision, whole, tuple(records))


def discard_journal(folder: Path) -> None:
    """Removes a project's journal.

    Raises:
        OutputError: It cannot be removed.
    """
    path = folder / JOURNAL_FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[: len(_MAGIC)] != _MAGIC:
        return
    at = len(_MAGIC)
    while at + _HEAD.size <= len(data):
        length, checksum, kind = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        payload = data[at : at + length]
        if length > _MAX_RECORD_BYTES or len(payload) < length or zlib.crc32(kind + payload) != checksum:
            return
        at += length
        yield kind, payload


def _labels(payload: bytes) -> LabelsChanged:
    (length,) = struct.unpack_from("<I", payload)
    head: dict[str, Any] = json.loads(payload[4 : 4 + length])
    at = 4 + length
    tiles = []
    for row, column, labels, coverage in head["tiles"]:
        tiles.append(
            PackedTile(int(row), int(column), payload[at : at + labels], payload[at + labels : at + labels + coverage])
        )
        at += labels + coverage
    height, width = head["shape"]
    left, top, right, bottom = head["rect"]
    rect = (int(left), int(top), int(right), int(bottom))
    return LabelsChanged(str(head["reference"]), LabelEdit((int(height), int(width)), tuple(tiles), rect))
