"""Results of a project's clips: several versions of each, in folders of their own beside a small table of facts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.atomic import output_error, write_text
from engine.domain.project import check_id
from engine.errors import READING_FAULTS, InputError, OutputError
from engine.results.record import RECORD_NAME

RESULT_FOLDER = "results"
_TABLE = "versions.json"
_SCHEMA_VERSION = 1
_NAME = re.compile(r"v(\d{3,6})")


@dataclass(frozen=True)
class ResultVersion:
    """One result of a clip.

    Attributes:
        clip_id: The clip.
        name: "v001", "v002" ...; never given again while the project lives.
        folder: Its result folder.
        made_by: What made it: "quick", "smite", "quick draft" ...
        made_at: ISO time at which it was begun.
        made_from: Digests of what it was made from (run_inputs.made_from), or "".
        base: Name of the version whose locked frames it keeps, or "".
        pinned: It cannot be deleted by mistake.
        note: What the artist wrote about it.
    """

    clip_id: str
    name: str
    folder: Path
    made_by: str = ""
    made_at: str = ""
    made_from: str = ""
    base: str = ""
    pinned: bool = False
    note: str = ""

    @property
    def begun(self) -> bool:
        """There is a result in the folder."""
        return (self.folder / RECORD_NAME).is_file()


@dataclass(frozen=True)
class ClipVersions:
    """The versions of one clip as they are on disk.

    Attributes:
        folder: Where they lie.
        clip_id: The clip.
        versions: Oldest first.
        chosen: Name of the version that is shown, or "".
        last: Number of the newest version that ever was.
    """

    folder: Path
    clip_id: str
    versions: tuple[ResultVersion, ...] = ()
    chosen: str = ""
    last: int = 0

    def version(self, name: str) -> ResultVersion:
        """Returns a version; raises InputError where there is none of this name."""
        for version in self.versions:
            if version.name == name:
                return version
        raise InputError(f"There is no result {name} of this clip. It may have been deleted in another window.")

    def adding(self, made_by: str, made_from: str, base: str) -> tuple[ClipVersions, ResultVersion]:
        """Returns the versions with a new one at their end, which is chosen, and the new one."""
        name = f"v{self.last + 1:03d}"
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        new = ResultVersion(self.clip_id, name, self.folder / name, made_by, now, made_from, base)
        return replace(self, versions=(*self.versions, new), chosen=name, last=self.last + 1), new

    def changing(self, version: ResultVersion) -> ClipVersions:
        """Returns the versions with the one of the same name replaced."""
        return replace(self, versions=tuple(version if v.name == version.name else v for v in self.versions))

    def without(self, name: str) -> ClipVersions:
        """Returns the versions without one; where it was chosen, the newest other one is."""
        rest = tuple(v for v in self.versions if v.name != name)
        chosen = self.chosen if self.chosen != name else (rest[-1].name if rest else "")
        return replace(self, versions=rest, chosen=chosen)


def read_versions(project: Path, clip_id: str) -> ClipVersions:
    """Returns the versions of a clip; a damaged table costs notes and pins, never a result.

    Args:
        project: The project's folder.
        clip_id: The clip.
    """
    check_id(clip_id)
    folder = project / RESULT_FOLDER / clip_id
    table = _table(folder)
    found: dict[str, ResultVersion] = {}
    for name, facts in _rows(table.get("versions")).items():
        if _NAME.fullmatch(name):
            found[name] = _version(clip_id, folder, name, facts)
    for path in folder.glob(f"v*/{RECORD_NAME}"):
        name = path.parent.name
        if _NAME.fullmatch(name) and name not in found:
            found[name] = ResultVersion(clip_id, name, path.parent)
    numbers = [int(name[1:]) for name in found]
    versions = tuple(found[name] for name in sorted(found, key=lambda name: int(name[1:])))
    chosen = str(table.get("chosen", ""))
    last = table.get("last")
    return ClipVersions(
        folder,
        clip_id,
        versions,
        chosen if chosen in found else (versions[-1].name if versions else ""),
        max([last if isinstance(last, int) else 0, *numbers]),
    )


def write_versions(versions: ClipVersions) -> None:
    """Writes the table whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    table = {
        "schema_version": _SCHEMA_VERSION,
        "chosen": versions.chosen,
        "last": versions.last,
        "versions": {
            version.name: {
                "made_by": version.made_by,
                "made_at": version.made_at,
                "made_from": version.made_from,
                "base": version.base,
                "pinned": version.pinned,
                "note": version.note,
            }
            for version in versions.versions
        },
    }
    write_text(versions.folder / _TABLE, json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def delete_version(versions: ClipVersions, name: str) -> ClipVersions:
    """Deletes a version and its files, and returns the others.

    Raises:
        InputError: It is pinned, or there is none.
        OutputError: The files cannot be removed.
    """
    version = versions.version(name)
    if version.pinned:
        raise InputError(f"{name} is pinned and was not deleted. Unpin it first.")
    rest = versions.without(name)
    write_versions(rest)
    if version.folder.exists():
        try:
            shutil.rmtree(version.folder)
        except OSError as error:
            raise output_error(error, version.folder) from error
    return rest


def bring_results(old: Path, new: Path, *, move: bool) -> None:
    """Brings what was made in a project to its new folder when it is saved under another name.

    Raises:
        OutputError: They cannot be written there; the old ones stay.
    """
    for name in (RESULT_FOLDER, "profiles", "training", "shots"):
        source = old / name
        if not source.is_dir():
            continue
        try:
            if move:
                shutil.move(source, new / name)
            else:
                shutil.copytree(source, new / name, dirs_exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise OutputError(
                f"The {name} of the project could not be brought to '{new}' ({error}). They stay in '{old}'."
            ) from error


def _version(clip_id: str, folder: Path, name: str, facts: Mapping[str, Any]) -> ResultVersion:
    return ResultVersion(
        clip_id,
        name,
        folder / name,
        made_by=str(facts.get("made_by", "")),
        made_at=str(facts.get("made_at", "")),
        made_from=str(facts.get("made_from", "")),
        base=str(facts.get("base", "")),
        pinned=facts.get("pinned") is True,
        note=str(facts.get("note", "")),
    )


def _table(folder: Path) -> Mapping[str, Any]:
    try:
        table = json.loads((folder / _TABLE).read_text(encoding="utf-8"))
    except READING_FAULTS:
        return {}
    return table if isinstance(table, dict) else {}


def _rows(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict):
        return {}
    return {str(name): facts for name, facts in value.items() if isinstance(facts, dict)}
