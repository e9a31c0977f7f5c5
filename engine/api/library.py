"""The profile library: what lies in the profile folders of projects, and what can be done with the files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.atomic import output_error, write_bytes
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.profiles import read_profile
from engine.profiles.card import ProfileCard, read_card, with_header

PROFILE_FOLDER = "profiles"
SUFFIX = ".safetensors"
_TRASH = ".trash"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\ud800-\udfff]')


@dataclass(frozen=True)
class Listing:
    """The profiles of a folder.

    Attributes:
        cards: Newest first.
        problems: A sentence for each file that cannot be used.
    """

    cards: tuple[ProfileCard, ...]
    problems: tuple[str, ...]


def list_profiles(folder: Path) -> Listing:
    """Returns the profiles in a folder, from the heads of their files alone."""
    cards, problems = [], []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if path.name.startswith("."):
            continue
        try:
            cards.append(read_card(path))
        except InputError as error:
            problems.append(str(error))
    cards.sort(key=lambda card: (card.learned_at, card.path.stat().st_mtime), reverse=True)
    return Listing(tuple(cards), tuple(problems))


def free_name(folder: Path, name: str) -> Path:
    """Returns a file in `folder` that does not exist, called `name`, 'name 2', 'name 3' ...

    Raises:
        InputError: Nothing of the name can be used for a file.
    """
    clean = _FORBIDDEN.sub("", name).strip(" .")[:100]
    if not clean:
        raise InputError(f"'{name}' cannot name a file. Use letters and digits.")
    path, count = folder / f"{clean}{SUFFIX}", 1
    while path.exists():
        count += 1
        path = folder / f"{clean} {count}{SUFFIX}"
    return path


def copy_profile(source: Path, folder: Path, name: str) -> Path:
    """Copies a profile into a folder under a free name and returns the new file: duplicate, import, checkpoint.

    Raises:
        InputError: The file is no profile, or damaged.
        OutputError: The folder cannot be written to.
    """
    read_profile(source)
    target = free_name(folder, name)
    write_bytes(target, source.read_bytes())
    return target


def export_profile(source: Path, target: Path) -> Path:
    """Copies a profile to a file that the artist chose, and returns it.

    Raises:
        InputError: The profile is damaged.
        OutputError: The place cannot be written to.
    """
    read_profile(source)
    chosen = target if target.suffix == SUFFIX else target.with_name(f"{target.name}{SUFFIX}")
    if chosen.is_dir():
        raise OutputError(f"'{chosen}' is a folder. Choose the name of a file.")
    write_bytes(chosen, source.read_bytes())
    return chosen


def replace_profile(target: Path, source: Path) -> None:
    """Puts a checkpoint in the place of a run's profile.

    Raises:
        InputError: The checkpoint is damaged.
        OutputError: The profile cannot be written.
    """
    read_profile(source)
    write_bytes(target, source.read_bytes())


def rename_profile(path: Path, name: str) -> Path:
    """Gives a profile another file name and returns the new path.

    Raises:
        InputError: The name cannot be used.
        OutputError: The file cannot be renamed.
    """
    target = free_name(path.parent, name)
    try:
        path.rename(target)
    except OSError as error:
        raise output_error(error, target) from error
    return target


def rename_parts(path: Path, names: Mapping[int, str]) -> PartSet:
    """Renames parts of a profile without learning: only the name table changes, tensors stay to the bit.

    Args:
        path: The profile.
        names: New name by part id; channel names stay, so that Cryptomatte hashes and layers do.

    Raises:
        InputError: The profile is damaged, there is no such part, or two parts would share a name.
        OutputError: The file cannot be written; it is as it was.
    """
    profile = read_profile(path)
    for part_id in names:
        profile.parts.by_id(part_id)
    parts = PartSet(tuple(replace(part, name=names.get(part.id, part.name).strip()) for part in profile.parts))
    settings = dict(profile.settings)
    if profile.backbone == "quick" and "channels" not in settings:
        # An older file goes by the order of its names, which the new names would change.
        settings["channels"] = [part.id for part in sorted(profile.parts, key=lambda part: part.name)]
    write_bytes(path, with_header(path.read_bytes(), {"parts": parts.to_json(), "settings": settings}))
    return parts


def delete_profile(path: Path) -> Path:
    """Moves a profile to the trash beside it and returns where it is now.

    Raises:
        OutputError: It cannot be moved.
    """
    trash = path.parent / _TRASH
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    return _moved(path, trash / f"{path.stem}.{stamp}{SUFFIX}")


def restore_profile(trashed: Path, original: Path) -> Path:
    """Brings a profile back from the trash and returns its path.

    Raises:
        OutputError: It cannot be moved.
    """
    return _moved(trashed, original if not original.exists() else free_name(original.parent, original.stem))


def _moved(path: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    except (OSError, shutil.Error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise output_error(error, target) from error
        raise OutputError(f"'{path}' could not be moved ({error}). It is where it was.") from error
    return target
