"""What the artist wants learned, and how the run that is shown is doing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.i18n import tr
from app.model.devices import smite_caution, smite_missing
from app.model.document import Document
from app.model.session import ProjectSession
from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.domain.profile import Backbone
from engine.domain.project import ProjectReference
from engine.domain.settings import Preset, TrainSettings
from engine.hardware.devices import DeviceFacts
from engine.jobs import TrainStep
from engine.profiles.training_run import Checkpoint, best_of, checkpoints_in
from engine.project_io.run_inputs import digest_of
from engine.project_io.training_runs import TrainingRecord, training_records

Phase = Literal["idle", "preparing", "running", "paused", "stopping", "stopped", "failed", "done"]


@dataclass(frozen=True)
class TrainChoice:
    """How the artist wants a profile learned.

    Attributes:
        backbone: Which backbone learns.
        name: Name of the profile, or "" for the project's.
        settings: Preset and everything advanced.
        start: Profile to fine-tune, or None to start from nothing.
        watched: Reference id that previews are drawn on, "frame" for the playhead's frame, or "" for a hold-out.
    """

    backbone: Backbone = "quick"
    name: str = ""
    settings: TrainSettings = field(default_factory=TrainSettings)
    start: Path | None = None
    watched: str = ""


class TrainingModel(QObject):
    """The choice, the runs of the project, and the one that is shown.

    Signals:
        choiceChanged(): What would be learned, or what there is for it, changed.
        runChanged(): Another run is shown, or its phase or checkpoints changed.
        stepped(): A step was done.
        selected(): Another checkpoint is looked at.
    """

    choiceChanged = Signal()
    runChanged = Signal()
    stepped = Signal()
    selected = Signal()

    def __init__(self, document: Document, session: ProjectSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self.choice = TrainChoice()
        self.devices: tuple[DeviceFacts, ...] | None = None
        self.record: TrainingRecord | None = None
        self.phase: Phase = "idle"
        self.sentence = ""
        self.losses: list[float] = []
        self.total = 0
        self.checkpoints: tuple[Checkpoint, ...] = ()
        self.looked_at: int | None = None
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_opened)

    @property
    def busy(self) -> bool:
        """A run is under way."""
        return self.phase in ("preparing", "running", "paused", "stopping")

    @property
    def best(self) -> Checkpoint | None:
        """The checkpoint with the highest hold-out score, else the last."""
        return best_of(self.checkpoints)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that is looked at: the chosen one, else the newest."""
        for kept in self.checkpoints:
            if kept.step == self.looked_at:
                return kept
        return self.checkpoints[-1] if self.checkpoints else None

    def choose(self, choice: TrainChoice) -> None:
        """Changes what would be learned."""
        if choice != self.choice:
            self.choice = choice
            self.choiceChanged.emit()

    def set_devices(self, devices: tuple[DeviceFacts, ...]) -> None:
        """Takes in what the worker found."""
        self.devices = devices
        self.choiceChanged.emit()

    def painted(self) -> tuple[ProjectReference, ...]:
        """Returns the references on which something is painted: those that take part."""
        found = []
        for reference in self._document.project.references:
            areas = self._document.store.areas(reference)
            if any(count for part, count in areas.items() if part not in (BACKGROUND, UNKNOWN)):
                found.append(reference)
        return tuple(found)

    def made_from(self) -> str:
        """Returns a digest of what would be learned now: parts, and how much of each is painted on which reference."""
        rows = []
        for reference in self.painted():
            areas = self._document.store.areas(reference)
            known = sorted((part, n) for part, n in areas.items() if n and part not in (BACKGROUND, UNKNOWN))
            rows.append([reference.id, reference.holdout, known])
        return digest_of([rows, [[part.id, part.name] for part in self._document.project.parts]])

    @property
    def stale(self) -> bool:
        """References or parts have changed since the shown profile was learned."""
        record = self.record
        return record is not None and self.phase == "done" and record.made_from not in ("", self.made_from())

    def missing(self) -> str:
        """Returns a sentence that says why training cannot start, or ""."""
        project = self._document.project
        if not len(project.parts):
            return tr("There are no parts yet. Add a part and paint it on a reference.")
        painted = self.painted()
        if not painted:
            return tr("Nothing is painted yet. Paint at least one part on one reference.")
        if all(reference.holdout for reference in painted):
            return tr("All painted references are hold-outs. Leave at least one to learn from.")
        return smite_missing(self.choice.settings.model) if self.choice.backbone == "smite" else ""

    def caution(self) -> str:
        """Returns a sentence on what will make the run slow, or ""."""
        return smite_caution(self.choice.settings.device, self.devices) if self.choice.backbone == "smite" else ""

    def usual_steps(self, preset: Preset | None = None) -> int:
        """Returns the number of steps that a preset stands for: the chosen one, or another."""
        preset = preset or self.choice.settings.preset
        learned = sum(not reference.holdout for reference in self.painted())
        if self.choice.backbone == "quick":
            return {"draft": 100, "standard": 250, "best": 500}[preset]
        return {"draft": 60, "standard": 200, "best": max(200, 300 * learned)}[preset]

    def with_preset(self, preset: Preset) -> None:
        """Chooses a preset, with its own number of steps."""
        self.choose(replace(self.choice, settings=replace(self.choice.settings, preset=preset, steps=None)))

    def show_run(self, record: TrainingRecord | None, phase: Phase, sentence: str = "") -> None:
        """Shows a run as it is on disk."""
        self.record, self.phase, self.sentence, self.looked_at = record, phase, sentence, None
        self.losses, self.total, self.checkpoints = [], 0, ()
        self.read_checkpoints()

    def set_phase(self, phase: Phase, sentence: str = "") -> None:
        """Says where the shown run stands."""
        self.phase, self.sentence = phase, sentence
        self.runChanged.emit()

    def read_checkpoints(self) -> None:
        """Reads the checkpoints of the shown run again."""
        self.checkpoints = checkpoints_in(self.record.folder) if self.record is not None else ()
        if self.checkpoints and len(self.losses) < self.checkpoints[-1].step:
            self.losses = list(self.checkpoints[-1].losses)
            self.total = self.checkpoints[-1].total
        self.runChanged.emit()

    def note_step(self, step: TrainStep) -> None:
        """Takes in a step; losses of steps before the first that was heard of come from the checkpoints."""
        loss = step.losses.get("loss", step.losses.get("total", 0.0))
        self.total = step.total
        del self.losses[step.step - 1 :]
        self.losses += [loss] * (step.step - len(self.losses))
        self.stepped.emit()
        if step.checkpoint is not None:
            self.read_checkpoints()

    def look_at(self, step: int | None) -> None:
        """Looks at a checkpoint, or at the newest one as they come."""
        if step != self.looked_at:
            self.looked_at = step
            self.selected.emit()

    def unfinished(self) -> TrainingRecord | None:
        """Returns the newest run that was cut off by a crash, or None."""
        folder = self._session.path
        records = training_records(folder) if folder is not None else ()
        cut = [record for record in records if record.state == "begun"]
        return cut[-1] if cut else None

    def _on_opened(self) -> None:
        if self.busy:
            return
        folder = self._session.path
        records = training_records(folder) if folder is not None else ()
        last = records[-1] if records else None
        phase: Phase = "idle" if last is None else ("stopped" if last.state == "begun" else last.state)
        self.choice = TrainChoice(self.choice.backbone)
        self.show_run(last, phase)
        self.choiceChanged.emit()
