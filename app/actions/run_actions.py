"""Run: the current clip into the queue, its frames into the viewer as they arrive, and its versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.core import Core
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.model.runs import PreparedRun, RunModel, Scope
from engine.errors import EngineError
from engine.jobs import Event, FrameDone, Message
from engine.project_io.run_marks import RunMark, mark_begun, mark_ended, read_mark

_SMALLER_WINDOW = 3


class RunActions(QObject):
    """Runs of the current clip."""

    def __init__(self, core: Core, model: RunModel) -> None:
        super().__init__()
        self._core, self.model = core, model
        self._running: dict[str, PreparedRun] = {}
        core.queue.told.connect(self._on_told)
        core.queue.finished.connect(self._on_finished)

    @property
    def active(self) -> tuple[str, ...]:
        """Ids of the runs that are under way or wait."""
        return tuple(self._running)

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        scopes: tuple[Scope, ...] = ("clip", "range", "frame")
        for scope in scopes:
            commands.bind(f"run.{scope}", partial(self.run, scope))
        commands.bind("run.stop", self.stop)
        commands.bind("version.pin", self.toggle_pin)
        commands.bind("version.note", self.ask_note)
        commands.bind("version.delete", self.ask_delete)

    def run(self, scope: Scope) -> None:
        """Segments the current clip, its range, or the shown frame; what is finished is not done again."""
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name to run."))
            return
        try:
            prepared = self.model.prepare(scope)
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        self._core.stepper.submit(self.model.write_inputs(prepared), lambda _: self._submit(prepared, scope))

    def stop(self) -> None:
        """Stops the runs of the current clip; finished frames stay."""
        for job_id, prepared in list(self._running.items()):
            if prepared.clip_id == self._core.playhead.clip_id:
                self._core.queue.cancel(job_id)

    def offer_resume(self) -> None:
        """Offers to go on with a run that a crash or a kill of the program cut off."""
        folder = self._core.session.path
        if folder is None:
            return
        for clip in self._core.references.clips:
            mark = read_mark(folder, clip.id)
            if mark is None:
                continue
            text = tr("Segmenting {clip} ({version}) was cut off. Its finished frames are kept.")
            self._core.notice.offer(
                text.format(clip=clip.name, version=mark.version), tr("Go on"), partial(self._resume, clip.id, mark)
            )
            return

    def toggle_pin(self) -> None:
        """Pins the shown version, or lets it go."""
        chosen = self._core.results.chosen
        if chosen is not None:
            self._tried(lambda: self._core.results.pin(chosen.name, on=not chosen.pinned))

    def ask_note(self) -> None:
        """Asks for a note on the shown version."""
        chosen = self._core.results.chosen
        if chosen is None:
            return
        note = self._core.questions.text(tr("Note on {name}").format(name=chosen.name), tr("Note"), chosen.note)
        if note is not None:
            self._tried(lambda: self._core.results.annotate(chosen.name, note))

    def ask_delete(self) -> None:
        """Deletes the shown version after a question."""
        chosen = self._core.results.chosen
        if chosen is None:
            return
        answer = self._core.questions.choose(
            tr("Delete {name} of this clip with all its frames?").format(name=chosen.name),
            [("delete", tr("Delete")), ("keep", tr("Keep it"))],
            escape="keep",
            more=tr("Its corrections and locks go with it. What was painted on references stays."),
        )
        if answer == "delete":
            self._tried(lambda: self._core.results.delete(chosen.name))

    def _submit(self, prepared: PreparedRun, scope: Scope) -> None:
        folder = self._core.session.path
        if folder is None:
            return
        mark_begun(folder, prepared.clip_id, RunMark(prepared.version.name, scope))
        tags = {"clip": prepared.clip_id, "version": prepared.version.name}
        job_id = self._core.queue.submit(JobSpec("segment", prepared.request, prepared.title, tags=tags))
        self._running[job_id] = prepared

    def _resume(self, clip_id: str, mark: RunMark) -> None:
        references = self._core.references
        if self._core.playhead.clip_id != clip_id:
            self._tried(lambda: references.show_frame(clip_id, references.clip_numbers(clip_id)[0]))
        # The in and out points were the last run's: the whole clip holds them too.
        self.run("frame" if mark.scope == "frame" else "clip")

    def _on_told(self, job_id: str, event: Event) -> None:
        prepared = self._running.get(job_id)
        if prepared is None:
            return
        if isinstance(event, FrameDone):
            self._core.results.note_frame(prepared.version.folder, event.frame, event.state)
        elif isinstance(event, Message):
            (self._core.notifier.warning if event.level == "warning" else self._core.notifier.info)(event.text)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        prepared = self._running.pop(job_id, None)
        if prepared is None:
            return
        folder = self._core.session.path
        if folder is not None:
            mark_ended(folder, prepared.clip_id)
        self._core.results.read_record()
        if outcome.kind == "succeeded":
            self._core.notifier.info(tr("{title} is done.").format(title=prepared.title))
        elif outcome.kind == "cancelled":
            self._core.notifier.info(
                tr("{title} was stopped. Its finished frames are kept.").format(title=prepared.title)
            )
        elif outcome.out_of_memory:
            self._offer_less(outcome)
        else:
            details = partial(self._core.notifier.error, outcome.sentence, outcome.details)
            self._core.notice.offer(outcome.sentence, tr("Details…"), details)

    def _offer_less(self, outcome: Outcome) -> None:
        choice = self.model.choice
        if choice.device not in ("auto", "cpu") or choice.window == _SMALLER_WINDOW:
            label, change = tr("Use the CPU"), replace(choice, device="cpu")
        else:
            label, change = tr("Smaller windows"), replace(choice, window=_SMALLER_WINDOW)

        def again() -> None:
            self.model.choose(change)
            self.run("clip")

        self._core.notice.offer(outcome.sentence, label, again)

    def _tried(self, run: Callable[[], object]) -> None:
        try:
            run()
        except EngineError as error:
            self._core.notifier.warning(str(error))
