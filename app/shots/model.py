"""The shot list of the open project: shots with their own values, how each is doing, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.document import Document
from app.model.session import ProjectSession
from engine.batch.plan import SHOTS_FOLDER, BatchPlan, read_plan, write_plan
from engine.batch.report import BatchReport
from engine.batch.shot import Shot, safe_name
from engine.batch.shots import with_profiles
from engine.batch.work import ShotOutcome
from engine.errors import EngineError, InputError

RowState = Literal["new", "waiting", "running", "paused", "done", "failed", "cancelled"]
_KEEP_AFTER_MS = 1_000


@dataclass(frozen=True)
class ShotRow:
    """A shot with one profile.

    Attributes:
        shot: What to do.
        listed: Its name in the list.
        state: Where it is.
        stage: What is being done.
        done: Steps of the stage that are done.
        total: Steps of the stage in all; 0 where that is not known.
        outcome: What became of it the last time, or None.
    """

    shot: Shot
    listed: str
    state: RowState = "new"
    stage: str = ""
    done: int = 0
    total: int = 0
    outcome: ShotOutcome | None = None

    @property
    def name(self) -> str:
        """Its name in the batch; names its result."""
        return self.shot.name

    @property
    def active(self) -> bool:
        """It runs or waits for its turn."""
        return self.state in ("waiting", "running", "paused")


class ShotsModel(QObject):
    """The list. It is kept in the project's folder, a moment after each change.

    Signals:
        listChanged(): Shots came or went, or what they are done with changed.
        rowChanged(int): The shot in this row is elsewhere.
        partsChanged(): Results have other parts than before.
        failed(str): The list could not be read or kept.
    """

    listChanged = Signal()
    rowChanged = Signal(int)
    partsChanged = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, session: ProjectSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self.plan = BatchPlan()
        self.rows: tuple[ShotRow, ...] = ()
        self.part_names: tuple[str, ...] = ()
        self.foreign_out = False
        self._folder: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        session.opened.connect(self._on_opened)
        session.leaving.connect(self.keep_if_due)
        session.closed.connect(self._on_closed)

    @property
    def results(self) -> Path:
        """Folder of the results; a project must be open."""
        assert self._folder is not None
        return self.plan.out or self._folder / SHOTS_FOLDER

    def index(self, name: str) -> int | None:
        """Returns the row of a shot, or None."""
        return next((place for place, row in enumerate(self.rows) if row.name == name), None)

    def row(self, name: str) -> ShotRow | None:
        """Returns a shot, or None."""
        place = self.index(name)
        return self.rows[place] if place is not None else None

    def result_folder(self, row: ShotRow) -> Path:
        """Returns where the result of a shot lies."""
        return row.shot.out or self.results / row.name

    def add(self, shots: Iterable[Shot]) -> int:
        """Adds shots and returns how many; one that is there already, with the same clip and range, is left out.

        Raises:
            InputError: A name would be that of another shot with one of the profiles.
        """
        found, names = list(self.plan.shots), {shot.name.casefold() for shot in self.plan.shots}
        same = {(shot.clip, shot.frame_range) for shot in found}
        count = 0
        for shot in shots:
            if (shot.clip, shot.frame_range) in same:
                continue
            name = _free(shot.name, names)
            names.add(name.casefold())
            found.append(replace(shot, name=name))
            count += 1
        if count:
            with_profiles(found, self.plan.profiles)
            self._set(replace(self.plan, shots=tuple(found)))
        return count

    def remove(self, listed: Collection[str]) -> None:
        """Takes shots off the list; their results stay."""
        self._set(replace(self.plan, shots=tuple(shot for shot in self.plan.shots if shot.name not in listed)))

    def override(self, listed: Collection[str], change: Callable[[Shot], Shot]) -> None:
        """Changes the own values of shots."""
        shots = tuple(change(shot) if shot.name in listed else shot for shot in self.plan.shots)
        if shots != self.plan.shots:
            self._set(replace(self.plan, shots=shots))

    def choose(self, plan: BatchPlan) -> None:
        """Changes what the shots have in common.

        Raises:
            InputError: Two profiles have one name.
        """
        with_profiles(plan.shots, plan.profiles)
        if plan.out != self.plan.out:
            self.foreign_out = False
        self._set(plan)

    def show(self, name: str, state: RowState, stage: str = "", done: int = 0, total: int = 0) -> None:
        """Shows where a shot is."""
        place = self.index(name)
        if place is not None:
            self._put(place, replace(self.rows[place], state=state, stage=stage, done=done, total=total))

    def finish(self, name: str, outcome: ShotOutcome, made_from: str) -> None:
        """Takes in what became of a shot."""
        place = self.index(name)
        if place is None:
            return
        before = self.rows[place].outcome
        if outcome.state != "done" and before is not None and before.state == "done":
            # What an earlier run has measured is still true of the result that lies there.
            outcome = replace(outcome, confidence=before.confidence, flicker=before.flicker, frames=before.frames)
        self.plan = replace(
            self.plan,
            outcomes={**self.plan.outcomes, name: outcome},
            made_from={**self.plan.made_from, name: made_from},
        )
        self._put(place, replace(self.rows[place], state=state_of(outcome), stage="", done=0, total=0, outcome=outcome))
        self._name_parts()
        self._timer.start()

    def report(self) -> BatchReport:
        """Returns what became of all shots so far."""
        rows = [row.outcome or ShotOutcome(row.name, "waiting") for row in self.rows]
        return BatchReport(self.results, tuple(rows))

    def keep_if_due(self) -> None:
        """Writes the list where it has changed since."""
        if self._timer.isActive():
            self.keep()

    def keep(self) -> None:
        """Writes the list into the project now."""
        self._timer.stop()
        if self._folder is None or self._document.read_only:
            return
        try:
            write_plan(self._folder, self.plan)
        except EngineError as error:
            self.failed.emit(str(error))

    def _set(self, plan: BatchPlan) -> None:
        self.plan = plan
        states = {row.name: row for row in self.rows if row.active}
        self.rows = _rows(plan, states)
        self._timer.start()
        self.listChanged.emit()
        self._name_parts()

    def _put(self, place: int, row: ShotRow) -> None:
        self.rows = (*self.rows[:place], row, *self.rows[place + 1 :])
        self.rowChanged.emit(place)

    def _name_parts(self) -> None:
        names = dict.fromkeys(name for row in self.rows if row.outcome is not None for name in row.outcome.confidence)
        if tuple(names) != self.part_names:
            self.part_names = tuple(names)
            self.partsChanged.emit()

    def _on_opened(self) -> None:
        self._folder = self._session.path
        plan = BatchPlan()
        if self._folder is not None:
            try:
                plan = read_plan(self._folder)
            except InputError as error:
                self.failed.emit(str(error))
                self._folder = None  # what cannot be read is not written over
        self._take(plan)

    def _on_closed(self) -> None:
        self._folder = None
        self._take(BatchPlan())

    def _take(self, plan: BatchPlan) -> None:
        self._timer.stop()
        self.plan, self.rows = plan, _rows(plan, {})
        outs = [path for path in (plan.out, *(shot.out for shot in plan.shots)) if path is not None]
        self.foreign_out = any(self._folder is None or not path.is_relative_to(self._folder) for path in outs)
        self.listChanged.emit()
        self._name_parts()


def _rows(plan: BatchPlan, active: dict[str, ShotRow]) -> tuple[ShotRow, ...]:
    rows = []
    for shot in plan.shots:
        for one in with_profiles([shot], plan.profiles):
            known, outcome = active.get(one.name), plan.outcomes.get(one.name)
            if known is not None:
                rows.append(replace(known, shot=one, listed=shot.name))
            else:
                rows.append(ShotRow(one, shot.name, state_of(outcome), outcome=outcome))
    return tuple(rows)


def state_of(outcome: ShotOutcome | None) -> RowState:
    """Returns where a shot stands whose outcome is known and that is not under way."""
    return outcome.state if outcome is not None and outcome.state in ("done", "failed", "cancelled") else "new"


def _free(name: str, taken: Collection[str]) -> str:
    free, count = name, 1
    while free.casefold() in taken:
        count += 1
        free = safe_name(f"{name} {count}")
    return free


def shots_of_paths(paths: Sequence[Path]) -> tuple[Shot, ...]:
    """Returns the shots of dropped paths: lists and timelines with all they name, clips as shots of their own.

    Raises:
        InputError: One of them is neither.
    """
    from engine.batch.shots import TIMELINE_SUFFIX, read_shots
    from engine.media.clip import VIDEO_SUFFIXES
    from engine.media.sequence_files import find_sequence

    found: list[Shot] = []
    for path in paths:
        if path.suffix.lower() in (".csv", TIMELINE_SUFFIX):
            found += read_shots(path)
        elif path.is_file() and path.suffix.lower() in VIDEO_SUFFIXES:
            found.append(Shot(safe_name(path.stem), path))
        else:
            try:
                found += read_shots(path)
            except InputError:
                find_sequence(path)
                found.append(Shot(safe_name(path.stem if path.is_file() else path.name), path))
    return tuple(found)
