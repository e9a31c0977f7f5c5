"""The results of the current clip: their versions, which is shown and compared, and what is known of each frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.session import ProjectSession
from app.playback.playhead import Playhead
from engine.errors import EngineError, InputError
from engine.project_io.versions import ClipVersions, ResultVersion, delete_version, read_versions, write_versions
from engine.results.folder import ResultReader
from engine.results.record import ResultRecord

FrameState = Literal["none", "draft", "done", "stale"]
_READ_EVERY_MS = 1_000


class ResultsModel(QObject):
    """Versions of the current clip.

    Signals:
        versionsChanged(): Versions came or went, or others are chosen and compared.
        recordChanged(): Another result is chosen, or its record changed on disk.
        frameChanged(int): Labels of this frame of the chosen version changed on disk.
    """

    versionsChanged = Signal()
    recordChanged = Signal()
    frameChanged = Signal(int)

    def __init__(self, session: ProjectSession, playhead: Playhead, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._playhead = session, playhead
        self._versions: ClipVersions | None = None
        self._compared = ""
        self._record: ResultRecord | None = None
        self._news: dict[int, Literal["draft", "done"]] = {}
        self._stale: Callable[[ResultVersion], bool] = lambda _: False
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_READ_EVERY_MS)
        self._timer.timeout.connect(self.read_record)
        playhead.clipChanged.connect(self._on_clip)
        session.opened.connect(self._on_clip)
        session.closed.connect(self._on_clip)

    @property
    def chosen(self) -> ResultVersion | None:
        """The version that is shown."""
        return self._named(self._versions.chosen if self._versions is not None else "")

    @property
    def compared(self) -> ResultVersion | None:
        """The version that it is compared with."""
        return self._named(self._compared)

    @property
    def record(self) -> ResultRecord | None:
        """The record of the chosen version as it was last read, or None."""
        return self._record

    @property
    def stale(self) -> bool:
        """What the chosen version was made from has changed since."""
        return self._is_stale

    def versions(self, clip_id: str | None = None) -> tuple[ResultVersion, ...]:
        """Returns the versions of a clip (the current one where none is named), oldest first."""
        if clip_id is None or clip_id == self._playhead.clip_id:
            return self._versions.versions if self._versions is not None else ()
        folder = self._session.path
        return read_versions(folder, clip_id).versions if folder is not None and clip_id else ()

    def reader(self) -> ResultReader | None:
        """Returns a reader of the chosen version with a fresh record, or None where there is nothing to read."""
        chosen = self.chosen
        if chosen is None or not chosen.begun:
            return None
        try:
            return ResultReader(chosen.folder)
        except InputError:
            return None

    def state(self, frame: int) -> FrameState:
        """Returns what is known of a frame of the chosen version."""
        row = self._record.frames.get(frame) if self._record is not None else None
        state: FrameState = self._news.get(frame) or (row.state if row is not None else "none")
        return "stale" if state == "done" and self._is_stale else state

    def unfinished(self, version: ResultVersion) -> tuple[int, ...]:
        """Returns the frames that a version's run was to do and has not done; empty where it cannot be told."""
        try:
            record = ResultReader(version.folder).record
        except InputError:
            return ()
        wanted = [int(number) for number in record.clip.get("frames", ())]
        return tuple(n for n in wanted if n not in record.frames or record.frames[n].state != "done")

    def choose(self, name: str) -> None:
        """Shows a version; raises InputError where there is none of this name."""
        versions = self._current()
        versions.version(name)
        self._keep(replace(versions, chosen=name))

    def compare(self, name: str | None) -> None:
        """Compares the shown version with another one, or with none."""
        if name:
            self._current().version(name)
        self._compared = name or ""
        self.versionsChanged.emit()

    def pin(self, name: str, *, on: bool) -> None:
        """Keeps a version from being deleted, or lets it be."""
        versions = self._current()
        self._keep(versions.changing(replace(versions.version(name), pinned=on)))

    def annotate(self, name: str, note: str) -> None:
        """Writes a note about a version."""
        versions = self._current()
        self._keep(versions.changing(replace(versions.version(name), note=note.strip())))

    def delete(self, name: str) -> None:
        """Deletes a version and its files.

        Raises:
            InputError: It is pinned, or there is none.
            OutputError: Its files cannot be removed.
        """
        self._versions = delete_version(self._current(), name)
        if self._compared == name:
            self._compared = ""
        self._after_choice()

    def begin(self, clip_id: str, made_by: str, made_from: str, *, base: str = "") -> ResultVersion:
        """Returns a new version that a run can go into, and shows it.

        Args:
            clip_id: The clip.
            made_by: What makes it.
            made_from: Digests of what it is made from, or "".
            base: Name of the version whose locked frames it keeps, or "".

        Raises:
            InputError: No project is open.
            OutputError: The project cannot be written to.
        """
        folder = self._session.path
        if folder is None:
            raise InputError("No project is open, so there is no place for a result.")
        versions, version = read_versions(folder, clip_id).adding(made_by, made_from, base)
        if clip_id == self._playhead.clip_id:
            self._keep(versions)
        else:
            write_versions(versions)
        return version

    def set_stale_rule(self, stale: Callable[[ResultVersion], bool]) -> None:
        """Says how to tell whether a version was made from something that has changed since."""
        self._stale = stale
        self.judge()

    def judge(self) -> None:
        """Asks again whether the chosen version is stale: parts, paint or profile changed."""
        chosen = self.chosen
        stale = chosen is not None and bool(chosen.made_from) and self._stale(chosen)
        if stale != self._is_stale:
            self._is_stale = stale
            self.recordChanged.emit()

    def note_frame(self, folder: Path, frame: int, state: Literal["draft", "done"]) -> None:
        """Takes in that a run has written a frame."""
        chosen = self.chosen
        if chosen is None or chosen.folder != folder:
            return
        self._news[frame] = state
        self.frameChanged.emit(frame)
        if not self._timer.isActive():
            self._timer.start()

    def note_frames_rewritten(self, frames: tuple[int, ...]) -> None:
        """Takes in that corrections changed what the chosen version shows of these frames."""
        for frame in frames:
            self.frameChanged.emit(frame)
        self.read_record()

    def read_record(self) -> None:
        """Reads the record of the chosen version again."""
        self._timer.stop()
        reader = self.reader()
        self._record = reader.record if reader is not None else None
        if self._record is not None:
            rows = self._record.frames
            self._news = {n: state for n, state in self._news.items() if n not in rows or rows[n].state != state}
        self.recordChanged.emit()

    def shut_down(self) -> None:
        """Stops waiting for news."""
        self._timer.stop()

    def _on_clip(self) -> None:
        folder, clip_id = self._session.path, self._playhead.clip_id
        self._versions = read_versions(folder, clip_id) if folder is not None and clip_id else None
        self._compared = ""
        self._after_choice()

    def _keep(self, versions: ClipVersions) -> None:
        write_versions(versions)
        self._versions = versions
        self._after_choice()

    def _after_choice(self) -> None:
        self._news.clear()
        chosen = self.chosen
        self._is_stale = chosen is not None and bool(chosen.made_from) and self._stale(chosen)
        self.versionsChanged.emit()
        self.read_record()

    def _current(self) -> ClipVersions:
        if self._versions is None:
            raise InputError("No clip is open, so there are no results.")
        return self._versions

    def _named(self, name: str) -> ResultVersion | None:
        if self._versions is None or not name:
            return None
        try:
            return self._versions.version(name)
        except EngineError:
            return None
