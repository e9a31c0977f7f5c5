"""Which files make up an image sequence: from a folder, one of its files, or a pattern like name.####.exr."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from engine.domain.frames import FrameRange, frames_text
from engine.errors import InputError
from engine.media.stills import IMAGE_SUFFIXES

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<digits>\d+)(?P<suffix>\D*)", re.DOTALL)
_PATTERN = re.compile(r"%(?:0(?P<width>\d+))?d|(?P<hashes>#+)")
_MAX_CHOICES = 6
_GENERIC_FOLDERS = ("images", "jpegimages", "frames")


@dataclass(frozen=True)
class SequenceFiles:
    """The files of one clip by frame number.

    Attributes:
        name: What the clip is called: the folder where one was given, else the part before the digits.
        paths: Path of each frame, keys ascending.
        ignored: Images of the folder that do not belong to the sequence.
    """

    name: str
    paths: dict[int, Path]
    ignored: tuple[Path, ...] = ()

    @property
    def gaps(self) -> tuple[FrameRange, ...]:
        """Missing numbers between the first and the last frame."""
        numbers = list(self.paths)
        return tuple(FrameRange(a + 1, b) for a, b in pairwise(numbers) if b > a + 1)


@dataclass(frozen=True, order=True)
class _Key:
    """What the names of a sequence's files share."""

    prefix: str
    suffix: str
    extension: str

    @property
    def label(self) -> str:
        return f"{self.prefix}####{self.suffix}{self.extension}"


def is_pattern(path: Path) -> bool:
    """Returns whether the name holds %04d or #### and no file is really called so."""
    return _PATTERN.search(path.name) is not None and not path.exists()


def find_sequence(path: Path) -> SequenceFiles:
    """Returns the sequence that a folder, one image file or a pattern stands for.

    A folder must hold one sequence; images without a number beside it are left out. An image file stands for the
    sequence it belongs to, or for a clip of one frame. Hidden files and files of other kinds are never looked at.

    Raises:
        InputError: There is nothing to read, or more than one choice; the sentence lists them.
    """
    if is_pattern(path):
        return _from_pattern(path)
    return _from_folder(path) if path.is_dir() else _from_file(path)


def image_files(folder: Path) -> list[Path]:
    """Returns the visible image files of a folder, by name.

    Raises:
        InputError: The folder does not exist or may not be read.
    """
    try:
        found = [p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith(".")]
    except OSError as error:
        raise InputError(f"'{folder}' cannot be read: {error.strerror}.") from error
    return sorted(p for p in found if p.is_file())


def _from_folder(folder: Path) -> SequenceFiles:
    files = image_files(folder)
    if not files:
        endings = ", ".join(suffix[1:] for suffix in IMAGE_SUFFIXES)
        raise InputError(f"'{folder}' holds no images ({endings}). Give a folder of frames or a video file.")
    groups = _grouped(files)
    if len(groups) > 1:
        choices = [f"{key.label} ({frames_text(sorted(_numbers(found)))})" for key, found in sorted(groups.items())]
        shown = "; ".join(choices[:_MAX_CHOICES]) + ("; ..." if len(choices) > _MAX_CHOICES else "")
        raise InputError(f"'{folder}' holds {len(groups)} sequences: {shown}. Give the one you want by its pattern.")
    if groups:
        (key, found), *_ = groups.items()
        members = set(found)
        # Folders like JPEGImages say nothing of the shot.
        name = _folder_name(folder.resolve().parent if folder.name.lower() in _GENERIC_FOLDERS else folder)
        return replace(_sequence(key, found), name=name, ignored=tuple(p for p in files if p not in members))
    if len(files) == 1:
        return SequenceFiles(files[0].stem, {0: files[0]})
    raise InputError(
        f"The {len(files)} images in '{folder}' carry no frame numbers ('{files[0].name}'). "
        "Give one of them, or number them like name.0001.png."
    )


def _from_file(path: Path) -> SequenceFiles:
    if not path.is_file():
        raise InputError(f"'{path}' does not exist.")
    key = _key(path)
    if key is None:
        return SequenceFiles(path.stem, {0: path})
    siblings = image_files(path.parent)
    return _sequence(key, [p for p in siblings if _key(p) == key] or [path])


def _from_pattern(path: Path) -> SequenceFiles:
    match = list(_PATTERN.finditer(path.name))[-1]
    width = int(match["width"] or 1) if match["hashes"] is None else len(match["hashes"])
    before, after = path.name[: match.start()], path.name[match.end() :]
    name = re.compile(rf"{re.escape(before)}(\d{{{width},}}){re.escape(after)}", re.DOTALL)
    if not path.parent.is_dir():
        raise InputError(f"The folder '{path.parent}' does not exist.")
    found = {p: m for p in image_files(path.parent) if (m := name.fullmatch(p.name))}
    if not found:
        raise InputError(f"No image in '{path.parent}' is named like '{path.name}'.")
    numbered = sorted((int(m[1]), p) for p, m in found.items())
    _check_unique(numbered)
    return SequenceFiles(_clip_name(before, path.parent), dict(numbered))


def _grouped(files: Iterable[Path]) -> dict[_Key, list[Path]]:
    groups: dict[_Key, list[Path]] = {}
    for path in files:
        key = _key(path)
        if key is not None:
            groups.setdefault(key, []).append(path)
    return groups


def _key(path: Path) -> _Key | None:
    match = _split(path)
    return None if match is None else _Key(match["prefix"], match["suffix"], path.suffix.lower())


def _split(path: Path) -> re.Match[str] | None:
    """Returns prefix, last run of digits and suffix of a file's stem."""
    # A greedy prefix would leave one digit: the lazy one grows until the digits reach the last run.
    return _NUMBERED.fullmatch(path.stem)


def _numbers(files: Iterable[Path]) -> list[int]:
    return [int(match["digits"]) for path in files if (match := _split(path))]


def _sequence(key: _Key, files: list[Path]) -> SequenceFiles:
    numbered = sorted(zip(_numbers(files), files, strict=True))
    _check_unique(numbered)
    return SequenceFiles(_clip_name(key.prefix, files[0].parent), dict(numbered))


def _check_unique(numbered: list[tuple[int, Path]]) -> None:
    for (number, path), (following, other) in pairwise(numbered):
        if number == following:
            raise InputError(f"'{path.name}' and '{other.name}' are both frame {number}. Move one of them away.")


def _clip_name(prefix: str, folder: Path) -> str:
    return prefix.rstrip("._- ") or _folder_name(folder)


def _folder_name(folder: Path) -> str:
    return folder.resolve().name or "clip"
