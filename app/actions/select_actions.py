"""Which engine answers the smart selection: GrabCut, or SAM 2 where the artist has its weights."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.canvas.view import CanvasView
from app.i18n import tr
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from app.preferences import Preferences
from engine.cli.worker_command import worker_command
from engine.errors import MissingModelError
from engine.models import SAM2, find_model
from engine.select.engines import GrabCutEngine
from engine.select.sam2 import has_weights
from engine.select.sam2_client import Sam2Client


class SelectActions(QObject):
    """Chooses the engine, and takes up the one that was chosen in the last run."""

    def __init__(
        self,
        canvas: CanvasView,
        questions: Questions,
        notifier: Notifier,
        preferences: Preferences,
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._questions, self._notifier = canvas, questions, notifier
        self._preferences = preferences
        folder = preferences.sam2_folder
        if folder is not None and has_weights(folder):
            canvas.set_select_engine(_client(folder))

    def bind(self, commands: Commands) -> None:
        """Connects the commands."""
        commands.bind("select.sam2", self.use_sam2)
        commands.bind("select.grabcut", self.use_grabcut)

    def use_sam2(self) -> None:
        """Selects with SAM 2 from now on; its process starts at the first click.

        The weights that the model manager fetched are taken; without them a folder is asked for.
        """
        folder = _fetched() or self._questions.folder(
            tr("SAM 2: choose the folder with config.json and model.safetensors")
        )
        if folder is None:
            return
        if not has_weights(folder):
            self._notifier.warning(
                tr("{folder} holds no SAM 2 weights (config.json and model.safetensors). GrabCut stays in use.").format(
                    folder=folder
                )
            )
            return
        self._preferences.set_sam2_folder(folder)
        self._canvas.set_select_engine(_client(folder))
        self._notifier.info(tr("Smart select uses SAM 2 now. The first click on an image takes longer."))

    def use_grabcut(self) -> None:
        """Selects with the built-in engine from now on."""
        self._preferences.set_sam2_folder(None)
        self._canvas.set_select_engine(GrabCutEngine())
        self._notifier.info(tr("Smart select uses GrabCut now."))


def _fetched() -> Path | None:
    try:
        return find_model(SAM2).path
    except MissingModelError:
        return None


def _client(folder: Path) -> Sam2Client:
    return Sam2Client(folder, worker_command("select"))
