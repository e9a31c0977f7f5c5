"""A shot list as the window keeps it in a project: shots, profiles, where results go, and what became of each shot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from engine.api.segment_request import SegmentRequest
from engine.atomic import write_text
from engine.batch.shot import PLAIN_OPTIONS, SETTING_NAMES, Shot, safe_name
from engine.batch.work import ShotOutcome, outcome_from_json
from engine.domain.frames import FrameRange
from engine.domain.profile import BACKBONES
from engine.domain.settings import Preset
from engine.errors import InputError
from engine.project_io.layout import media_from_json, media_to_json

SHOTS_FOLDER = "shots"
"""Inside a project: the plan, and the results where no other place was chosen."""
PLAN_NAME = "shots.json"
_SCHEMA_VERSION = 1
_MOST_BYTES = 64 << 20
_DAMAGES = (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class BatchPlan:
    """A list with all that was decided about it.

    Attributes:
        shots: As they were listed, with their own values.
        profiles: Profiles for shots that name none of their own.
        out: Folder for the results, or None for the project's own.
        preset: For shots that name none of their own.
        outcomes: What became of shots, by name.
        made_from: Digest of what each outcome was made from, by shot name.
    """

    shots: tuple[Shot, ...] = ()
    profiles: tuple[Path, ...] = ()
    out: Path | None = None
    preset: Preset = "standard"
    outcomes: Mapping[str, ShotOutcome] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)


def plan_path(project: Path) -> Path:
    """Returns where the plan of a project lies."""
    return project / SHOTS_FOLDER / PLAN_NAME


def write_plan(project: Path, plan: BatchPlan) -> None:
    """Writes the plan whole or not at all.

    Raises:
        OutputError: The project cannot be written to.
    """
    table = {
        "schema_version": _SCHEMA_VERSION,
        "shots": [_shot_to_json(shot, project) for shot in plan.shots],
        "profiles": [media_to_json(path, project) for path in plan.profiles],
        "out": media_to_json(plan.out, project) if plan.out is not None else None,
        "preset": plan.preset,
        "outcomes": [outcome.to_json() for outcome in plan.outcomes.values()],
        "made_from": dict(plan.made_from),
    }
    write_text(plan_path(project), json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def read_plan(project: Path) -> BatchPlan:
    """Returns the plan of a project; an empty one where there is none.

    Raises:
        InputError: It is damaged, or from a newer version.
    """
    path = plan_path(project)
    if not path.is_file():
        return BatchPlan()
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large for a list of shots")
        return _plan(json.loads(path.read_text(encoding="utf-8")), project)
    except _DAMAGES as error:
        raise InputError(f"The shot list '{path}' is damaged ({error}). Results are untouched.") from error
    except InputError as error:
        raise InputError(f"The shot list '{path}' cannot be used. {error}") from error


def _plan(table: Mapping[str, Any], project: Path) -> BatchPlan:
    if table["schema_version"] != _SCHEMA_VERSION:
        raise InputError("It was written by another version. Update SMITE Studio to open it.")
    if table["preset"] not in get_args(Preset):
        raise ValueError(f"unknown preset '{table['preset']}'")
    outcomes = [outcome_from_json(row) for row in table["outcomes"]]
    shots = tuple(_shot(row, project) for row in table["shots"])
    if len({shot.name.casefold() for shot in shots}) < len(shots):
        raise ValueError("two shots share a name")
    return BatchPlan(
        shots,
        tuple(media_from_json(row, project) for row in table["profiles"]),
        _path(table["out"], project),
        table["preset"],
        {outcome.shot: outcome for outcome in outcomes},
        {str(name): str(digest) for name, digest in table["made_from"].items()},
    )


def _shot_to_json(shot: Shot, project: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"name": shot.name, "clip": media_to_json(shot.clip, project)}
    for name, path in (("profile", shot.profile), ("anchors", shot.anchors), ("out", shot.out)):
        row[name] = media_to_json(path, project) if path is not None else None
    row["range"] = str(shot.frame_range) if shot.frame_range is not None else None
    row["options"] = dict(shot.options)
    return row


def _shot(row: Mapping[str, Any], project: Path) -> Shot:
    options = dict(row["options"])
    unknown = set(options) - {*SETTING_NAMES, *PLAIN_OPTIONS}
    if unknown or options.get("backbone") not in (None, *BACKBONES):
        raise ValueError(f"unknown options of a shot: {options}")
    if row["name"] != safe_name(row["name"]):
        raise ValueError(f"'{row['name']}' cannot name a folder")
    shot = Shot(
        row["name"],
        media_from_json(row["clip"], project),
        _path(row["profile"], project),
        _path(row["anchors"], project),
        FrameRange.parse(row["range"]) if row["range"] is not None else None,
        options,
        _path(row["out"], project),
    )
    shot.request(SegmentRequest(shot.clip, project))  # settings that make no sense are refused now
    return shot


def _path(value: Any, project: Path) -> Path | None:
    return media_from_json(value, project) if value is not None else None
