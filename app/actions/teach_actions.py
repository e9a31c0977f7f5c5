"""Teach: a corrected frame becomes a reference, and a profile that is in use learns it by a warm start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.actions.correct_actions import CorrectActions
from app.core import Core
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.model.runs import RunModel
from engine.api.library import PROFILE_FOLDER
from engine.api.teach import TeachRequest
from engine.domain.labels import Painted
from engine.domain.settings import TrainSettings
from engine.errors import EngineError
from engine.results.folder import ResultReader

_MOST_TAUGHT = 24
"""References of one import: little is learned from more of the same shot, and each is shown."""


class TeachActions(QObject):
    """What belongs to teaching."""

    def __init__(self, core: Core, correct: CorrectActions, runs: RunModel, measured: Path) -> None:
        """Takes the services, the corrections, what runs are done with, and the file of measured trainings."""
        super().__init__(correct)
        self._core, self._correct, self._runs, self._measured = core, correct, runs, measured
        self._jobs: dict[str, tuple[Path, tuple[int, ...]]] = {}
        core.queue.finished.connect(self._on_finished)

    def bind(self, commands: Commands) -> None:
        """Connects the command."""
        commands.bind("correct.teach", self.teach)

    def teach(self) -> None:
        """Makes the shown frame, as it is corrected, a reference; a profile that runs are done with learns it now."""
        if self._correct.ready():
            self.teach_frames((self._core.playhead.frame,))

    def teach_frames(self, frames: Sequence[int]) -> None:
        """Makes frames, as they are shown, references; of many, some that are evenly spaced."""
        core, clip_id, reader = self._core, self._core.playhead.clip_id, self._core.results.reader()
        if reader is None:
            return
        known = [frame for frame in frames if frame in reader.record.frames]
        taught = tuple(known[:: max(1, -(-len(known) // _MOST_TAUGHT))])
        try:
            for frame in taught:
                labels = reader.final(frame)[1]
                core.references.show_frame(clip_id, frame)
                core.references.replace_labels(Painted(labels), tr("Teach frame"))
        except EngineError as error:
            core.notifier.warning(str(error))
            return
        if self._runs.choice.profile is not None:
            self._learn(reader, taught, self._runs.choice.profile)
        elif taught:
            self._offer_run(tr("{frames} Run the clip again to learn it: the result is stale until then."), taught)

    def _learn(self, reader: ResultReader, taught: tuple[int, ...], start: Path) -> None:
        """Has a worker go on learning the profile that runs are done with, into a new one."""
        folder = self._core.session.path
        if folder is None:
            return
        painted = [r.frame for r in self._runs.painted_frames(self._core.playhead.clip_id) if r.frame is not None]
        frames = tuple(sorted({*taught, *(frame for frame in painted if frame in reader.record.frames)}))
        out = _free_name(folder / PROFILE_FOLDER, start.stem)
        settings = TrainSettings(device=self._runs.choice.device)
        request = TeachRequest(
            reader.folder, frames, start, out, keep=False, measured=self._measured, settings=settings
        )
        title = tr("Teach '{name}'").format(name=start.stem)
        self._jobs[self._core.queue.submit(JobSpec("teach", request, title))] = (out, taught)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        out, taught = self._jobs.pop(job_id, (None, ()))
        if out is None:
            return
        if outcome.kind == "failed":
            self._core.notifier.error(outcome.sentence, outcome.details)
            return
        if outcome.kind == "succeeded":
            self._core.profiles.refresh()
            self._runs.choose(replace(self._runs.choice, profile=out))
            self._core.results.read_record()
            words = tr("{frames} The profile '{name}' has learned it. Run again what is stale.")
            self._offer_run(words.replace("{name}", out.stem), taught)

    def _offer_run(self, words: str, taught: tuple[int, ...]) -> None:
        if len(taught) == 1:
            frames = tr("Frame {frame} is a reference now.").format(frame=taught[0])
        else:
            frames = tr("{n} frames are references now.").format(n=len(taught))
        self._core.notice.offer(words.format(frames=frames), tr("Run now"), self._core.commands["run.clip"].trigger)


def _free_name(folder: Path, stem: str) -> Path:
    """Returns a name for the profile that comes of another one: "hero taught", "hero taught 2" ..."""
    first = stem.split(" taught")[0] + " taught"
    names = [first, *(f"{first} {number}" for number in range(2, 1000))]
    return next(path for name in names if not (path := folder / f"{name}.safetensors").exists())
