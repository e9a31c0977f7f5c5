"""Files that appear whole or not at all: written beside their final name, then renamed."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import OutputError

PART_SUFFIX = ".part"


@contextmanager
def replacing(target: Path, *, keep_suffix: bool = False) -> Iterator[Path]:
    """Gives a temporary path beside `target`; renames it to `target` when the block ends without an error.

    Args:
        target: The final path; its folder is made if it is missing.
        keep_suffix: The temporary name ends like `target` (for writers that choose a format by suffix).

    Raises:
        OutputError: The disk is full, or the place cannot be written to. Nothing half-written is left.
    """
    token = uuid.uuid4().hex[:8]
    ending = f"{PART_SUFFIX}{target.suffix}" if keep_suffix else PART_SUFFIX
    temporary = target.with_name(f".{target.stem if keep_suffix else target.name}.{token}{ending}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, target)  # noqa: PTH105 - the standard name of the operation
    except OSError as error:
        raise output_error(error, target) from error
    finally:
        _remove_quietly(temporary)


def write_bytes(target: Path, data: bytes) -> None:
    """Writes `data` to `target` whole or not at all.

    Raises:
        OutputError: As for `replacing`.
    """
    with replacing(target) as temporary:
        temporary.write_bytes(data)


def write_text(target: Path, text: str) -> None:
    """Writes UTF-8 `text` to `target` whole or not at all.

    Halves of surrogate pairs, which names of files that are no text in any encoding hold, are written as JSON escapes.

    Raises:
        OutputError: As for `replacing`.
    """
    write_bytes(target, text.encode("utf-8", errors="backslashreplace"))


def remove_leftovers(folder: Path) -> None:
    """Removes the temporary files that a killed process left in `folder`; nobody else may be writing there."""
    for path in folder.glob(f".*{PART_SUFFIX}*"):
        _remove_quietly(path)


def output_error(error: OSError, target: Path) -> OutputError:
    """Returns the sentence for a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return OutputError(
            f"The disk is full: '{target}' was not written. What was finished before is kept. "
            "Free some space and run the same command again to go on."
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return OutputError(f"'{target}' cannot be written: no permission. Choose another folder or change its rights.")
    return OutputError(f"'{target}' cannot be written ({error.strerror or error}). Choose another folder.")


def _remove_quietly(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
