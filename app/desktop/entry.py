"""Puts the program into the desktop's menu for this user, with its icon and file types, and takes it out again.

Linux and other systems that follow freedesktop.org. On Windows and macOS an installer or the bundle itself says this.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from platformdirs import user_data_path

from app.diagnostics.restart import window_command
from engine.atomic import write_bytes, write_text
from engine.errors import InputError

DESKTOP_NAME = "smite-studio"
INSTALL, REMOVE = "--install-desktop", "--remove-desktop"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
_RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")


def desktop_command(word: str) -> int:
    """Runs `--install-desktop` or `--remove-desktop`, tells what was done, and returns the exit code."""
    try:
        lines = install() if word == INSTALL else remove()
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def install(data_folder: Path | None = None) -> list[str]:
    """Writes menu entry, file types and icons; returns a line for each file.

    Args:
        data_folder: Where the desktop looks; None for this user's own.

    Raises:
        InputError: This desktop is of another kind.
        OutputError: A file cannot be written.
    """
    root = _root(data_folder)
    packaging = files("resources").joinpath("packaging")
    entry = packaging.joinpath("smite-studio.desktop").read_text(encoding="utf-8")
    write_text(_entry(root), entry.replace("@EXEC@", " ".join(map(quoted, window_command(())))))
    write_text(_types(root), packaging.joinpath("smite-studio.xml").read_text(encoding="utf-8"))
    write_bytes(_scalable(root), files("resources").joinpath("icons", f"{DESKTOP_NAME}.svg").read_bytes())
    from app.theme import application_picture

    for size in ICON_SIZES:
        target = _png(root, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        application_picture(size).save(str(target))
    _tell_desktop(root)
    return [f"written: {path}" for path in _all_files(root)]


def remove(data_folder: Path | None = None) -> list[str]:
    """Removes what `install` wrote, and nothing else; returns a line for each file.

    Raises:
        InputError: This desktop is of another kind.
    """
    root = _root(data_folder)
    there = [path for path in _all_files(root) if path.is_file()]
    for path in there:
        path.unlink()
    _tell_desktop(root)
    return [f"removed: {path}" for path in there] or ["Nothing of SMITE Studio was installed."]


def quoted(argument: str) -> str:
    """Returns an argument as the Exec key of a desktop entry takes it (Desktop Entry Specification 1.5)."""
    if not argument or _RESERVED & set(argument):
        inner = "".join(f"\\{c}" if c in '"`$\\' else c for c in argument)
        # The value is a string of the entry's own first: each backslash is written twice.
        argument = '"' + inner.replace("\\", "\\\\") + '"'
    return argument.replace("%", "%%")


def _root(data_folder: Path | None) -> Path:
    if data_folder is None and sys.platform in ("win32", "darwin"):
        raise InputError("Menu entry and file types come with the installed program on this system. Nothing was done.")
    return data_folder or Path(user_data_path())


def _all_files(root: Path) -> list[Path]:
    return [_entry(root), _types(root), _scalable(root), *(_png(root, size) for size in ICON_SIZES)]


def _entry(root: Path) -> Path:
    return root / "applications" / f"{DESKTOP_NAME}.desktop"


def _types(root: Path) -> Path:
    return root / "mime" / "packages" / f"{DESKTOP_NAME}.xml"


def _scalable(root: Path) -> Path:
    return root / "icons" / "hicolor" / "scalable" / "apps" / f"{DESKTOP_NAME}.svg"


def _png(root: Path, size: int) -> Path:
    return root / "icons" / "hicolor" / f"{size}x{size}" / "apps" / f"{DESKTOP_NAME}.png"


def _tell_desktop(root: Path) -> None:
    """Lets the desktop read its folders again; where its tools are missing, it does so by itself later."""
    for command in (
        ("update-mime-database", str(root / "mime")),
        ("update-desktop-database", str(root / "applications")),
        ("gtk-update-icon-cache", "-q", "-t", "-f", str(root / "icons" / "hicolor")),
    ):
        program = shutil.which(command[0])
        if program is not None:
            subprocess.run((program, *command[1:]), capture_output=True, check=False)
