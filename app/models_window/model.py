"""The models of this machine as the manager shows them: how each stands, and what is being done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QThreadPool, Signal

from app.i18n import tr
from app.jobs.queue import JobQueue
from app.jobs.spec import JobSpec, JobView, Outcome
from engine.api.models import ModelAction, ModelRequest
from engine.errors import EngineError
from engine.jobs import Event, Message
from engine.models import Licence, LicenceBook, ModelStatus, all_models, model_status, read_places
from engine.models.places import choose_folder, folder_name, set_shared, shared_folders
from engine.models.plan import page_licence
from engine.models.store import is_model_name, is_whole

Mood = Literal["info", "warning", "failed"]


@dataclass(frozen=True)
class Row:
    """One model in the list.

    Attributes:
        status: How it stands on the disks.
        job: What is being done with it, or None.
        sentence: What was said of it last, or "".
        mood: How bad that is.
        stated: Licence that the page of a model that is not known here states, or "" before anybody asked.
        size: Bytes of such a model, or 0.
        forgettable: It is taken from a folder or disk that was chosen here.
    """

    status: ModelStatus
    job: JobView | None = None
    sentence: str = ""
    mood: Mood = "info"
    stated: str = ""
    size: int = 0
    forgettable: bool = False

    @property
    def licence(self) -> Licence | None:
        """The licence to accept, or None while it is not known."""
        if self.status.entry is not None:
            return self.status.entry.licence
        return page_licence(self.status.id, self.stated) if self.stated else None

    @property
    def total_bytes(self) -> int:
        """What the whole model takes, 0 where that is not known."""
        return self.status.entry.size if self.status.entry is not None else self.size


@dataclass
class _Told:
    """What the window knows of a model beside what lies on the disks."""

    job: str = ""
    action: ModelAction = "look"
    sentence: str = ""
    mood: Mood = "info"
    stated: str = ""
    size: int = 0


@dataclass(frozen=True)
class _Looked:
    rows: tuple[ModelStatus, ...]
    shared: tuple[Path, ...]
    generation: int


class ModelsModel(QObject):
    """The models and the jobs on them.

    Signals:
        changed(): A model stands otherwise, or a job went on.
        arrived(str): A model is here now that was not.
        looked(object): From the other thread: how all models stand.
    """

    changed = Signal()
    arrived = Signal(str)
    looked = Signal(object)

    def __init__(self, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._generation = 0
        self._status: tuple[ModelStatus, ...] = ()
        self._asked: list[str] = []
        self._shared: tuple[Path, ...] = ()
        self._told: dict[str, _Told] = {}
        self.looked.connect(self._on_looked)
        queue.told.connect(self._on_told)
        queue.finished.connect(self._on_finished)
        queue.changed.connect(self.changed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The known models first, then those that were asked for by name."""
        rows = []
        for status in self._status:
            told = self._told.get(status.id, _Told())
            job = self._queue.job(told.job) if told.job else None
            forgettable = status.source == "chosen" or (
                status.source == "shared" and status.folder.parent in self._shared
            )
            rows.append(Row(status, job, told.sentence, told.mood, told.stated, told.size, forgettable))
        return tuple(rows)

    def row(self, name: str) -> Row | None:
        """Returns a model's row, or None."""
        return next((row for row in self.rows if row.status.id == name), None)

    def refresh(self) -> None:
        """Looks at the disks again, in another thread: a studio's may be slow."""
        self._generation += 1
        generation, asked = self._generation, tuple(self._asked)
        self._pool.start(lambda: self.looked.emit(_Looked(_all(asked), shared_folders(), generation)))

    def add(self, name: str) -> str:
        """Takes a model of the hub into the list and asks the hub what it is; returns why that cannot be, or ""."""
        if not is_model_name(name):
            return tr("'{name}' is no model of the hub: its names have the form owner/name.").format(name=name)
        if name not in self._asked and self.row(name) is None:
            self._asked.append(name)
        self._start(name, "look", tr("Look at {name}").format(name=name))
        self.refresh()
        return ""

    def accept(self, name: str, *, on: bool) -> None:
        """Notes that its licence was read and accepted, or takes that back."""
        row = self.row(name)
        if row is None or row.licence is None:
            return
        try:
            book = LicenceBook.of_user()
            if on:
                book.accept(name, row.licence)
            else:
                book.withdraw(name)
        except EngineError as error:
            self._say(name, str(error), "failed")
        self._status = tuple(
            replace(status, licence=("accepted" if on else "open")) if status.id == name else status
            for status in self._status
        )
        self.changed.emit()

    def get(self, name: str) -> None:
        """Fetches a model, or goes on with one that is half there."""
        self._start(name, "get", tr("Get {name}").format(name=name))

    def check(self, name: str) -> None:
        """Hashes every file of a model."""
        self._start(name, "check", tr("Check {name}").format(name=name))

    def remove(self, name: str) -> None:
        """Removes a download, whole or half there."""
        self._start(name, "remove", tr("Remove {name}").format(name=name))

    def pause(self, name: str) -> None:
        """Holds the download, or lets it go on."""
        row = self.row(name)
        if row is not None and row.job is not None:
            self._queue.pause(row.job.id, on=row.job.state == "running")

    def cancel(self, name: str) -> None:
        """Stops what is being done; what came so far is kept."""
        row = self.row(name)
        if row is not None and row.job is not None:
            self._queue.cancel(row.job.id)

    def use_folder(self, name: str, folder: Path) -> None:
        """Takes a model from a folder that is there already.

        Of a folder that holds models by id, such as a studio's disk, all models are found from now on.
        """
        try:
            if is_whole(folder, name):
                choose_folder(name, folder)
                self._say(name, tr("Used from {folder}.").format(folder=folder), "info")
            elif is_whole(folder / folder_name(name), name):
                set_shared(tuple(dict.fromkeys((*shared_folders(), folder))))
                self._say(name, tr("All models in {folder} are found from now on.").format(folder=folder), "info")
            else:
                text = tr("'{folder}' does not hold the whole of this model. Nothing was changed.")
                self._say(name, text.format(folder=folder), "failed")
        except EngineError as error:
            self._say(name, str(error), "failed")
        self.refresh()

    def forget_folder(self, name: str) -> None:
        """Forgets the folder or disk that a model is taken from; nothing there is touched."""
        row = self.row(name)
        if row is None:
            return
        try:
            if row.status.source == "chosen":
                choose_folder(name, None)
            else:
                set_shared(tuple(path for path in shared_folders() if path != row.status.folder.parent))
        except EngineError as error:
            self._say(name, str(error), "failed")
            return
        self._say(name, tr("The folder is forgotten. Nothing in it was touched."), "info")
        self.refresh()

    def shut_down(self) -> None:
        """Waits for the thread that looks at the disks."""
        self._generation += 1
        self._pool.waitForDone()

    def _start(self, name: str, action: ModelAction, title: str) -> None:
        told = self._told.setdefault(name, _Told())
        running = self._queue.job(told.job) if told.job else None
        if running is not None and running.active:
            return
        told.sentence, told.mood, told.action = "", "info", action
        spec = JobSpec("models", ModelRequest(action, name), title, lane="transfer", outlives_project=True)
        told.job = self._queue.submit(spec)

    def _say(self, name: str, sentence: str, mood: Mood = "warning") -> None:
        told = self._told.setdefault(name, _Told())
        told.sentence, told.mood = sentence, mood
        self.changed.emit()

    def _name_of(self, job_id: str) -> str:
        return next((name for name, told in self._told.items() if told.job == job_id), "")

    def _on_looked(self, looked: _Looked) -> None:
        if looked.generation != self._generation:
            return
        before = {status.id for status in self._status if status.here == "here"}
        new = [status.id for status in looked.rows if status.here == "here" and status.id not in before]
        first, self._status, self._shared = not self._status, looked.rows, looked.shared
        self.changed.emit()
        for name in () if first else new:
            self.arrived.emit(name)

    def _on_told(self, job_id: str, event: Event) -> None:
        name = self._name_of(job_id)
        if name and isinstance(event, Message):
            self._say(name, event.text, "warning" if event.level == "warning" else "info")

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        name = self._name_of(job_id)
        if not name:
            return
        told = self._told[name]
        told.job = ""
        if outcome.kind == "succeeded" and outcome.value is not None:
            told.stated = str(outcome.value["licence"]) or told.stated
            told.size = int(outcome.value["total_bytes"]) or told.size
            looked = told.action == "look"
            self._say(name, tr("Read its licence, then get it.") if looked else str(outcome.value["sentence"]), "info")
        elif outcome.kind == "cancelled":
            kept = tr("Stopped. What came so far is kept; getting it again goes on from there.")
            self._say(name, kept if told.action == "get" else tr("Stopped."), "info")
        else:
            self._say(name, outcome.sentence, "failed")
        self.refresh()


def _all(asked: tuple[str, ...]) -> tuple[ModelStatus, ...]:
    places, book = read_places(), LicenceBook.of_user()
    found = all_models(places, book)
    known = {status.id for status in found}
    return (*found, *(model_status(name, places, book) for name in asked if name not in known))
