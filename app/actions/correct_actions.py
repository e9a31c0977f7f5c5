"""Correct: brush, spread, teach, locks and notes on the shown frame of the chosen result."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.core import Core
from app.correct.model import CorrectModel
from app.i18n import plural, tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.places import cache_folder
from engine.api.spread import SpreadRequest
from engine.domain.labels import Painted
from engine.errors import EngineError

_SIZE_STEP = 1.1
_HARDNESS_STEP = 10


class CorrectActions(QObject):
    """What belongs to corrections."""

    def __init__(self, core: Core, model: CorrectModel, canvas: CanvasView, commands: Commands) -> None:
        super().__init__(canvas)
        self._core, self.model, self._canvas, self._commands = core, model, canvas, commands
        self.reach = 8
        self._spreads: dict[str, int] = {}
        self._bind()
        model.stepsChanged.connect(self._show_steps)
        core.queue.finished.connect(self._on_finished)

    def toggle_brush(self) -> None:
        """Takes the brush to the shown frame, or puts it away."""
        if self.model.painting:
            self.model.stop_painting()
        elif self._ready():
            self.model.start_painting()

    def start_brush(self) -> None:
        """Takes the brush to the shown frame, which shows the model's guess."""
        if not self.model.painting and self._ready():
            self.model.start_painting()

    def take_tool(self, name: str) -> None:
        """Takes a paint tool; the first one puts the canvas in the viewer's place."""
        self._canvas.set_tool(name)
        if not self.model.painting and self._ready():
            self.model.start_painting()

    def spread(self) -> None:
        """Asks the worker for a preview of this frame's correction on its neighbours."""
        if not self._ready():
            return
        frame = self._core.playhead.frame
        if frame not in self.model.edited:
            self._core.notifier.info(tr("Correct this frame with the brush first; then spread it."))
            return
        result = self.model.result
        assert result is not None
        request = SpreadRequest(result, frame, reach=self.reach, preview=True, cache_folder=cache_folder())
        title = tr("Spread frame {frame}").format(frame=frame)
        self._spreads[self._core.queue.submit(JobSpec("spread", request, title, lane="light"))] = frame

    def accept(self) -> None:
        """Takes what was spread into the result."""
        if self.model.offered:
            self._core.notice.hide()
            self.model.accept(tr("Spread"))

    def reject(self) -> None:
        """Drops what was spread."""
        self._core.notice.hide()
        self.model.reject()

    def teach(self) -> None:
        """Makes the shown frame, as it is corrected, a reference; the next run learns it."""
        if not self._ready():
            return
        core, frame, clip_id = self._core, self._core.playhead.frame, self._core.playhead.clip_id
        reader = core.results.reader()
        if reader is None:
            return
        try:
            labels = reader.final(frame)[1]
            core.references.show_frame(clip_id, frame)
            core.references.replace_labels(Painted(labels), tr("Teach frame"))
        except EngineError as error:
            core.notifier.warning(str(error))
            return
        text = tr("Frame {frame} is a reference now. Run the clip again to learn it: the result is stale until then.")
        core.notice.offer(text.format(frame=frame), tr("Run now"), core.commands["run.clip"].trigger)

    def lock_frame(self) -> None:
        """Locks the shown frame, or unlocks it."""
        if self._ready():
            frame, review = self._core.playhead.frame, self.model.review
            if frame in review.frames:
                self.model.set_review(tr("Unlock frame"), review.unlocking([frame]))
            else:
                self.model.set_review(tr("Lock frame"), review.locking([frame]))

    def lock_part(self) -> None:
        """Locks the current part of the shown frame, or unlocks it."""
        part = self._core.parts.current
        if self._ready() and part in self._core.parts.parts.ids:
            frame, review = self._core.playhead.frame, self.model.review
            if part in review.parts.get(frame, ()):
                self.model.set_review(tr("Unlock part"), review.unlocking([frame], part))
            else:
                self.model.set_review(tr("Lock part"), review.locking([frame], part))

    def ask_note(self) -> None:
        """Asks for a note on the shown frame."""
        if self._ready():
            frame, review = self._core.playhead.frame, self.model.review
            title = tr("Note on frame {frame}").format(frame=frame)
            note = self._core.questions.text(title, tr("Note"), review.notes.get(frame, ""))
            if note is not None:
                self.model.set_review(tr("Note"), review.noting(frame, note))

    def _bind(self) -> None:
        commands, canvas, model = self._commands, self._canvas, self.model
        for name in TOOL_NAMES:
            commands.bind(f"tool.{name}", partial(self.take_tool, name))
        commands.bind("brush.smaller", lambda: canvas.resize_brush(1 / _SIZE_STEP))
        commands.bind("brush.larger", lambda: canvas.resize_brush(_SIZE_STEP))
        commands.bind("brush.softer", lambda: canvas.set_hardness_by(-_HARDNESS_STEP))
        commands.bind("brush.harder", lambda: canvas.set_hardness_by(_HARDNESS_STEP))
        commands.bind("edit.undo", self._undo)
        commands.bind("edit.redo", model.redo)
        commands.bind_switch("correct.brush", lambda _on: self.toggle_brush())
        commands.bind("correct.clear", lambda: model.clear(tr("Clear correction")))
        commands.bind("correct.spread", self.spread)
        commands.bind("correct.accept", self.accept)
        commands.bind("correct.reject", self.reject)
        commands.bind("correct.teach", self.teach)
        commands.bind("correct.lock_frame", self.lock_frame)
        commands.bind("correct.lock_part", self.lock_part)
        commands.bind("correct.note", self.ask_note)

    def _undo(self) -> None:
        if not self._canvas.step_back():
            self.model.undo()

    def _ready(self) -> bool:
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name first."))
            return False
        if self.model.result is None or self._core.results.state(self._core.playhead.frame) == "none":
            self._core.notifier.info(tr("This frame has no result yet. Run it first, then correct it."))
            return False
        return True

    def _show_steps(self) -> None:
        undo, redo = self.model.undo_text, self.model.redo_text
        self._commands["edit.undo"].setText(f"{tr('Undo')} {undo}".strip())
        self._commands["edit.redo"].setText(f"{tr('Redo')} {redo}".strip())

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        frame = self._spreads.pop(job_id, None)
        if frame is None:
            return
        if outcome.kind == "failed":
            self._core.notifier.warning(outcome.sentence)
            return
        self.model.read_marks()
        if outcome.kind == "succeeded" and outcome.value is not None:
            count = len(outcome.value.get("changed", {}))
            if not count:
                self._core.notifier.info(tr("Nothing of this correction reaches a neighbour that may change."))
                return
            frames = plural(count, "{n} frame would change.", "{n} frames would change.")
            text = tr("Spread from frame {frame}: {frames}").format(frame=frame, frames=frames)
            self._core.notice.offer(text, tr("Accept"), self.accept)
