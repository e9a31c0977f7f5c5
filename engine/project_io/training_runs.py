"""Training runs of a project: each a folder with the references as they were, checkpoints, and what was asked."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from engine.atomic import write_text
from engine.domain.profile import BACKBONES, Backbone
from engine.domain.settings import TrainSettings
from engine.errors import READING_FAULTS, InputError

TRAINING_FOLDER = "training"
PROFILE_FOLDER = "profiles"
_TABLE = "run.json"
_SCHEMA_VERSION = 1
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\ud800-\udfff]')

RunState = Literal["begun", "stopped", "failed", "done"]


@dataclass(frozen=True)
class TrainingRecord:
    """One run. Paths follow from where its folder lies, so that a project may be moved.

    Attributes:
        folder: The run's folder inside the project.
        name: Name of the profile that it makes.
        backbone: Which backbone learns.
        settings: How.
        start: Profile that it goes on from, or None.
        state: begun (also after a crash), stopped, failed or done.
        made_from: Digest of what was painted when it was begun, or "" where that is not known.
    """

    folder: Path
    name: str
    backbone: Backbone
    settings: TrainSettings
    start: Path | None = None
    state: RunState = "begun"
    made_from: str = ""

    @property
    def references(self) -> Path:
        """Folder of the snapshot of references."""
        return self.folder / "references"

    @property
    def profile(self) -> Path:
        """The profile that it writes."""
        return self.folder.parent.parent / PROFILE_FOLDER / f"{self.name}.safetensors"


def new_record(
    project: Path, name: str, backbone: Backbone, settings: TrainSettings, start: Path | None
) -> TrainingRecord:
    """Returns a run with a folder and a profile name that nobody has yet; nothing is written.

    Raises:
        InputError: Nothing of the name can be used for a file.
    """
    clean = _FORBIDDEN.sub("", name).strip(" .")[:100]
    if not clean:
        raise InputError(f"'{name}' cannot name a profile. Use letters and digits.")
    taken = {path.stem for path in (project / PROFILE_FOLDER).glob("*.safetensors")}
    taken |= {record.name for record in training_records(project)}
    free, count = clean, 1
    while free in taken:
        count += 1
        free = f"{clean} {count}"
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    return TrainingRecord(project / TRAINING_FOLDER / stamp, free, backbone, settings, start)


def write_record(record: TrainingRecord) -> None:
    """Writes what was asked and where the run stands; raises OutputError where that fails."""
    table = {
        "schema_version": _SCHEMA_VERSION,
        "name": record.name,
        "backbone": record.backbone,
        "settings": asdict(record.settings),
        "start": str(record.start) if record.start is not None else None,
        "state": record.state,
        "made_from": record.made_from,
    }
    write_text(record.folder / _TABLE, json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def training_records(project: Path) -> tuple[TrainingRecord, ...]:
    """Returns the runs of a project, oldest first; damaged ones are left out."""
    found = [_record(path) for path in sorted((project / TRAINING_FOLDER).glob(f"*/{_TABLE}"))]
    return tuple(record for record in found if record is not None)


def in_state(record: TrainingRecord, state: RunState) -> TrainingRecord:
    """Writes that a run is in another state, and returns it; raises OutputError where that fails."""
    changed = replace(record, state=state)
    write_record(changed)
    return changed


def delete_run(record: TrainingRecord) -> None:
    """Removes a run's folder; its profile stays."""
    shutil.rmtree(record.folder, ignore_errors=True)


def _record(path: Path) -> TrainingRecord | None:
    try:
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        name, backbone, state = str(table["name"]), table["backbone"], table["state"]
        if backbone not in BACKBONES or state not in ("begun", "stopped", "failed", "done") or _FORBIDDEN.search(name):
            return None
        start = Path(table["start"]) if table.get("start") else None
        settings, made_from = TrainSettings(**table["settings"]), str(table.get("made_from", ""))
        return TrainingRecord(path.parent, name, backbone, settings, start, state, made_from)
    except READING_FAULTS + (InputError,):
        return None
