"""Alpha matting of the shown frame: the network runs in the worker, which leaves the finished frame in a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core import Core
from app.finish.model import FinishModel
from app.finish.preview_work import PreviewQuestion
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.finish_frame import FinishFrameRequest
from engine.api.matting import MATTING_MODEL, matting_weights
from engine.api.places import cache_folder
from engine.domain.finishing import FinishRecipe

_Key = tuple[Path, int, FinishRecipe]


class MattingPreview(QObject):
    """Asks the worker, and knows for which frame and recipe the last answer holds.

    Signals:
        finished(): A frame was finished, or could not be.
    """

    finished = Signal()

    def __init__(self, core: Core, model: FinishModel, parent: QObject) -> None:
        super().__init__(parent)
        self._core, self._model = core, model
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._job: tuple[str, _Key] | None = None
        self._done: tuple[_Key, Path] | None = None
        core.queue.finished.connect(self._on_finished)

    def state(self, question: PreviewQuestion) -> tuple[str, bool]:
        """Returns a sentence on alpha matting, "" where nobody asks for it, and whether it can be shown now."""
        if not question.recipe.mattes:
            return "", False
        if matting_weights() is None:
            text = tr("Alpha matting is left out: its weights are not on this machine. Get {model} in Models.")
            return text.format(model=MATTING_MODEL), False
        if self._job is not None:
            return tr("The network is at work on a frame…"), False
        if question.matted is not None:
            return tr("After: with alpha matting."), False
        return tr("After: still without alpha matting; the export has it."), True

    def file_of(self, question: PreviewQuestion) -> Path | None:
        """Returns the frame as the network finished it by this very recipe, or None."""
        if self._done is not None and self._done[0] == _key(question):
            return self._done[1]
        return None

    def start(self, question: PreviewQuestion) -> None:
        """Puts the frame into the queue."""
        if self._job is not None:
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="smite-studio-")
        request = FinishFrameRequest(
            question.result,
            question.clip,
            question.colour_space,
            question.frame,
            question.recipe,
            Path(self._folder.name) / f"{question.frame}.npz",
            cache_folder=cache_folder(),
        )
        title = tr("Alpha matting of frame {frame}").format(frame=question.frame)
        self._job = self._core.queue.submit(JobSpec("finish_frame", request, title, lane="light")), _key(question)

    def shut_down(self) -> None:
        """Removes the files."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        if self._job is None or self._job[0] != job_id:
            return
        key, self._job = self._job[1], None
        if outcome.kind == "succeeded" and outcome.value is not None:
            self._done = key, Path(str(outcome.value["file"]))
        elif outcome.kind == "failed":
            self._core.notifier.warning(outcome.sentence)
        self.finished.emit()


def _key(question: PreviewQuestion) -> _Key:
    return question.result, question.frame, question.recipe
