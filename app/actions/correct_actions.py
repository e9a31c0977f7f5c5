"""Correct: brush, spread, edits, locks and notes on the shown frame of the chosen result."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.core import Core
from app.correct import frame_work
from app.correct.edit_document import Mode
from app.correct.model import CorrectModel
from app.correct.scope import frames_of
from app.i18n import plural, tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.places import cache_folder
from engine.api.spread import SpreadRequest

_SIZE_STEP = 1.1
_HARDNESS_STEP = 10


class CorrectActions(QObject):
    """What belongs to corrections."""

    def __init__(self, core: Core, model: CorrectModel, canvas: CanvasView, commands: Commands) -> None:
        super().__init__(canvas)
        self._core, self.model, self._canvas, self._commands = core, model, canvas, commands
        self.reach = 8
        self.to_anchor = self.one_part = False
        self._spreads: dict[str, int] = {}
        self._bind()
        model.stepsChanged.connect(self._show_steps)
        core.queue.finished.connect(self._on_finished)

    def toggle_brush(self) -> None:
        """Takes the brush to the shown frame, or puts it away."""
        if self.model.painting:
            self.model.stop_painting()
        elif self.ready():
            self.model.start_painting()

    def start_brush(self) -> None:
        """Takes the brush to the shown frame, which shows the model's guess."""
        if not self.model.painting and self.ready():
            self.model.start_painting()

    def take_tool(self, name: str) -> None:
        """Takes a paint tool; the first one puts the canvas in the viewer's place."""
        self._canvas.set_tool(name)
        looking = self.model.looking_at in ("original", "edit")
        if (looking or not self.model.painting) and self.ready():
            self.model.start_painting()

    def look_at(self, mode: Mode, *, on: bool) -> None:
        """Shows the original or the correction alone, or both together again."""
        if not on:
            self.model.look_at("paint")
        elif self.ready():
            self.model.look_at(mode)
        self._show_looks()

    def spread(self) -> None:
        """Asks the worker for a preview of this frame's correction on its neighbours."""
        if not self.ready():
            return
        frame = self._core.playhead.frame
        if frame not in self.model.edited:
            self._core.notifier.info(tr("Correct this frame with the brush first; then spread it."))
            return
        result = self.model.result
        assert result is not None
        parts, current = self._core.parts.parts, self._core.parts.current
        if self.one_part and current not in parts.ids:
            self._core.notifier.info(tr("Choose the part in the list that is to be spread, or spread all parts."))
            return
        request = SpreadRequest(
            result,
            frame,
            reach=self.reach,
            to_anchor=self.to_anchor,
            parts=(parts.by_id(current).name,) if self.one_part else (),
            preview=True,
            cache_folder=cache_folder(),
        )
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

    def swap(self) -> None:
        """Exchanges the current part with another one, between In and Out or on the shown frame."""
        parts, current = self._core.parts.parts, self._core.parts.current
        if not self.ready():
            return
        if current not in parts.ids or len(parts.ids) < 2:
            self._core.notifier.info(tr("Choose one of the two parts in the list first; there have to be two."))
            return
        others = [part for part in parts if part.id != current]
        label = tr("Exchange '{part}' on {frames} with").format(
            part=parts.by_id(current).name, frames=self._span_text()
        )
        row = self._core.questions.pick(tr("Swap parts"), label, [part.name for part in others])
        if row is not None and self.model.result is not None:
            work = partial(frame_work.swap, self.model.result, self._span(), current, others[row].id)
            self.model.perform(tr("Swap parts"), work)

    def move(self) -> None:
        """Moves the shown frame's correction to another frame, which is asked for."""
        if not self.ready() or self.model.result is None:
            return
        frame = self._core.playhead.frame
        if frame not in self.model.edited:
            self._core.notifier.info(tr("This frame has no correction that could be moved."))
            return
        title = tr("Move the correction of frame {frame}").format(frame=frame)
        text = self._core.questions.text(title, tr("To frame"), "")
        if text is None:
            return
        if not text.isdigit() or int(text) not in self._core.playhead.numbers:
            self._core.notifier.info(tr("The clip has no frame '{text}'. Nothing was moved.").format(text=text))
            return
        self.model.perform(tr("Move correction"), partial(frame_work.move, self.model.result, frame, int(text)))
        self._core.playhead.go(int(text))

    def clear(self) -> None:
        """Takes the shown frame's correction away."""
        if self.ready():
            if self._core.playhead.frame in self.model.edited:
                self.model.clear(tr("Clear correction"), (self._core.playhead.frame,))
            else:
                self._core.notifier.info(tr("This frame has no correction: it is as the run left it."))

    def clear_range(self) -> None:
        """Takes all corrections between In and Out away."""
        if self.ready():
            frames = [frame for frame in self._span() if frame in self.model.edited]
            if frames:
                self.model.clear(tr("Clear corrections"), frames)
            else:
                self._core.notifier.info(tr("There is no correction on {frames}.").format(frames=self._span_text()))

    def lock_range(self) -> None:
        """Locks all frames between In and Out that have a result, or unlocks them where all are locked."""
        if not self.ready():
            return
        review = self.model.review
        frames = [frame for frame in self._span() if self._core.results.state(frame) != "none"]
        if review.frames >= set(frames):
            self.model.set_review(tr("Unlock frames"), review.unlocking(frames))
        else:
            self.model.set_review(tr("Lock frames"), review.locking(frames))

    def _span(self) -> tuple[int, ...]:
        """Returns the frames between In and Out, or the shown one where neither was set."""
        playhead = self._core.playhead
        return frames_of("frame" if playhead.in_out is None else "range", playhead)

    def _span_text(self) -> str:
        frames = self._span()
        if len(frames) == 1:
            return tr("frame {frame}").format(frame=frames[0])
        return tr("frames {first} to {last}").format(first=frames[0], last=frames[-1])

    def lock_frame(self) -> None:
        """Locks the shown frame, or unlocks it."""
        if self.ready():
            frame, review = self._core.playhead.frame, self.model.review
            if frame in review.frames:
                self.model.set_review(tr("Unlock frame"), review.unlocking([frame]))
            else:
                self.model.set_review(tr("Lock frame"), review.locking([frame]))

    def lock_part(self) -> None:
        """Locks the current part of the shown frame, or unlocks it."""
        part = self._core.parts.current
        if self.ready() and part in self._core.parts.parts.ids:
            frame, review = self._core.playhead.frame, self.model.review
            if part in review.parts.get(frame, ()):
                self.model.set_review(tr("Unlock part"), review.unlocking([frame], part))
            else:
                self.model.set_review(tr("Lock part"), review.locking([frame], part))

    def lock_part_range(self) -> None:
        """Locks the current part on all frames between In and Out that have a result, or unlocks it there."""
        part = self._core.parts.current
        if not self.ready() or part not in self._core.parts.parts.ids:
            return
        review = self.model.review
        frames = [frame for frame in self._span() if self._core.results.state(frame) != "none"]
        if all(part in review.parts.get(frame, ()) for frame in frames):
            self.model.set_review(tr("Unlock part"), review.unlocking(frames, part))
        else:
            self.model.set_review(tr("Lock part"), review.locking(frames, part))

    def ask_note(self) -> None:
        """Asks for a note on the shown frame."""
        if self.ready():
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
        commands.bind_switch("correct.original", lambda on: self.look_at("original", on=on))
        commands.bind_switch("correct.edit", lambda on: self.look_at("edit", on=on))
        model.shown.connect(self._show_looks)
        commands.bind_switch("correct.brush", lambda _on: self.toggle_brush())
        commands.bind("correct.clear", self.clear)
        commands.bind("correct.clear_range", self.clear_range)
        commands.bind("correct.move", self.move)
        commands.bind("correct.swap", self.swap)
        commands.bind("correct.lock_range", self.lock_range)
        commands.bind("correct.spread", self.spread)
        commands.bind("correct.accept", self.accept)
        commands.bind("correct.reject", self.reject)
        commands.bind("correct.lock_frame", self.lock_frame)
        commands.bind("correct.lock_part", self.lock_part)
        commands.bind("correct.lock_part_range", self.lock_part_range)
        commands.bind("correct.note", self.ask_note)

    def _undo(self) -> None:
        if not self._canvas.step_back():
            self.model.undo()

    def ready(self) -> bool:
        """Tells whether the shown frame can be corrected, and says why where it cannot."""
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name first."))
            return False
        if self.model.result is None or self._core.results.state(self._core.playhead.frame) == "none":
            self._core.notifier.info(tr("This frame has no result yet. Run it first, then correct it."))
            return False
        return True

    def _show_looks(self) -> None:
        for command, mode in (("correct.original", "original"), ("correct.edit", "edit")):
            self._commands.show_switch(command, on=self.model.looking_at == mode)

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
