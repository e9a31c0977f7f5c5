"""Train: what is painted goes into the queue, and what becomes of it into the model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.core import Core
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.model.snapshots import SnapshotWriter, order_for
from app.model.training import TrainingModel
from engine.api.library import replace_profile
from engine.api.measured_runs import TrainEstimate
from engine.api.places import cache_folder
from engine.api.reference_snapshot import is_snapshot
from engine.api.train import TrainRequest
from engine.api.train_needs import NeedsRequest
from engine.domain.settings import Preset, TrainSettings
from engine.errors import EngineError, OutputError
from engine.hardware.devices import DeviceFacts
from engine.jobs import Event, Message, TrainStep
from engine.project_io.training_runs import TrainingRecord, in_state, new_record

Ended = Literal["done", "stopped", "failed"]
_SMALLEST_SIDE = 256  # of SMITE's training image, in pixels; the list of the panel begins there


class TrainActions(QObject):
    """Starts, pauses, stops and resumes training; one run at a time."""

    def __init__(self, core: Core, model: TrainingModel, measured: Path, parent: QObject | None = None) -> None:
        """Takes the services, the model, and the file that notes what training takes on this machine."""
        super().__init__(parent)
        self._core, self.model, self.measured = core, model, measured
        self._writer = SnapshotWriter(self)
        self._job = ""
        self._probe = ""
        self._preparing: TrainingRecord | None = None
        self._moving = False
        core.session.leaving.connect(self.leave)
        core.session.closed.connect(self._on_closed)
        self._writer.written.connect(self._on_written)
        core.queue.told.connect(self._on_told)
        core.queue.finished.connect(self._on_finished)
        core.queue.changed.connect(self._on_queue)

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        commands.bind("train.start", self.start)
        commands.bind("train.pause", self.pause)
        commands.bind("train.stop", self.stop)
        commands.bind("train.resume", self.resume)
        commands.bind("train.use", self.use_checkpoint)

    def shut_down(self) -> None:
        """Ends the run, and waits for the thread that writes references."""
        self.leave()
        self._writer.shut_down()

    def leave(self) -> None:
        """Ends the run before it returns: its project is about to be moved or closed. It is offered again."""
        record, self._preparing = self._preparing, None
        if record is not None:
            self._writer.shut_down()
            if is_snapshot(record.references):
                # Where this cannot be written the run has not begun: nothing is lost but the wish.
                with suppress(OutputError):
                    in_state(record, "begun")
        job, self._job = self._job, ""
        if job:
            self._core.queue.end_now(job)
        if job or record is not None:
            self._moving = True
            self.model.set_phase("stopped")

    def look_for_devices(self) -> None:
        """Asks a worker for the devices, once."""
        self._core.planner.look_soon()
        if self.model.devices is None and not self._probe:
            title = tr("Looking for devices")
            spec = JobSpec("train_needs", NeedsRequest(), title, lane="light", outlives_project=True, unseen=True)
            self._probe = self._core.queue.submit(spec)

    def estimated(self, preset: Preset | None = None) -> TrainEstimate | None:
        """Returns what learning will take here, or None while this machine was neither measured nor learned on.

        Args:
            preset: Another preset, with its own number of steps; None for the choice as it stands.
        """
        choice, settings = self.model.choice, self.model.choice.settings
        own = settings.steps if preset is None else None
        steps = own or self.model.usual_steps(preset)
        return self._core.planner.training(choice.backbone, settings, steps)

    def start(self) -> None:
        """Learns what is painted now, saved or not."""
        core, model = self._core, self.model
        folder, problem = core.session.path, model.missing()
        if model.busy or folder is None:
            return
        if core.document.read_only:
            problem = tr("The project is open for reading only. Save it under another name to train.")
        if problem:
            core.notifier.warning(problem)
            return
        choice = model.choice
        name = choice.name or core.document.project.name or tr("profile")
        playhead = core.playhead
        frame = (playhead.clip_id, playhead.frame) if playhead.clip_id else None
        try:
            record = new_record(folder, name, choice.backbone, choice.settings, choice.start)
            record = replace(record, made_from=model.made_from())
            order = order_for(
                core.document, folder, record.references, model.painted(), watched=choice.watched, frame=frame
            )
        except EngineError as error:
            core.notifier.warning(str(error))
            return
        self._preparing = record
        model.show_run(record, "preparing")
        self._writer.write(order)

    def pause(self) -> None:
        """Holds the run between two steps, or lets it go on."""
        if self._job and self.model.phase in ("running", "paused"):
            self._core.queue.pause(self._job, on=self.model.phase == "running")

    def stop(self) -> None:
        """Stops the run; its checkpoints stay, and it can go on later."""
        if self._job and self.model.busy:
            self.model.set_phase("stopping")
            self._core.queue.cancel(self._job)

    def resume(self) -> None:
        """Goes on with the shown run where it stopped."""
        record = self.model.record
        if record is not None and not self.model.busy and is_snapshot(record.references):
            self._submit(record)

    def offer_resume(self) -> None:
        """Offers to go on with a run that a crash, a kill or the end of the program cut off.

        A project that was only saved elsewhere takes its run along unasked.
        """
        moving, self._moving = self._moving, False
        record = self.model.unfinished()
        if self._core.document.read_only:
            return  # where another seat holds the project, the run may be its own
        if record is None or self.model.busy or not is_snapshot(record.references):
            return
        if moving:
            self._submit(record)
            return
        kept = self.model.checkpoints[-1].step if self.model.checkpoints else 0
        text = tr("Training '{name}' was cut off after step {step}. Its checkpoints are kept.")
        self._core.notice.offer(text.format(name=record.name, step=kept), tr("Go on"), partial(self._submit, record))

    def use_checkpoint(self) -> None:
        """Makes the checkpoint that is looked at the profile of its run."""
        record, checkpoint = self.model.record, self.model.checkpoint
        if record is None or checkpoint is None or self.model.busy:
            return
        try:
            replace_profile(record.profile, checkpoint.profile)
            self.model.record = in_state(record, "done")
        except EngineError as error:
            self._core.notifier.engine_error(error)
            return
        self._core.profiles.choose(record.profile)
        self._core.profiles.refresh()
        text = tr("Step {step} is now the profile '{name}'.").format(step=checkpoint.step, name=record.name)
        self.model.set_phase("done", text)
        self._core.notifier.info(text)

    def _on_closed(self) -> None:
        self._moving = False

    def _on_written(self, target: Path, problem: str) -> None:
        record, self._preparing = self._preparing, None
        if record is None or record.references != target:
            return
        if problem:
            self.model.set_phase("failed", problem)
            self._core.notifier.error(problem)
            return
        self._submit(record)

    def _submit(self, record: TrainingRecord) -> None:
        try:
            record = in_state(record, "begun")
        except OutputError as error:
            self.model.set_phase("failed", str(error))
            self._core.notifier.engine_error(error)
            return
        request = TrainRequest(
            references=record.references,
            out=record.profile,
            backbone=record.backbone,
            start=record.start,
            overwrite=True,
            run=record.folder,
            cache_folder=cache_folder(),
            measured=self.measured,
            settings=record.settings,
        )
        self.model.show_run(record, "running")
        title = tr("Train '{name}'").format(name=record.name)
        self._job = self._core.queue.submit(JobSpec("train", request, title, tags={"run": record.folder.name}))

    def _on_told(self, job_id: str, event: Event) -> None:
        if job_id != self._job:
            return
        if isinstance(event, TrainStep):
            self.model.note_step(event)
        elif isinstance(event, Message):
            (self._core.notifier.warning if event.level == "warning" else self._core.notifier.info)(event.text)

    def _on_queue(self) -> None:
        view = self._core.queue.job(self._job) if self._job else None
        both = ("running", "paused")
        if view is not None and view.state in both and self.model.phase in both and view.state != self.model.phase:
            self.model.set_phase("paused" if view.state == "paused" else "running")

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        if job_id == self._probe:
            self._take_devices(outcome)
        elif job_id == self._job:
            self._job = ""
            self._end(outcome)

    def _take_devices(self, outcome: Outcome) -> None:
        self._probe = ""
        if outcome.kind == "succeeded" and outcome.value is not None:
            self.model.set_devices(tuple(DeviceFacts(**row) for row in outcome.value["devices"]))

    def _end(self, outcome: Outcome) -> None:
        record = self.model.record
        assert record is not None
        states: dict[str, Ended] = {"succeeded": "done", "cancelled": "stopped", "failed": "failed"}
        state = states[outcome.kind]
        # Where this cannot be written, the run counts as begun: it is offered again and goes on where it is.
        with suppress(OutputError):
            self.model.record = in_state(record, state)
        self.model.read_checkpoints()
        sentence = self._sentence(state, outcome)
        self.model.set_phase(state, sentence)
        if state == "done":
            self._core.profiles.choose(record.profile)
            self._core.profiles.refresh()
            self._core.notifier.info(sentence)
        elif outcome.out_of_memory or outcome.crashed:
            self._offer_help(record, outcome, sentence)
        elif state == "failed":
            self._core.notifier.error(sentence, outcome.details)

    def _offer_help(self, record: TrainingRecord, outcome: Outcome, sentence: str) -> None:
        """Says why a run failed, and offers what may help; what was learned is gone on from where that is possible."""
        settings, choices = record.settings, list[tuple[str, Callable[[], object]]]()
        if outcome.crashed:
            choices.append((tr("Go on"), partial(self._submit, record)))
        else:
            side = settings.resolution * 3 // 4 // 64 * 64
            if record.backbone == "smite" and side >= _SMALLEST_SIDE:
                smaller = replace(settings, resolution=side)
                choices.append((tr("Learn at {side} px").format(side=side), partial(self._start_with, smaller)))
            if settings.device != "cpu":
                on_cpu = replace(record, settings=replace(settings, device="cpu"))
                choices.append((tr("Go on on the CPU"), partial(self._submit, on_cpu)))
        if outcome.details:
            choices.append((tr("Details…"), partial(self._core.notifier.error, sentence, outcome.details)))
        self._core.notice.offer_all(sentence, choices)

    def _start_with(self, settings: TrainSettings) -> None:
        """Starts anew with other settings."""
        self.model.choose(replace(self.model.choice, settings=settings))
        self.start()

    def _sentence(self, state: Ended, outcome: Outcome) -> str:
        record, best = self.model.record, self.model.best
        assert record is not None
        if state == "done":
            score = (outcome.value or {}).get("holdout_iou")
            rated = tr(", hold-out IoU {score:.2f}").format(score=score) if isinstance(score, float) else ""
            return tr("'{name}' is learned{rated}.").format(name=record.name, rated=rated)
        kept = tr("Nothing was kept yet.")
        if best is not None and best.score is not None:
            kept = tr("The best so far is kept: step {step}, IoU {score:.2f}.").format(step=best.step, score=best.score)
        elif best is not None:
            kept = tr("The last checkpoint is kept: step {step}.").format(step=best.step)
        if state == "failed":
            return f"{outcome.sentence} {kept}"
        return tr("Stopped. {kept}").format(kept=kept)
