"""Names inside a project folder, and media paths that survive a move of it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from engine.errors import InputError

PROJECT_FILE = "project.json"
PREVIOUS_FILE = "project.previous.json"
OPENER_SUFFIX = ".smite"
"""A file in a project folder, named like it, for file managers to open the project with."""
LOCK_FILE = "project.lock"
JOURNAL_FILE = "journal.bin"
LABEL_FOLDER = "labels"
THUMBNAIL_FOLDER = "thumbnails"


def project_file(path: Path) -> Path:
    """Returns the JSON of a project, given its folder, that file, or the file that opens it from a file manager."""
    if path.suffix == OPENER_SUFFIX and path.is_file():
        return path.parent / PROJECT_FILE
    return path if path.name in (PROJECT_FILE, PREVIOUS_FILE) else path / PROJECT_FILE


def is_project(path: Path) -> bool:
    """Tells whether `path` is a project folder or its JSON."""
    return project_file(path).is_file() or (path / PREVIOUS_FILE).is_file()


def media_to_json(media: Path, folder: Path) -> dict[str, str]:
    """Returns a media path as it is stored: relative to the project, and absolute as a second place to look."""
    try:
        relative = Path(os.path.relpath(media, folder)).as_posix()
    except ValueError:  # another drive on Windows
        relative = media.as_posix()
    return {"path": relative, "absolute": media.as_posix()}


def media_from_json(value: Any, folder: Path) -> Path:
    """Returns the absolute path of stored media: where it lies relative to the project, else where it lay when saved.

    Raises:
        InputError: `value` is no stored path.
    """
    if not isinstance(value, dict) or not isinstance(value.get("path"), str) or "\0" in value["path"]:
        raise InputError(f"{value!r} is no path of an image or clip.")
    near = Path(os.path.normpath(folder / value["path"]))
    far = value.get("absolute")
    if not near.exists() and isinstance(far, str) and "\0" not in far and Path(far).exists():
        return Path(far)
    return near


def inner_path(folder: Path, name: Any) -> Path:
    """Returns the path of a file that a project's JSON names inside the project folder.

    Raises:
        InputError: The name leads out of the folder.
    """
    pure = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("..")
    windows = PureWindowsPath(str(name))
    if (
        pure.is_absolute()
        or windows.drive
        or windows.root
        or ".." in (*pure.parts, *windows.parts)
        or "\0" in str(name)
    ):
        raise InputError(f"The project names the file '{name}', which is not inside its folder. It was not opened.")
    return folder / pure
