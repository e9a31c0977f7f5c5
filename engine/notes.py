"""Small JSON files that the program keeps for itself: what cannot be read counts as empty and is written anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.errors import OutputError


def read_table(file: Path) -> dict[str, Any]:
    """Returns a file's entries by name; {} where it is missing, damaged, or holds something else."""
    table = _read(file)
    return table if isinstance(table, dict) else {}


def read_rows(file: Path) -> list[Mapping[str, Any]]:
    """Returns a file's rows, oldest first; [] where it is missing, damaged, or holds something else."""
    rows = _read(file)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def add_row(file: Path, row: Mapping[str, Any], *, keep: int) -> None:
    """Adds a row and keeps the newest `keep`; where the file cannot be written, it stays as it was."""
    try:
        write_text(file, json.dumps([*read_rows(file), row][-keep:], indent=1) + "\n")
    except OutputError:
        return


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
