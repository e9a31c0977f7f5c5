"""The artist's own export presets, a JSON file each in the user's folder, and finding a preset by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_data_path

from engine.api.export_presets import ExportPreset, built_in_presets, read_preset, write_preset
from engine.atomic import output_error
from engine.errors import InputError, OutputError

_APP = "smite-studio"
_SUFFIX = ".json"
_MOST_LETTERS = 60


@dataclass(frozen=True)
class OwnPresets:
    """What lies in the folder.

    Attributes:
        presets: Those that can be read, by title.
        problems: A sentence for each file that cannot.
    """

    presets: tuple[ExportPreset, ...]
    problems: tuple[str, ...]


def own_presets_folder() -> Path:
    """Returns the folder of the user's own export presets, whether it is there or not."""
    return Path(user_data_path(_APP, appauthor=False)) / "export_presets"


def own_presets(folder: Path | None = None) -> OwnPresets:
    """Returns the user's own presets; a file that cannot be read costs a sentence, not the others.

    Args:
        folder: Where they lie; None for `own_presets_folder()`.
    """
    presets, problems = [], []
    for path in sorted((folder or own_presets_folder()).glob(f"*{_SUFFIX}")):
        try:
            presets.append(read_preset(path))
        except InputError as error:
            problems.append(f"{error} It is left out; mend or delete the file.")
    return OwnPresets(tuple(sorted(presets, key=lambda preset: preset.title.casefold())), tuple(problems))


def find_preset(name: str) -> ExportPreset:
    """Returns a preset that ships with the program or is the user's own, by its name, or one from a JSON file.

    Raises:
        InputError: There is none of that name; the sentence lists those that exist.
    """
    if name.lower().endswith(".json"):
        return read_preset(Path(name))
    wanted = preset_name(name)
    own = own_presets()
    presets = (*built_in_presets(), *own.presets)
    for preset in presets:
        if preset.name == wanted:
            return preset
    known = ", ".join(preset.name for preset in presets)
    problems = " ".join(("", *own.problems))
    raise InputError(f"There is no export preset '{name}'. Known: {known}, or a JSON file.{problems}")


def save_preset(preset: ExportPreset, title: str, *, overwrite: bool, folder: Path | None = None) -> ExportPreset:
    """Keeps a preset under a title and returns it as it was kept.

    Args:
        preset: Formats, names, layers and colour.
        title: What menus and the command line call it.
        overwrite: Whether a preset of that name is replaced.
        folder: Where it goes; None for `own_presets_folder()`.

    Raises:
        InputError: The title is empty, or is that of a preset that ships with the program.
        OutputError: There is one of that name and `overwrite` is off, or it cannot be written.
    """
    name = _name(title)
    path = _path(name, folder)
    if path.exists() and not overwrite:
        raise OutputError(f"There is an export preset '{title.strip()}' already. Choose another name, or replace it.")
    kept = replace(preset, name=name, title=title.strip())
    write_preset(path, kept)
    return kept


def rename_preset(old: str, title: str, *, folder: Path | None = None) -> ExportPreset:
    """Gives an own preset another title and returns it.

    Raises:
        InputError: There is no own preset `old`, its file cannot be read, or the title cannot be used.
        OutputError: There is another of that title, or the file cannot be written or removed.
    """
    path = _existing(old, folder)
    same = _path(_name(title), folder) == path
    kept = save_preset(read_preset(path), title, overwrite=same, folder=folder)
    if not same:
        _remove(path)
    return kept


def delete_preset(name: str, *, folder: Path | None = None) -> None:
    """Deletes an own preset, a damaged one too.

    Raises:
        InputError: There is no own preset of that name; those that ship with the program stay.
        OutputError: The file cannot be removed.
    """
    _remove(_existing(name, folder))


def _existing(name: str, folder: Path | None) -> Path:
    path = _path(preset_name(name), folder)
    if not path.is_file():
        known = ", ".join(preset.name for preset in own_presets(folder).presets) or "none"
        raise InputError(f"There is no export preset of your own called '{name}'. Your own: {known}.")
    return path


def _name(title: str) -> str:
    name = preset_name(title)
    if not name:
        raise InputError("A preset needs a name with a letter or a digit.")
    if any(preset.name == name for preset in built_in_presets()):
        raise InputError(f"'{title.strip()}' is a preset of the program itself. Choose another name.")
    return name


def preset_name(title: str) -> str:
    """Returns the file stem of a title: lower case, letters of all scripts and digits, others as `_`."""
    return re.sub(r"\W+", "_", title.strip().casefold()).strip("_")[:_MOST_LETTERS]


def _path(name: str, folder: Path | None) -> Path:
    return (folder or own_presets_folder()) / f"{name}{_SUFFIX}"


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise output_error(error, path) from error
