"""Finding media that were moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.domain.project import Project

_LOOKED_AT = 20_000
"""Files that are looked at below the folder the artist names; a whole server would take minutes."""


def missing_media(project: Project) -> tuple[Path, ...]:
    """Returns the paths of images and clips that are not there, without repeats."""
    wanted = [r.still for r in project.references if r.still is not None]
    wanted += [clip.path for clip in project.clips if not _is_pattern(clip.path)]
    return tuple(dict.fromkeys(path for path in wanted if not path.exists()))


def found_in(missing: Iterable[Path], folder: Path) -> dict[Path, Path]:
    """Returns new places of missing media in or below `folder`: same name, and the longest common end of the path."""
    by_name: dict[str, list[Path]] = {}
    for count, path in enumerate(folder.rglob("*")):
        if count >= _LOOKED_AT:
            break
        by_name.setdefault(path.name, []).append(path)
    by_name.setdefault(folder.name, []).append(folder)
    found = {}
    for path in missing:
        candidates = by_name.get(path.name)
        if candidates:
            found[path] = max(candidates, key=lambda candidate: _common_end(candidate, path))
    return found


def relinked(project: Project, places: dict[Path, Path]) -> Project:
    """Returns the project with media at their new places."""
    return replace(
        project,
        references=tuple(
            replace(r, still=places.get(r.still, r.still)) if r.still is not None else r for r in project.references
        ),
        clips=tuple(replace(clip, path=places.get(clip.path, clip.path)) for clip in project.clips),
    )


def _common_end(first: Path, second: Path) -> int:
    count = 0
    for a, b in zip(reversed(first.parts), reversed(second.parts), strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_pattern(path: Path) -> bool:
    return "#" in path.name or "%0" in path.name
