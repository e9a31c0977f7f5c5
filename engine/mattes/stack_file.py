"""A frame's mattes as a file between two processes of one machine."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from engine.atomic import write_bytes
from engine.errors import InputError
from engine.mattes.stack import MatteStack


def write_stack(path: Path, stack: MatteStack) -> None:
    """Writes the mattes to the bit, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    rows, columns = stack.box
    buffer = io.BytesIO()
    np.savez(
        buffer,
        labels=stack.labels,
        values=np.array(stack.values, np.uint8),
        box=np.array([rows.start, rows.stop, columns.start, columns.stop], np.int64),
        soft=stack.soft,
    )
    write_bytes(path, buffer.getvalue())


def read_stack(path: Path) -> MatteStack:
    """Reads what `write_stack` wrote.

    Raises:
        InputError: The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as table:
            top, bottom, left, right = (int(value) for value in table["box"])
            values = tuple(int(value) for value in table["values"])
            return MatteStack(table["labels"], values, (slice(top, bottom), slice(left, right)), table["soft"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"The finished frame '{path}' cannot be read ({error}). Ask for it again.") from error
