"""Opening, saving and closing projects: folder, lock, journal and recovery around the document."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.document import Document
from app.model.label_store import LabelStore
from engine.atomic import write_bytes
from engine.domain.edits import LabelEdit
from engine.domain.labels import Painted
from engine.domain.project import Project, ProjectReference
from engine.errors import InternalError, OutputError
from engine.project_io.folder import ProjectFolder, create_project
from engine.project_io.journal import Journal
from engine.project_io.layout import is_project
from engine.project_io.lock import LockOwner, ProjectLock, acquire, take_over
from engine.project_io.recovery import Recovery, find_recovery, recovered
from engine.project_io.relink import missing_media
from engine.project_io.schema import StoredProject, to_text
from engine.project_io.thumbnails import thumbnail_path
from engine.project_io.versions import bring_results

_SYNC_MS = 2_000
_JOURNAL_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Opened:
    """How a project was opened.

    Attributes:
        path: Its folder.
        holder: Who holds it, where it opened for reading only because of that.
        reason: Why it opened for reading only, or "".
        missing: Media that are not where they were.
    """

    path: Path
    holder: LockOwner | None
    reason: str
    missing: tuple[Path, ...]


class ProjectSession(QObject):
    """One open project at most.

    Signals:
        opened(object): A project was opened; `Opened`.
        leaving(): The project's folder is about to be closed or left for another one: whoever writes to it stops.
        closed(): No project is open.
        saved(): The project was saved.
        journalled(object): Work up to this time (datetime) would survive a crash.
    """

    opened = Signal(object)
    leaving = Signal()
    closed = Signal()
    saved = Signal()
    journalled = Signal(object)

    def __init__(self, document: Document, untitled_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._untitled_folder = untitled_folder
        self._folder: ProjectFolder | None = None
        self._lock: ProjectLock | None = None
        self._journal: Journal | None = None
        self._journal_limit = _JOURNAL_BYTES
        self._has_gaps = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SYNC_MS)
        self._timer.timeout.connect(self._on_sync)
        document.changed.connect(self._timer.start)
        document.recordFailed.connect(self._on_record_failed)

    @property
    def path(self) -> Path | None:
        """Folder of the open project."""
        return self._folder.path if self._folder is not None else None

    @property
    def untitled(self) -> bool:
        """The open project was never saved under a name."""
        return self._folder is not None and self._folder.path.parent == self._untitled_folder

    def unsaved_projects(self) -> list[Path]:
        """Returns folders of untitled projects that an earlier run left, newest first."""
        found = [p for p in self._untitled_folder.glob("*") if is_project(p) and p != self.path]
        return sorted((p for p in found if _is_free(p)), key=lambda p: p.name, reverse=True)

    def new(self, name: str) -> None:
        """Opens an empty, untitled project. It lies in the program's own folder until it is saved under a name.

        Raises:
            OutputError: The program's folder cannot be written to.
        """
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        folder = create_project(self._untitled_folder / stamp, Project(name))
        self.close()
        self._take(folder, folder.stored.project, {}, unsaved=False)

    def open(self, folder: ProjectFolder, recovery: Recovery | None, *, seize: bool) -> None:
        """Opens a project that was read.

        Args:
            folder: What `engine.project_io.folder.open_project` returned.
            recovery: Unsaved work to put back, or None.
            seize: Take the lock from whoever holds it.

        Raises:
            InputError: The labels that the unsaved work goes on from cannot be read.
        """
        project = folder.stored.project
        painted: dict[str, Painted] = {}
        if recovery is not None:
            project, painted = recovered(folder, recovery)
        self.close()
        self._take(folder, project, painted, unsaved=recovery is not None, seize=seize)

    def find_recovery(self, folder: ProjectFolder) -> Recovery | None:
        """Returns unsaved work of a project that nobody holds."""
        return find_recovery(folder) if _is_free(folder.path) else None

    def save(self) -> None:
        """Saves the project where it lies.

        Raises:
            OutputError: It could not be saved; the last save and the journal are untouched.
        """
        if self._folder is None:
            return
        project = self._document.with_areas()
        self._folder.save(project, self._document.store.unsaved(project.references))
        self._document.mark_saved()
        self._start_journal()
        self.saved.emit()

    def save_as(self, path: Path, name: str) -> None:
        """Saves the project into another folder and goes on there.

        Raises:
            OutputError: It could not be saved; the project stays open where it was.
            InputError: Labels of the old folder cannot be read.
        """
        if self._folder is None:
            return
        self.leaving.emit()
        old, was_untitled = self._folder, self.untitled
        project = replace(self._document.with_areas(), name=name)
        painted = {r.id: self._document.store.layer(r).painted() for r in project.references}
        folder = _created(path, project, painted)
        lock = acquire(path)
        for reference in project.references:
            _copy(thumbnail_path(old.path, reference.id), thumbnail_path(path, reference.id))
        bring_results(old.path, path, move=was_untitled)
        self._let_go()
        if was_untitled:
            _remove_tree(old.path)
        self._folder = folder
        self._lock = lock if isinstance(lock, ProjectLock) else None
        self._document.move(name, None)
        self._start_journal()
        self.opened.emit(Opened(path, None, "", missing_media(project)))

    def secure(self) -> datetime | None:
        """Puts every change onto the disk itself now, and returns when; None where they cannot be kept there.

        Changes that the journal could not take when they were made are written with all others.
        """
        if self._journal is None:
            return None
        try:
            if self._has_gaps:
                self._shorten(self._journal)
            else:
                self._journal.sync()
        except OutputError as error:
            self._document.recordFailed.emit(str(error))
            return None
        self._has_gaps = False
        now = datetime.now().astimezone()
        self.journalled.emit(now)
        return now

    def suspend(self) -> None:
        """Lets go of the project and leaves unsaved work in its journal, to be offered when it is opened again."""
        if self._folder is None:
            return
        if self._document.unsaved and not self._document.read_only:
            self._let_go()
            self._folder = None
        else:
            self.close()

    def close(self) -> None:
        """Closes the project; unsaved work of a named project is dropped, so ask first."""
        if self._folder is None:
            return
        self.leaving.emit()
        folder, drop = self._folder, self.untitled
        if self._journal is not None:
            self._journal.discard()
        self._let_go()
        self._folder = None
        if drop:
            _remove_tree(folder.path)
        self._document.open(Project(""), LabelStore(_no_labels), None, read_only=False, unsaved=False)
        self.closed.emit()

    def _take(
        self,
        folder: ProjectFolder,
        project: Project,
        painted: dict[str, Painted],
        *,
        unsaved: bool,
        seize: bool = False,
    ) -> None:
        lock = take_over(folder.path) if seize else _lock_or_reason(folder.path)
        self._folder = folder
        self._lock = lock if isinstance(lock, ProjectLock) else None
        store = LabelStore(self._read)
        for reference_id, pixels in painted.items():
            store.put(reference_id, pixels)
        reason = lock if isinstance(lock, str) else ""
        self._document.open(project, store, None, read_only=self._lock is None, unsaved=unsaved)
        if self._lock is not None:
            try:
                self._start_journal()
            except OutputError as error:
                reason = str(error)
        holder = lock if isinstance(lock, LockOwner) else None
        self.opened.emit(Opened(folder.path, holder, reason, missing_media(project)))

    def _start_journal(self) -> None:
        """Starts a journal for the save on disk; after a recovery the old one, which is in no save yet, goes on."""
        assert self._folder is not None
        if self._journal is not None:
            self._journal.close()
        revision = self._folder.stored.revision
        self._has_gaps = False
        if self._document.unsaved:
            self._journal = Journal.resume(self._folder.path, revision)
        else:
            self._journal = Journal.start(self._folder.path, revision)
        self._document.set_recorder(self._record)

    def _record(self, project: Project | None, tiles: Sequence[tuple[str, LabelEdit]]) -> None:
        if self._journal is None or self._folder is None:
            return
        if project is not None:
            self._journal.document(to_text(StoredProject(project), self._folder.path))
        for reference_id, edit in tiles:
            self._journal.labels(reference_id, edit)

    def _read(self, reference: ProjectReference) -> Painted:
        assert self._folder is not None
        return self._folder.read_labels(reference)

    def _let_go(self) -> None:
        self._timer.stop()
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _shorten(self, journal: Journal) -> None:
        """Rewrites a journal that has grown long: what counts is where all its changes led."""
        assert self._folder is not None
        project, store, folder = self._document.project, self._document.store, self._folder
        changed = [(r.id, store.layer(r)) for r in project.references if r.id in store.changed]
        text = to_text(StoredProject(project), folder.path)
        journal.close()
        try:
            self._journal = Journal.rewritten(folder.path, folder.stored.revision, text, changed)
        except OutputError:
            self._journal = Journal.resume(folder.path, folder.stored.revision)
            raise
        # What is all unsaved work together may be long by itself: the next rewriting waits until it has doubled.
        self._journal_limit = max(_JOURNAL_BYTES, 2 * self._journal.num_bytes)

    def _on_record_failed(self) -> None:
        self._has_gaps = True

    def _on_sync(self) -> None:
        if self._journal is not None:
            try:
                self._journal.sync()
                if self._journal.num_bytes > self._journal_limit:
                    self._shorten(self._journal)
            except OutputError as error:
                self._document.recordFailed.emit(str(error))
                return
            self.journalled.emit(datetime.now().astimezone())


def _created(path: Path, project: Project, painted: dict[str, Painted]) -> ProjectFolder:
    """Saves a whole project into a new folder; where that fails, nothing of it is left in the way of another try."""
    is_new = not path.exists()
    folder = create_project(path, Project(project.name))
    try:
        folder.save(project, painted)
    except OutputError:
        if is_new:
            _remove_tree(path)
        raise
    return folder


def _lock_or_reason(path: Path) -> ProjectLock | LockOwner | str:
    try:
        return acquire(path)
    except OutputError as error:
        return str(error)


def _is_free(path: Path) -> bool:
    """Tells whether this seat could write to the project."""
    lock = _lock_or_reason(path)
    if isinstance(lock, ProjectLock):
        lock.release()
        return True
    return False


def _no_labels(reference: ProjectReference) -> Painted:
    raise InternalError(f"No project is open, but the labels of '{reference.name}' were asked for.")


def _copy(source: Path, target: Path) -> None:
    if source.is_file():
        write_bytes(target, source.read_bytes())


def _remove_tree(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
