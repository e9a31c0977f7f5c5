"""Shot lists: which clips, with which profile and settings, under which name. Read from a folder, a CSV or OTIO."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.api.segment_request import SegmentRequest
from engine.batch.shot import PLAIN_OPTIONS, SETTING_NAMES, Shot, safe_name
from engine.domain.frames import FrameRange
from engine.domain.profile import BACKBONES
from engine.errors import InputError
from engine.media.clip import VIDEO_SUFFIXES
from engine.media.sequence_files import find_sequence

TIMELINE_SUFFIX = ".otio"
_MOST_SHOTS = 100_000
_MOST_BYTES = 256 << 20
_PATHS = ("clip", "profile", "anchors")
_PLAIN = ("shot", *_PATHS, "range", *PLAIN_OPTIONS)


def read_shots(path: Path) -> tuple[Shot, ...]:
    """Reads a shot list.

    Args:
        path: A folder (each video and each folder of frames in it is a shot), a `.csv` with the columns shot and clip
            and any of profile, anchors, range, backbone, colour_space, cuts and the names of settings; or a `.otio`
            timeline. Paths in files count from where the file lies.

    Raises:
        InputError: It cannot be read, names a column or value that is not known, or holds no shot.
    """
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise InputError(f"'{path}' is too large for a shot list. Give a folder of shots, a .csv or an .otio file.")
    if path.is_dir():
        shots = _from_folder(path)
    elif path.suffix.lower() == ".csv":
        shots = _from_csv(path)
    elif path.suffix.lower() == TIMELINE_SUFFIX:
        from engine.batch.timeline import shots_of_timeline

        shots = shots_of_timeline(path)
    else:
        raise InputError(f"'{path}' is no shot list. Give a folder of shots, a .csv or an .otio file.")
    if not shots:
        raise InputError(f"'{path}' holds no shot. A shot is a video or a folder of frames.")
    if len(shots) > _MOST_SHOTS:
        raise InputError(f"'{path}' has {len(shots)} shots; at most {_MOST_SHOTS} are taken. Split the list.")
    return _unique(shots, path)


def with_profiles(shots: Sequence[Shot], profiles: Sequence[Path]) -> tuple[Shot, ...]:
    """Returns the shots with their profiles: one that names none gets the batch's, once for each where there are more.

    Args:
        shots: As they were listed.
        profiles: The batch's profiles. With several, shot "sh010" becomes "sh010 car", "sh010 driver" ...

    Raises:
        InputError: Two profiles have the same file name.
    """
    names = [safe_name(profile.stem) for profile in profiles]
    if len({name.casefold() for name in names}) < len(names):
        raise InputError(f"Two profiles share a name: {', '.join(names)}. Results are named by it; rename one.")
    found: list[Shot] = []
    for shot in shots:
        if shot.profile is not None or not profiles:
            found.append(shot)
        elif len(profiles) == 1:
            found.append(replace(shot, profile=profiles[0]))
        else:
            listed = shot.listed or shot.name
            found += [
                replace(
                    shot,
                    name=safe_name(f"{shot.name} {name}"),
                    profile=profile,
                    listed=listed,
                    out=shot.out / name if shot.out is not None else None,
                )
                for name, profile in zip(names, profiles, strict=True)
            ]
    return _unique(found, "the list")


def _from_folder(folder: Path) -> list[Shot]:
    shots = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_file() and entry.suffix.lower() in VIDEO_SUFFIXES:
            shots.append(Shot(safe_name(entry.stem), entry.absolute()))
        elif entry.is_dir() and _is_sequence(entry):
            shots.append(Shot(safe_name(entry.name), entry.absolute()))
    return shots


def _is_sequence(folder: Path) -> bool:
    try:
        find_sequence(folder)
    except InputError:
        return False
    return True


def _from_csv(path: Path) -> list[Shot]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            columns = [name.strip() for name in rows.fieldnames or ()]
            _check_columns(columns, path)
            table = [{(key or "").strip(): value for key, value in row.items()} for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The shot list '{path}' cannot be read ({error}).") from error
    return [_from_row(row, path, line) for line, row in enumerate(table, start=2)]


def _check_columns(columns: Sequence[str], path: Path) -> None:
    unknown = [name for name in columns if name not in (*_PLAIN, *SETTING_NAMES)]
    if unknown:
        known = ", ".join((*_PLAIN, *SETTING_NAMES))
        raise InputError(f"The shot list '{path}' has unknown columns: {', '.join(unknown)}. Known: {known}.")
    if "clip" not in columns:
        raise InputError(f"The shot list '{path}' has no column 'clip'. Its first line must name the columns.")


def _from_row(row: Mapping[str, Any], path: Path, line: int) -> Shot:
    if "" in row:
        raise InputError(f"Line {line} of '{path}' has more values than there are columns.")
    values = {key: value.strip() for key, value in row.items() if isinstance(value, str) and value.strip()}
    if "clip" not in values:
        raise InputError(f"Line {line} of '{path}' names no clip.")
    try:
        found = {key: (path.parent / values[key]).absolute() for key in _PATHS if key in values}
        options = {key: _option(key, values[key]) for key in values if key not in ("shot", "range", *_PATHS)}
        shot = Shot(
            safe_name(values.get("shot", Path(values["clip"]).stem)),
            found["clip"],
            found.get("profile"),
            found.get("anchors"),
            FrameRange.parse(values["range"]) if "range" in values else None,
            options,
        )
        shot.request(SegmentRequest(found["clip"], path.parent))  # values of settings are checked now, not in an hour
    except InputError as error:
        raise InputError(f"Line {line} of '{path}': {error}") from error
    return shot


def _option(key: str, text: str) -> Any:
    if key in ("window", "seed"):
        if not text.lstrip("-").isdigit():
            raise InputError(f"{key} must be a whole number; got '{text}'.")
        return int(text)
    if key == "backbone" and text not in BACKBONES:
        raise InputError(f"backbone must be one of {', '.join(BACKBONES)}; got '{text}'.")
    return text


def _unique(shots: Sequence[Shot], path: Path | str) -> tuple[Shot, ...]:
    seen: dict[str, Shot] = {}
    for shot in shots:
        if shot.name.casefold() in seen:
            raise InputError(
                f"Two shots of '{path}' are called '{shot.name}'. Give each its own name: it names the result's folder."
            )
        seen[shot.name.casefold()] = shot
    return tuple(shots)
