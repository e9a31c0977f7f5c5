"""Run: the current clip into the queue, its frames into the viewer as they arrive, and its versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.actions.commands import Commands
from app.core import Core
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.model.run_choice import RunChoice
from app.model.runs import PreparedRun, RunModel
from app.planning.run_outlook import RunOutlook
from engine.api.library import PROFILE_FOLDER
from engine.domain.frames import FrameRange
from engine.domain.profile import Backbone
from engine.errors import EngineError
from engine.jobs import Event, FrameDone, Message
from engine.project_io.run_marks import RunMark, mark_begun, mark_ended, read_mark

_SMALLER_WINDOW = 3
_WARM_AFTER_MS = 1_000


class RunActions(QObject):
    """Runs of the current clip.

    Signals:
        devicesWanted(): What this machine computes with should be found out.
    """

    devicesWanted = Signal()

    def __init__(self, core: Core, model: RunModel) -> None:
        super().__init__()
        self._core, self.model = core, model
        self.outlook = RunOutlook(core.planner, model, core.references, core.playhead)
        self._running: dict[str, PreparedRun] = {}
        self._left: set[str] = set()
        self._warming = QTimer(self)
        self._warming.setSingleShot(True)
        self._warming.setInterval(_WARM_AFTER_MS)
        self._warming.timeout.connect(core.queue.warm)
        self._moving: set[str] = set()
        core.session.leaving.connect(self.leave)
        core.session.closed.connect(self._on_closed)
        core.queue.told.connect(self._on_told)
        core.queue.finished.connect(self._on_finished)

    @property
    def active(self) -> tuple[str, ...]:
        """Ids of the runs that are under way or wait."""
        return tuple(self._running)

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        playhead = self._core.playhead
        commands.bind("run.clip", lambda: self.run(None))
        commands.bind("run.range", lambda: self.run(playhead.in_out))
        commands.bind("run.frame", lambda: self.run(FrameRange(playhead.frame, playhead.frame + 1)))
        commands.bind("run.stop", self.stop)
        commands.bind("version.pin", self.toggle_pin)
        commands.bind("version.note", self.ask_note)
        commands.bind("version.delete", self.ask_delete)

    def make_ready(self) -> None:
        """Starts the worker's process soon, so that the first run need not wait for it."""
        self._warming.start()
        self._core.planner.look_soon()

    def run(self, only: FrameRange | None) -> None:
        """Segments these frames of the current clip, or all; what is finished is not done again."""
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name to run."))
            return
        if self.model.missing():
            self.tell_missing()
            return
        try:
            prepared = self.model.prepare(only)
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        self._core.stepper.submit(self.model.write_inputs(prepared), lambda _: self._submit(prepared))

    def choose_backbone(self, backbone: Backbone) -> None:
        """Segments with another backbone from now on."""
        self.model.choose_backbone(backbone)
        if backbone == "smite":
            self.devicesWanted.emit()

    def tell_missing(self) -> None:
        """Says what the chosen backbone needs and does not find here, with what can be done about it."""
        self._core.notice.offer_all(
            self.model.missing(),
            [
                (tr("Model manager…"), self._core.commands["window.models"].trigger),
                (tr("Choose model folder…"), self.ask_model),
                (tr("Use Quick instead"), partial(self.model.choose_backbone, "quick")),
            ],
        )

    def ask_model(self) -> None:
        """Asks for the folder with the weights of SMITE's base model."""
        folder = self._core.questions.folder(tr("Folder of a Stable Diffusion model in diffusers layout"))
        if folder is not None:
            self.model.choose(replace(self.model.choice, model=str(folder)))

    def stop(self) -> None:
        """Stops the runs of the current clip; finished frames stay."""
        for job_id, prepared in list(self._running.items()):
            if prepared.clip_id == self._core.playhead.clip_id:
                self._core.queue.cancel(job_id)

    def leave(self) -> None:
        """Ends all runs before it returns: their project is about to be moved or closed. They are offered again."""
        self._warming.stop()
        self._left.update(self._running)
        self._moving = {prepared.clip_id for prepared in self._running.values()}
        for job_id in list(self._running):
            self._core.queue.end_now(job_id)

    def offer_resume(self) -> None:
        """Offers to go on with a run that a crash, a kill or the end of the program cut off.

        A project that was only saved elsewhere takes its runs along unasked.
        """
        folder, moving = self._core.session.path, self._moving
        self._moving = set()
        if folder is None or self._core.document.read_only:
            return  # where another seat holds the project, the run may be its own
        marks = {clip.id: (clip, mark) for clip in self._core.references.clips if (mark := read_mark(folder, clip.id))}
        for clip_id in moving & set(marks):
            self._go_on(clip_id, marks[clip_id][1])
        offered = [row for clip_id, row in marks.items() if clip_id not in moving]
        if offered:
            clip, mark = offered[0]
            text = tr("Segmenting {clip} ({version}) was cut off. Its finished frames are kept.")
            self._core.notice.offer(
                text.format(clip=clip.name, version=mark.version), tr("Go on"), partial(self._resume, clip.id, mark)
            )

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

    def _submit(self, prepared: PreparedRun) -> None:
        folder = self._core.session.path
        if folder is None or not prepared.version.folder.is_relative_to(folder):
            return  # another project was opened meanwhile
        self._mark(folder, prepared)
        tags = {"clip": prepared.clip_id, "version": prepared.version.name}
        request = replace(prepared.request, measured=self._core.planner.measured)
        job_id = self._core.queue.submit(JobSpec("segment", request, prepared.title, tags=tags))
        self._running[job_id] = prepared

    def _mark(self, folder: Path, prepared: PreparedRun) -> None:
        mark = RunMark(prepared.version.name, prepared.request.only, prepared.choice.to_json())
        self._tried(lambda: mark_begun(folder, prepared.clip_id, mark))

    def _resume(self, clip_id: str, mark: RunMark) -> None:
        self._core.window.show_workspace("review")
        self._go_on(clip_id, mark)

    def _go_on(self, clip_id: str, mark: RunMark) -> None:
        references, folder = self._core.references, self._core.session.path
        if folder is None:
            return
        try:
            if self._core.playhead.clip_id != clip_id:
                self._core.playhead.set_clip(clip_id, references.clip_numbers(clip_id))
            names = [version.name for version in self._core.results.versions()]
            if mark.version in names:
                self._core.results.choose(mark.version)
            self.model.choose(RunChoice.from_json(mark.choice, folder / PROFILE_FOLDER))
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        self.run(mark.only)

    def _on_closed(self) -> None:
        self._moving = set()

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
        if job_id in self._left:
            self._left.discard(job_id)
            return
        if folder is not None:
            mark_ended(folder, prepared.clip_id)
            for other in self._running.values():
                if other.clip_id == prepared.clip_id:
                    self._mark(folder, other)
        self._core.results.read_record()
        if outcome.kind == "succeeded":
            self._core.notifier.info(tr("{title} is done.").format(title=prepared.title))
        elif outcome.kind == "cancelled":
            self._core.notifier.info(
                tr("{title} was stopped. Its finished frames are kept.").format(title=prepared.title)
            )
        else:
            self._offer_help(prepared, outcome)

    def _offer_help(self, prepared: PreparedRun, outcome: Outcome) -> None:
        """Says why a run failed, and offers what may help."""
        choice = prepared.choice
        choices: list[tuple[str, Callable[[], object]]] = []
        if outcome.out_of_memory:
            if choice.window is None or choice.window > _SMALLER_WINDOW:
                smaller = replace(choice, window=_SMALLER_WINDOW)
                choices.append((tr("Smaller windows"), partial(self._again, prepared, smaller)))
            if choice.device != "cpu":
                choices.append((tr("Use the CPU"), partial(self._again, prepared, replace(choice, device="cpu"))))
        elif outcome.crashed:
            choices.append((tr("Go on"), partial(self._again, prepared, choice)))
        if outcome.details:
            details = partial(self._core.notifier.error, outcome.sentence, outcome.details)
            choices.append((tr("Details…"), details))
        self._core.notice.offer_all(outcome.sentence, choices)

    def _again(self, prepared: PreparedRun, choice: RunChoice) -> None:
        if self._core.playhead.clip_id != prepared.clip_id:
            numbers = self._core.references.clip_numbers(prepared.clip_id)
            self._core.playhead.set_clip(prepared.clip_id, numbers)
        self.model.choose(choice)
        self.run(prepared.request.only)

    def _tried(self, run: Callable[[], object]) -> None:
        try:
            run()
        except EngineError as error:
            self._core.notifier.warning(str(error))
