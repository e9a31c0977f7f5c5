"""A project as JSON and back. Keys that this version does not know are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.parts import PartSet
from engine.domain.project import PaintRules, Project, ProjectClip, ProjectReference
from engine.errors import READING_FAULTS, InputError
from engine.project_io.layout import inner_path, media_from_json, media_to_json
from engine.project_io.upgrades import SCHEMA_VERSION, upgraded

_PROJECT_KEYS = ("schema_version", "revision", "name", "parts", "references", "clips", "rules", "next")
_REFERENCE_KEYS = ("id", "name", "size", "still", "clip", "frame", "holdout", "areas", "labels", "coverage")
_CLIP_KEYS = ("id", "name", "media", "colour_space")


@dataclass(frozen=True)
class LabelFiles:
    """Where a reference's pixels lie, relative to the project folder; None where there is no such file.

    Attributes:
        labels: Palette PNG, or None where all is background.
        coverage: Grey PNG, or None where coverage is full everywhere.
    """

    labels: str | None = None
    coverage: str | None = None


@dataclass(frozen=True)
class StoredProject:
    """What a project file says.

    Attributes:
        project: The project.
        files: Label files by reference id.
        revision: Counts the saves; a journal belongs to one revision.
    """

    project: Project
    files: Mapping[str, LabelFiles] = field(default_factory=dict)
    revision: int = 0


def to_text(stored: StoredProject, folder: Path) -> str:
    """Returns the JSON text of a project that lies in `folder`."""
    project = stored.project
    document = {
        **project.extra,
        "schema_version": SCHEMA_VERSION,
        "revision": stored.revision,
        "name": project.name,
        "parts": project.parts.to_json(),
        "references": [_reference_to_json(r, stored.files.get(r.id, LabelFiles()), folder) for r in project.references],
        "clips": [
            {
                **clip.extra,
                "id": clip.id,
                "name": clip.name,
                "media": media_to_json(clip.path, folder),
                "colour_space": clip.colour_space,
            }
            for clip in project.clips
        ],
        "rules": {
            "protect_others": project.rules.protect_others,
            "mirror": project.rules.mirror,
            "mirror_pairs": [list(pair) for pair in project.rules.mirror_pairs],
        },
        "next": {"part": project.next_part, "reference": project.next_reference, "clip": project.next_clip},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def from_text(text: str, folder: Path) -> StoredProject:
    """Reads the JSON text of a project that lies in `folder`.

    Raises:
        InputError: The text is damaged, of a newer version, or its values make no project.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"The project file is damaged ({error}).") from error
    if not isinstance(document, dict):
        raise InputError("The project file is damaged: it holds no project.")
    document = upgraded(document)
    try:
        return _stored(document, folder)
    except READING_FAULTS as error:
        raise InputError(f"The project file is damaged ({type(error).__name__}: {error}).") from error


def _stored(document: Mapping[str, Any], folder: Path) -> StoredProject:
    parts = PartSet.from_json(document["parts"])
    rules, following = document.get("rules", {}), document.get("next", {})
    rows = document["references"]
    project = Project(
        name=str(document["name"]),
        parts=parts,
        references=tuple(_reference(row, folder) for row in rows),
        clips=tuple(_clip(row, folder) for row in document.get("clips", [])),
        rules=PaintRules(
            protect_others=bool(rules.get("protect_others", False)),
            mirror=bool(rules.get("mirror", False)),
            mirror_pairs=tuple((int(a), int(b)) for a, b in rules.get("mirror_pairs", [])),
        ),
        next_part=max(int(following.get("part", 1)), max(parts.ids, default=0) + 1),
        next_reference=max(int(following.get("reference", 1)), _highest(row["id"] for row in rows) + 1),
        next_clip=max(int(following.get("clip", 1)), _highest(c["id"] for c in document.get("clips", [])) + 1),
        extra=_unknown(document, _PROJECT_KEYS),
    )
    files = {row["id"]: LabelFiles(row.get("labels"), row.get("coverage")) for row in rows}
    for names in files.values():
        for name in (names.labels, names.coverage):
            if name is not None:
                inner_path(folder, name)
    return StoredProject(project, files, int(document.get("revision", 0)))


def _reference_to_json(reference: ProjectReference, files: LabelFiles, folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = {
        **reference.extra,
        "id": reference.id,
        "name": reference.name,
        "size": [reference.width, reference.height],
        "holdout": reference.holdout,
        "areas": {str(part_id): area for part_id, area in reference.areas.items()},
        "labels": files.labels,
        "coverage": files.coverage,
    }
    if reference.still is not None:
        row["still"] = media_to_json(reference.still, folder)
    else:
        row["clip"], row["frame"] = reference.clip_id, reference.frame
    return row


def _reference(row: Mapping[str, Any], folder: Path) -> ProjectReference:
    width, height = row["size"]
    return ProjectReference(
        id=row["id"],
        name=str(row["name"]),
        width=int(width),
        height=int(height),
        still=media_from_json(row["still"], folder) if row.get("still") is not None else None,
        clip_id=row.get("clip"),
        frame=None if row.get("frame") is None else int(row["frame"]),
        holdout=bool(row.get("holdout", False)),
        areas={int(part_id): int(area) for part_id, area in row.get("areas", {}).items()},
        extra=_unknown(row, _REFERENCE_KEYS),
    )


def _clip(row: Mapping[str, Any], folder: Path) -> ProjectClip:
    return ProjectClip(
        id=row["id"],
        path=media_from_json(row["media"], folder),
        name=str(row["name"]),
        colour_space=str(row.get("colour_space", "auto")),
        extra=_unknown(row, _CLIP_KEYS),
    )


def _unknown(row: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in known}


def _highest(ids: Iterable[str]) -> int:
    return max((int(value[1:]) for value in ids), default=0)
