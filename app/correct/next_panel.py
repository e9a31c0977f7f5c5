"""Paint this next: the frames of all clips that are most worth the artist's time, each with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QTreeWidgetItem, QVBoxLayout, QWidget

from app.core import Core
from app.correct.frame_list import FrameList, FrameRow
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.places import cache_folder
from engine.api.suggest import SuggestRequest
from engine.errors import InputError

_COUNT, _MOST = 5, 50


@dataclass(frozen=True)
class Place:
    """A frame of a clip."""

    clip_id: str
    frame: int


class NextPanel(QWidget):
    """The list and the button that fills it; a click goes to the frame and takes the brush there."""

    def __init__(self, core: Core, take_brush: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core, self._take_brush = core, take_brush
        self._job = ""
        self._clips: dict[Path, tuple[str, str]] = {}
        self.look, self.count = QPushButton(tr("Find frames to paint")), QSpinBox()
        self.list = FrameList(tr("Frames to paint next"), [tr("Clip"), tr("Frame"), tr("Why")], numbers=(1,))
        self._words = QLabel()
        self._build()
        core.queue.finished.connect(self._on_finished)
        core.session.closed.connect(self._forget)

    def ask(self) -> None:
        """Has a worker look through the shown results of all clips."""
        self._clips = self._results()
        if not self._clips:
            self._say(tr("Segment a clip first: its frames are ranked here."))
            return
        request = SuggestRequest(tuple(self._clips), self.count.value(), cache_folder())
        self._job = self._core.queue.submit(JobSpec("suggest", request, tr("Paint this next"), lane="light"))
        self.look.setEnabled(False)
        self._say(tr("Looking through {n} results …").format(n=len(self._clips)))

    def _build(self) -> None:
        self.look.setToolTip(tr("Names the frames of all clips that, painted together, would help most"))
        self.count.setRange(1, _MOST)
        self.count.setValue(_COUNT)
        self.count.setAccessibleName(tr("Frames to find"))
        self.count.setToolTip(
            tr("How many frames you mean to paint: two that help most are not the best one and the next")
        )
        self.look.clicked.connect(self.ask)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        self._words.setProperty("role", "secondary")
        self._words.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self.look)
        top.addWidget(self.count)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._words)
        column.addWidget(self.list, 1)
        self._say("")

    def _results(self) -> dict[Path, tuple[str, str]]:
        """Returns the shown result of each clip, with the clip's id and name."""
        core, found = self._core, {}
        for clip in core.references.clips:
            versions = [version for version in core.results.versions(clip.id) if version.begun]
            chosen = core.results.chosen if clip.id == core.playhead.clip_id else None
            best = chosen if chosen is not None and chosen.begun else (versions[-1] if versions else None)
            if best is not None:
                found[best.folder] = (clip.id, clip.name)
        return found

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        if job_id != self._job:
            return
        self._job = ""
        self.look.setEnabled(True)
        if outcome.kind != "succeeded" or outcome.value is None:
            self._say(outcome.sentence)
            return
        rows = []
        for row in outcome.value["frames"]:
            clip_id, name = self._clips.get(Path(row["result"]), ("", ""))
            if clip_id:
                rows.append(FrameRow((name, str(row["frame"]), str(row["reason"])), Place(clip_id, int(row["frame"]))))
        self.list.show_rows(rows)
        self.list.setColumnHidden(0, len(self._clips) < 2)
        self._say("" if rows else tr("Every frame is painted, locked or corrected already."))

    def _on_item(self, item: QTreeWidgetItem) -> None:
        place, playhead = FrameList.value_of(item), self._core.playhead
        try:
            if place.clip_id != playhead.clip_id:
                playhead.set_clip(place.clip_id, self._core.references.clip_numbers(place.clip_id), place.frame)
            else:
                playhead.go(place.frame)
        except InputError as error:
            self._core.notifier.warning(str(error))
            return
        self._take_brush()

    def _forget(self) -> None:
        self._job = ""
        self.look.setEnabled(True)
        self.list.show_rows(())

    def _say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
