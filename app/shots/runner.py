"""Runs the shots of the list through the queue's heavy lane, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.core import Core
from app.i18n import named, tr
from app.jobs.spec import JobSpec, Outcome
from app.shots.model import RowState, ShotRow, ShotsModel, state_of
from app.shots.preparing import PreparedShot, Preparing
from engine.batch.work import ShotOutcome, State
from engine.errors import EngineError
from engine.jobs import Event, Progress

ATTEMPTS = 3
"""How often a shot is tried whose worker process is lost, as in `engine.batch`."""


class ShotRunner(QObject):
    """One shot at a time is in the queue, so that other work finds a place between them.

    Signals:
        changed(): Running began, paused, went on or ended.
    """

    changed = Signal()

    def __init__(self, core: Core, model: ShotsModel, preparing: Preparing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core, self._model, self._preparing = core, model, preparing
        self._waiting: deque[tuple[str, bool]] = deque()
        self._current: PreparedShot | None = None
        self._job = ""
        self._tries = 0
        self._paused = False
        core.queue.told.connect(self._on_told)
        core.queue.finished.connect(self._on_finished)
        core.session.leaving.connect(self.leave)

    @property
    def running(self) -> bool:
        """Shots are under way or wait."""
        return self._current is not None or bool(self._waiting)

    @property
    def paused(self) -> bool:
        """The running shot is held, and no other begins."""
        return self._paused

    def run(self, rows: Iterable[ShotRow], *, anew: bool = False) -> None:
        """Runs shots; what is finished of them is not done again.

        Args:
            rows: Which.
            anew: Start from the beginning; a result that is there is kept beside the new one.
        """
        for row in rows:
            if not row.active:
                self._waiting.append((row.name, anew))
                self._model.show(row.name, "waiting")
        self.changed.emit()
        self._next()

    def pause(self, *, on: bool) -> None:
        """Holds the running shot, or lets it go on."""
        if on == self._paused or not self.running:
            return
        self._paused = on
        if self._job:
            self._core.queue.pause(self._job, on=on)
        if self._current is not None:
            self._model.show(self._current.name, "paused" if on else "running")
        self.changed.emit()
        if not on:
            self._next()

    def stop(self) -> None:
        """Ends the running shot within half a second and lets the others be; finished frames are kept."""
        self._forget_waiting()
        self._paused = False
        if self._job:
            self._core.queue.cancel(self._job)
        else:
            self._drop_current()
        self.changed.emit()

    def leave(self) -> None:
        """Ends everything before it returns: the project is about to be closed or moved."""
        self._forget_waiting()
        self._paused = False
        if self._job:
            self._core.queue.end_now(self._job)
        else:
            self._drop_current()
        self.changed.emit()

    def _drop_current(self) -> None:
        """Forgets a shot whose inputs are still being written."""
        prepared, self._current = self._current, None
        row = self._model.row(prepared.name) if prepared is not None else None
        if row is not None:
            self._model.show(row.name, state_of(row.outcome))

    def _forget_waiting(self) -> None:
        while self._waiting:
            name, _ = self._waiting.popleft()
            row = self._model.row(name)
            if row is not None:
                self._model.show(name, state_of(row.outcome))

    def _next(self) -> None:
        while self._current is None and self._waiting and not self._paused:
            name, anew = self._waiting.popleft()
            row = self._model.row(name)
            if row is None:
                continue
            try:
                prepared = self._preparing.prepared(row)
            except EngineError as error:
                self._model.finish(name, ShotOutcome(name, "failed", str(error)), "")
                continue
            self._current, self._tries = self._fresh(prepared, anew=anew), 0
            self._begin(self._current)
        if not self.running:
            self._end()

    def _fresh(self, prepared: PreparedShot, *, anew: bool) -> PreparedShot:
        """Asks for a new result where the list knows that the one that lies there was made from something else."""
        known = self._model.plan.made_from.get(prepared.name)
        if anew or (known is not None and known not in ("", prepared.made_from)):
            return replace(prepared, request=replace(prepared.request, overwrite=True))
        return prepared

    def _begin(self, prepared: PreparedShot) -> None:
        self._model.show(prepared.name, "running", tr("starting"))
        self._core.stepper.submit(self._preparing.inputs(prepared), lambda _: self._submit(prepared))

    def _submit(self, prepared: PreparedShot) -> None:
        if self._current is not prepared:
            return  # the project was left meanwhile
        self._tries += 1
        title = tr("Shot {name}").format(name=prepared.name)
        spec = JobSpec("segment", prepared.request, title, tags={"shot": prepared.name})
        self._job = self._core.queue.submit(spec)
        self._model.show(prepared.name, "running", tr("waiting for its turn"))

    def _on_told(self, job_id: str, event: Event) -> None:
        if job_id != self._job or self._current is None or not isinstance(event, Progress):
            return
        state: RowState = "paused" if self._paused else "running"
        self._model.show(self._current.name, state, named(event.stage), event.done, event.total)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        prepared = self._current
        if job_id != self._job or prepared is None:
            return
        self._job = ""
        if outcome.crashed and self._tries < ATTEMPTS:
            # Frames of the lost try are kept, so it goes on and does not begin anew.
            self._current = replace(prepared, request=replace(prepared.request, overwrite=False))
            self._submit(self._current)
            return
        self._current = None
        self._model.finish(prepared.name, _outcome(prepared.name, outcome, self._tries), prepared.made_from)
        self.changed.emit()
        self._next()

    def _end(self) -> None:
        """Says how it went, and writes the report."""
        self._paused = False
        report = self._model.report()
        tried = [shot for shot in report.shots if shot.state != "waiting"]
        if not tried:
            return
        try:
            report.write()
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        done = sum(shot.state == "done" for shot in tried)
        failed = [shot.shot for shot in tried if shot.state == "failed"]
        text = tr("Shots: {done} of {all} done.").format(done=done, all=len(report.shots))
        if failed:
            self._core.notifier.warning(text + " " + tr("Look at: {names}.").format(names=", ".join(failed[:4])))
        else:
            self._core.notifier.info(text)


def _outcome(name: str, outcome: Outcome, attempts: int) -> ShotOutcome:
    value = outcome.value
    if outcome.kind == "succeeded" and value is not None:
        confidence, flicker = dict(value["confidence"]), dict(value["flicker"])
        frames = len(value["frames"])
        return ShotOutcome(name, "done", frames=frames, confidence=confidence, flicker=flicker, attempts=attempts)
    state: State = "cancelled" if outcome.kind == "cancelled" else "failed"
    return ShotOutcome(name, state, outcome.sentence, again=outcome.crashed, attempts=attempts)
