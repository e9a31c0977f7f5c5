"""From the matrix into Review: the shot's clip, its result as a version, its worst frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.canvas.background import Background, Failure
from app.core import Core
from app.i18n import tr
from app.shots.model import ShotRow, ShotsModel
from engine.batch.bringing import bring_result
from engine.batch.report import worst_frame
from engine.errors import EngineError
from engine.project_io.run_inputs import file_digest
from engine.project_io.versions import ResultVersion
from engine.results.record import RECORD_NAME


@dataclass(frozen=True)
class _Asked:
    """What is to be shown: a shot, its result, and the part that was clicked on, or None."""

    row: ShotRow
    result: Path
    part: str | None


class ShotOpener(QObject):
    """Opens shots in Review; what takes reading or copying is done beside the window's thread."""

    def __init__(self, core: Core, model: ShotsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core, self._model = core, model
        self._background = Background(self)

    @property
    def busy(self) -> bool:
        """A result is being read or brought."""
        return self._background.busy

    def open(self, row: ShotRow, part: str | None) -> None:
        """Shows a shot in Review at the frame in which the part, or the worst of all parts, is worst."""
        asked = _Asked(row, self._model.result_folder(row), part)
        self._background.ask("open", partial(worst_frame, asked.result, part), partial(self._on_frame, asked))

    def shut_down(self) -> None:
        """Ends the thread."""
        self._background.stop()

    def _on_frame(self, asked: _Asked, frame: int | Failure | None) -> None:
        if isinstance(frame, Failure):
            self._core.notifier.warning(frame.text)
            return
        try:
            version = self._version(asked, frame)
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        if version.begun:
            self._show(asked, version, None)
        else:
            work = partial(bring_result, asked.result, version.folder)
            self._background.ask("bring", work, partial(self._show, asked, version))

    def _version(self, asked: _Asked, frame: int | None) -> ResultVersion:
        """Goes to the clip and returns its version that is this very result, a new one where there is none yet."""
        core, clip = self._core, asked.row.shot.clip
        known = next((one.id for one in core.references.clips if one.path == clip), None)
        clip_id = known or core.references.add_clip(clip, tr("Add clip"))
        core.playhead.set_clip(clip_id, core.references.clip_numbers(clip_id), frame)
        made_from = f"shot {file_digest(asked.result / RECORD_NAME)}"
        for version in core.results.versions():
            if version.made_from == made_from:
                return version
        return core.results.begin(clip_id, tr("shot {name}").format(name=asked.row.name), made_from)

    def _show(self, asked: _Asked, version: ResultVersion, answer: Failure | None) -> None:
        core = self._core
        if isinstance(answer, Failure):
            core.notifier.warning(answer.text)
            return
        if core.playhead.clip_id != version.clip_id:
            return  # the artist went elsewhere meanwhile
        try:
            core.results.choose(version.name)
        except EngineError as error:
            core.notifier.warning(str(error))
            return
        if not core.parts.parts:  # a project that has parts keeps its own: more of them would outdate its results
            core.parts.add_list(list(asked.row.outcome.confidence) if asked.row.outcome else [], tr("Add parts"))
        part = next((part.id for part in core.parts.parts if part.name == asked.part), None)
        if part is not None:
            core.parts.set_current(part)
        core.window.show_workspace("review")
