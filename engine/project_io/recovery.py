"""What a crash left behind, and the project with it put back."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.domain.edits import LabelLayer
from engine.domain.labels import Painted
from engine.domain.project import Project
from engine.errors import READING_FAULTS, InputError, InternalError
from engine.project_io.folder import ProjectFolder
from engine.project_io.journal import JournalContent, LabelsChanged, discard_journal, read_journal
from engine.project_io.layout import JOURNAL_FILE
from engine.project_io.schema import from_text


@dataclass(frozen=True)
class Recovery:
    """Unsaved work that was found.

    Attributes:
        content: The journal.
        changed_at: When the last change was made.
        num_changes: Number of changes.
        references: Names of the references that were painted on.
    """

    content: JournalContent
    changed_at: datetime
    num_changes: int
    references: tuple[str, ...]


def find_recovery(folder: ProjectFolder) -> Recovery | None:
    """Returns what an earlier run left unsaved, or None.

    A journal of another save holds nothing that the project does not have, and is ignored.

    Raises:
        InputError: There is a journal, but it cannot be read.
    """
    content = read_journal(folder.path)
    if content is None or content.revision != folder.stored.revision or not content.records:
        return None
    project = _last_project(content, folder)
    painted = dict.fromkeys(r.reference_id for r in content.records if isinstance(r, LabelsChanged))
    names = tuple(project.reference(i).name for i in painted if project.has_reference(i))
    changed = datetime.fromtimestamp((folder.path / JOURNAL_FILE).stat().st_mtime).astimezone()
    return Recovery(content, changed, len(content.records), names)


def recovered(folder: ProjectFolder, recovery: Recovery) -> tuple[Project, dict[str, Painted]]:
    """Returns the project as it was at the last change, with the pixels of the references that differ from the save.

    Raises:
        InputError: The saved labels that the changes go on from cannot be read.
    """
    project = _last_project(recovery.content, folder)
    layers: dict[str, LabelLayer] = {}
    saved = folder.stored.project
    for record in recovery.content.records:
        if not isinstance(record, LabelsChanged):
            continue
        layer = layers.get(record.reference_id)
        if layer is None:
            if saved.has_reference(record.reference_id):
                painted = folder.read_labels(saved.reference(record.reference_id))
                layer = LabelLayer(painted.labels, painted.coverage)
            else:
                height, width = record.tiles.shape
                known = project.has_reference(record.reference_id)
                place = project.reference(record.reference_id) if known else None
                if place is None or (place.width, place.height) != (width, height):
                    continue  # nobody will ask for its pixels
                layer = LabelLayer.empty(width, height)
            layers[record.reference_id] = layer
        try:
            layer.apply(record.tiles)
        except READING_FAULTS + (zlib.error, InternalError) as error:
            raise InputError(
                f"The unsaved work in '{folder.path / JOURNAL_FILE}' is damaged ({error}). What was saved is whole: "
                "open the project as it was last saved."
            ) from error
    return project, {i: layer.painted() for i, layer in layers.items() if project.has_reference(i)}


def discard_recovery(path: Path) -> None:
    """Removes unsaved work that the artist does not want."""
    discard_journal(path)


def _last_project(content: JournalContent, folder: ProjectFolder) -> Project:
    for record in reversed(content.records):
        if not isinstance(record, LabelsChanged):
            try:
                return from_text(record.text, folder.path).project
            except InputError:
                continue
    return folder.stored.project
