"""Which files of an export are whole: what makes a cancelled or killed export go on where it stopped.

Each run appends to a file of its own, a line before a file is written and one when it has its final name, so that
machines of a farm may fill one folder together. A file counts as whole while its size and time are those of the line.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from engine.atomic import output_error

FOLDER = ".smite-export"
_DIGEST_LETTERS = 16


class Journal:
    """The journal of one format of an export.

    Args:
        out: The export folder.
        digest: Hex digest of everything that decides the content of the files, frames apart.
    """

    def __init__(self, out: Path, digest: str) -> None:
        self._out = out
        self._prefix = digest[:_DIGEST_LETTERS]
        self._rows = self._read()
        self._stream: TextIO | None = None

    def is_whole(self, path: Path, stamp: str) -> bool:
        """Returns whether the file is there as this export left it, made from what `stamp` says."""
        row = self._rows.get(self._key(path))
        return row is not None and row["stamp"] == stamp and self._is_ours(path, row)

    def knows(self, path: Path) -> bool:
        """Returns whether the file is as this export left it, whatever it was made from."""
        row = self._rows.get(self._key(path))
        return row is not None and self._is_ours(path, row)

    def begin(self, path: Path, stamp: str) -> None:
        """Notes that a file is going to be written, unless one is there already.

        Files get their names whole: one that is there after a kill, where none was before, is the one begun.

        Raises:
            OutputError: The journal cannot be written.
        """
        if _facts(path) is None:
            self._append(path, stamp, None)

    def add(self, path: Path, stamp: str) -> None:
        """Notes that a file is whole.

        Raises:
            OutputError: The journal cannot be written.
        """
        self._append(path, stamp, _facts(path))

    def close(self) -> None:
        """Closes the file that this run appends to."""
        if self._stream is not None:
            with suppress(OSError):  # a full disk was told of when the line was written; closing tries it once more
                self._stream.close()

    @staticmethod
    def _is_ours(path: Path, row: Mapping[str, Any]) -> bool:
        facts = _facts(path)
        return facts is not None and row["file"] in (None, facts)

    def _append(self, path: Path, stamp: str, facts: list[int] | None) -> None:
        row = {"path": self._key(path), "stamp": stamp, "file": facts}
        try:
            if self._stream is None:
                (self._out / FOLDER).mkdir(parents=True, exist_ok=True)
                name = f"{self._prefix}.{uuid.uuid4().hex[:8]}.jsonl"
                self._stream = (self._out / FOLDER / name).open("a", encoding="utf-8")
            self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._stream.flush()
        except OSError as error:
            raise output_error(error, self._out / FOLDER) from error
        self._rows[str(row["path"])] = row

    def _key(self, path: Path) -> str:
        return path.relative_to(self._out).as_posix()

    def _read(self) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        files = (self._out / FOLDER).glob(f"{self._prefix}.*.jsonl")
        for path in sorted(files, key=lambda found: found.stat().st_mtime_ns):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    row = json.loads(line)
                    rows[row["path"]] = {"stamp": row["stamp"], "file": row["file"]}
                except (ValueError, KeyError, TypeError):
                    continue  # the last line of a killed run may be cut off
        return rows


def _facts(path: Path) -> list[int] | None:
    """Returns size and time of a file, or None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]
