"""Corrections of the chosen result: marks of its frames, gestures on their way to disk, and undo of it all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.canvas.background import Background, Failure
from app.core import Core
from app.correct import frame_work
from app.correct.edit_document import EditDocument, Mode
from app.correct.frame_work import FrameToCorrect, FrameWork, Marks
from engine.api.spread import accept, reject
from engine.correct.change import Change
from engine.domain.edits import LabelEdit
from engine.domain.labels import BACKGROUND, LabelMap
from engine.results.areas import Mask
from engine.results.review import Review

_MOST_STEPS = 200


class CorrectModel(QObject):
    """What is corrected, locked and noted in the chosen result.

    Signals:
        changed(): Marks are others.
        shown(): Another frame is ready to be corrected, or none.
        failed(str): Something could not be done; the sentence says why.
        stepsChanged(): What can be undone or redone is another.
        noted(str): A correction left something as it was; the sentence says what.
        areaDrawn(): An area was drawn; `drawn` has it.
    """

    changed = Signal()
    shown = Signal()
    failed = Signal(str)
    stepsChanged = Signal()
    noted = Signal(str)
    areaDrawn = Signal()

    def __init__(self, core: Core, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core
        self.document = EditDocument(core.document, core.parts, self)
        self._background = Background(self)
        self._work = FrameWork()
        self._marks: Marks | None = None
        self._before: LabelMap | None = None
        self._numbers = itertools.count()
        self._pending = 0
        self._done: list[tuple[str, Change]] = []
        self._undone: list[tuple[str, Change]] = []
        self._painting = False
        self._mode: Mode = "paint"
        self.drawn: tuple[int, Mask] | None = None
        core.results.versionsChanged.connect(self._on_result)
        core.results.recordChanged.connect(self.read_marks)
        core.playhead.frameChanged.connect(self._on_frame)

    @property
    def result(self) -> Path | None:
        """Folder of the chosen result, or None."""
        chosen = self._core.results.chosen
        return chosen.folder if chosen is not None and chosen.begun else None

    @property
    def review(self) -> Review:
        """Locks and notes."""
        return self._marks.review if self._marks is not None else Review()

    @property
    def edited(self) -> Collection[int]:
        """Frames with an edit layer."""
        return self._marks.edited if self._marks is not None else ()

    @property
    def locks(self) -> Mapping[int, tuple[str, ...]]:
        """Locked frames, with the names of the locked parts; none named is the whole frame."""
        review, parts = self.review, self._core.parts.parts
        found: dict[int, tuple[str, ...]] = {
            frame: tuple(parts.by_id(i).name for i in sorted(ids) if i in parts.ids)
            for frame, ids in review.parts.items()
        }
        return {**found, **dict.fromkeys(review.frames, ())}

    @property
    def offered(self) -> tuple[int, ...]:
        """Frames of a spread that waits to be accepted or rejected."""
        return self._marks.offered if self._marks is not None else ()

    @property
    def painting(self) -> bool:
        """The shown frame is being corrected with the brush."""
        return self._painting

    @property
    def busy(self) -> bool:
        """Gestures are on their way to disk."""
        return self._pending > 0

    @property
    def undo_text(self) -> str:
        """Name of the step that undo takes back, or ''."""
        return self._done[-1][0] if self._done else ""

    @property
    def redo_text(self) -> str:
        """Name of the step that redo does again, or ''."""
        return self._undone[-1][0] if self._undone else ""

    @property
    def drawing_area(self) -> bool:
        """The next gesture draws an area and changes no matte."""
        return self._mode == "area"

    @property
    def looking_at(self) -> Mode:
        """What the canvas shows of the frame; "paint" is original and correction together."""
        return self._mode

    def start_painting(self) -> None:
        """Makes the shown frame ready for the brush; `shown` tells when it is."""
        self._open("paint")

    def look_at(self, mode: Mode) -> None:
        """Shows the original or the correction alone, or both together again."""
        self._open(mode)

    def start_drawing(self) -> None:
        """Makes the shown frame ready for an area to be drawn; `shown` tells when it is."""
        self._open("area")

    def stop_painting(self) -> None:
        """Leaves the brush."""
        self._painting, self._mode = False, "paint"
        self.document.show(None)
        self.shown.emit()

    def take_stroke(self, edit: LabelEdit, text: str) -> None:
        """Takes a gesture that the canvas has painted and writes it as a correction."""
        del edit
        frame, layer, before = self.document.frame, self.document.layer, self._before
        if frame is None or layer is None or before is None:
            return
        if self._mode == "area":
            self.drawn = frame.frame, layer.labels != BACKGROUND
            self.stop_painting()
            self.areaDrawn.emit()
            return
        after, coverage = layer.labels.copy(), layer.coverage.copy()
        self._before = after
        self._do(text, partial(frame_work.brush, frame.result, frame.frame, before, after, coverage))

    def clear(self, text: str, frames: Sequence[int]) -> None:
        """Takes the corrections of frames away."""
        if self.result is not None:
            self._do(text, partial(frame_work.clear, self.result, frames))

    def set_review(self, text: str, review: Review) -> None:
        """Changes locks or notes."""
        if self.result is not None and review != self.review:
            frames = tuple(sorted(review.frames ^ self.review.frames))
            self._do(text, partial(frame_work.change_review, self.result, review, frames))

    def accept(self, text: str) -> None:
        """Takes the offered spread into the result."""
        if self.result is not None:
            self._do(text, partial(accept, self.result))

    def reject(self) -> None:
        """Drops the offered spread."""
        if self.result is not None:
            reject(self.result)
            self.read_marks()

    def perform(self, text: str, work: Callable[[], Change | None], then: Callable[[], object] | None = None) -> None:
        """Does a correction in the background, as a step that can be undone; `then` runs once it is done."""
        if self.result is not None:
            self._do(text, work, then)

    def undo(self) -> None:
        """Takes the newest correction back, to the bit."""
        self._travel(self._done, self._undone)

    def redo(self) -> None:
        """Does the last undone correction again."""
        self._travel(self._undone, self._done)

    def read_marks(self) -> None:
        """Reads corrections, locks and notes again."""
        result = self.result
        if result is None:
            self._marks = None
            self.changed.emit()
            return
        self._background.ask("marks", partial(frame_work.read_marks, result), self._on_marks)

    def shut_down(self) -> None:
        """Waits for gestures on their way to disk, and ends the thread."""
        self._background.stop()
        self._work.close()

    def _open(self, mode: Mode) -> None:
        self._painting, self._mode = True, mode
        self._read_frame()

    def _do(self, text: str, work: Callable[[], Change | None], then: Callable[[], object] | None = None) -> None:
        self._pending += 1
        self._background.ask(f"do {next(self._numbers)}", work, partial(self._on_done, text, then))

    def _on_done(self, text: str, then: Callable[[], object] | None, answer: Change | Failure | None) -> None:
        self._pending -= 1
        if isinstance(answer, Failure):
            self.failed.emit(answer.text)
            self._read_frame()
            return
        if answer is not None:
            self._done.append((text, answer))
            del self._done[:-_MOST_STEPS]
            self._undone.clear()
            self.stepsChanged.emit()
            if answer.note:
                self.noted.emit(answer.note)
        self._after_change(answer)
        if then is not None:
            then()

    def _travel(self, source: list[tuple[str, Change]], target: list[tuple[str, Change]]) -> None:
        if not source or self.busy:
            return
        text, change = source.pop()
        self._pending += 1
        self._background.ask(f"do {next(self._numbers)}", change.revert, partial(self._on_travelled, text, target))

    def _on_travelled(self, text: str, target: list[tuple[str, Change]], answer: Any) -> None:
        self._pending -= 1
        if isinstance(answer, Failure):
            self.failed.emit(answer.text)
            return
        target.append((text, answer))
        self.stepsChanged.emit()
        self._after_change(answer)

    def _after_change(self, change: Change | None) -> None:
        if change is not None:
            self._core.results.note_frames_rewritten(change.frames)
        self.read_marks()
        if not self.busy:
            self._read_frame()

    def _on_marks(self, answer: Marks | Failure) -> None:
        if isinstance(answer, Failure):
            self.failed.emit(answer.text)
            return
        before, self._marks = self.offered, answer
        if before != answer.offered:  # the viewer shows what is offered, and no longer what was
            self._core.results.note_frames_rewritten(tuple(sorted({*before, *answer.offered})))
        self.changed.emit()

    def _on_result(self) -> None:
        if self._marks is not None and self.result != self._marks.result:
            self._done.clear()
            self._undone.clear()
            self.stepsChanged.emit()
        self.read_marks()
        self._read_frame()

    def _on_frame(self) -> None:
        self._read_frame()

    def _read_frame(self) -> None:
        clip_id = self._core.playhead.clip_id
        if not self._painting or self.result is None or not clip_id:
            return
        clip = self._core.document.project.clip(clip_id)
        frame = self._core.playhead.frame
        work = partial(self._work.read, self.result, clip.path, clip.colour_space, frame)
        self._background.ask("frame", work, self._on_read)

    def _on_read(self, answer: FrameToCorrect | Failure) -> None:
        if isinstance(answer, Failure):
            self.failed.emit(answer.text)
            self.stop_painting()
            return
        if self.busy or not self._painting:
            return  # a gesture came meanwhile: the frame is read again when it is on disk
        now = self.document.frame
        if now is not None and (now.result, now.frame) == (answer.result, answer.frame):
            answer = replace(answer, image=now.image)
        self._before = answer.labels.copy()
        self.document.show(answer, self._mode)
        self.shown.emit()
