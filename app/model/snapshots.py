"""Writing the references of a run beside the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from app.model.document import Document
from engine.api.reference_snapshot import SnapshotRow, write_snapshot
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.project import Project, ProjectReference
from engine.errors import EngineError
from engine.project_io.folder import open_project


@dataclass(frozen=True)
class SnapshotOrder:
    """What is to be written.

    Attributes:
        project_folder: Where saved labels lie.
        target: The new folder.
        references: The references that take part.
        unsaved: Pixels that no save has, by reference id.
        rows: A row without labels for each reference, then one that is only looked at, where there is one.
        parts: The part table.
        watched: Name of the row that previews are drawn on, or "".
    """

    project_folder: Path
    target: Path
    references: tuple[ProjectReference, ...]
    unsaved: dict[str, Painted]
    rows: tuple[SnapshotRow, ...]
    parts: PartSet
    watched: str


class SnapshotWriter(QObject):
    """Writes snapshots, one at a time.

    Signals:
        written(object, str): The target folder, and why it could not be written, or "".
    """

    written = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def write(self, order: SnapshotOrder) -> None:
        """Writes a snapshot; `written` says when it is there."""
        self._pool.start(_Write(order, self.written.emit))

    def shut_down(self) -> None:
        """Waits for the other thread to end."""
        self._pool.clear()
        self._pool.waitForDone()


class _Write(QRunnable):
    def __init__(self, order: SnapshotOrder, report: Callable[[Path, str], object]) -> None:
        super().__init__()
        self._order, self._report = order, report

    def run(self) -> None:
        order = self._order
        try:
            saved = open_project(order.project_folder)
            rows = list(order.rows)
            for place, reference in enumerate(order.references):
                pixels = order.unsaved.get(reference.id) or saved.read_labels(reference)
                rows[place] = replace(rows[place], painted=pixels)
            write_snapshot(order.target, rows, order.parts, watched=order.watched)
        except EngineError as error:
            self._report(order.target, str(error))
            return
        self._report(order.target, "")


def order_for(
    document: Document,
    project_folder: Path,
    target: Path,
    references: tuple[ProjectReference, ...],
    *,
    watched: str,
    frame: tuple[str, int] | None,
) -> SnapshotOrder:
    """Returns what must be written for a run; pixels that no save has are copied now.

    Args:
        document: The open project.
        project_folder: Its folder.
        target: The snapshot's folder.
        references: Those that take part.
        watched: Reference id that previews are drawn on, "frame", or "".
        frame: Clip id and number of the frame that "frame" means.
    """
    project = document.project
    rows = [_row(project, reference) for reference in references]
    name = next((row.name for row, r in zip(rows, references, strict=True) if r.id == watched), "")
    if watched == "frame" and frame is not None:
        clip = project.clip(frame[0])
        known = [row for row in rows if (row.image, row.frame) == (clip.path, frame[1])]
        if not known:
            rows.append(SnapshotRow(f"{clip.name} {frame[1]} (watched)", clip.path, frame[1], clip.colour_space))
        name = (known or rows[-1:])[0].name
    unsaved = document.store.unsaved(references)
    return SnapshotOrder(project_folder, target, references, unsaved, tuple(rows), project.parts, name)


def _row(project: Project, reference: ProjectReference) -> SnapshotRow:
    if reference.still is not None:
        return SnapshotRow(reference.name, reference.still, None, holdout=reference.holdout)
    assert reference.clip_id is not None
    clip = project.clip(reference.clip_id)
    return SnapshotRow(reference.name, clip.path, reference.frame, clip.colour_space, reference.holdout)
