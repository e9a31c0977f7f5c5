"""A viewer on a small clip with two results, without the rest of the window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.model.document import Document
from app.model.label_store import LabelStore
from app.model.parts import PartsModel
from app.playback.frame_cache import FrameCache
from app.playback.player import Player
from app.playback.playhead import Playhead
from app.playback.reading import ClipFile
from app.viewer.model import ViewerModel, ViewerSources
from app.viewer.sources import ClipFacts
from app.viewer.viewer import ResultViewer
from engine.domain.labels import Painted
from engine.domain.project import Project, ProjectReference
from engine.results.folder import ResultReader
from engine.results.record import ResultRecord
from tests.app.playback.small_clip import HEIGHT, PARTS, WIDTH

NUMBERS = tuple(range(101, 121))
ZOOM = 8


@dataclass(frozen=True)
class Version:
    name: str
    folder: Path
    made_by: str = "quick"


class Results(QObject):
    """Two results on disk, as the window's model shows them."""

    versionsChanged = Signal()
    recordChanged = Signal()
    frameChanged = Signal(int)

    def __init__(self, chosen: Path | None, compared: Path | None = None) -> None:
        super().__init__()
        self.chosen = Version("v001", chosen) if chosen is not None else None
        self.compared = Version("v002", compared) if compared is not None else None
        self._versions = tuple(version for version in (self.chosen, self.compared) if version is not None)

    def versions(self) -> tuple[Version, ...]:
        return self._versions

    def compare(self, name: str | None) -> None:
        self.compared = next((version for version in self._versions if version.name == name), None)
        self.versionsChanged.emit()

    @property
    def record(self) -> ResultRecord | None:
        return ResultReader(self.chosen.folder).record if self.chosen is not None else None

    def state(self, frame: int) -> str:
        record = self.record
        return record.frames[frame].state if record is not None and frame in record.frames else "none"


class Rig(QObject):
    """The viewer at 8 screen pixels per plate pixel, with the plate in its middle."""

    def __init__(self, qtbot: QtBot, clip: Path, chosen: Path | None, compared: Path | None = None) -> None:
        super().__init__()
        self._qtbot = qtbot
        self.document = Document()
        store = LabelStore(_nothing)
        self.document.open(Project("p", parts=PARTS), store, None, read_only=False, unsaved=False)
        self.parts = PartsModel(self.document)
        self.parts.set_current(1)
        self.results = Results(chosen, compared)
        self.playhead = Playhead()
        self.cache = FrameCache(limit_bytes=2**22)
        self.player = Player(self.playhead, self.cache)
        facts = ClipFacts(ClipFile(clip), NUMBERS, WIDTH, HEIGHT, None)
        sources = ViewerSources(
            self.playhead, self.player, self.cache, self.parts, self.results, lambda _clip_id: facts
        )
        self.model = ViewerModel(sources)
        self.viewer = ResultViewer(self.model)
        qtbot.addWidget(self.viewer)
        self.viewer.resize(WIDTH * ZOOM + 16, HEIGHT * ZOOM + 16)
        self.viewer.show()
        self.playhead.set_clip("c1", NUMBERS)
        self.settle()

    def settle(self) -> None:
        """Waits until everything that the look asks for was read."""
        self._qtbot.waitUntil(lambda: self.cache.ready(self.playhead.frame))
        self._qtbot.waitUntil(lambda: self.model.shot.complete)

    def go(self, frame: int) -> None:
        self.playhead.go(frame)
        self.settle()

    def picture(self) -> NDArray[np.uint8]:
        """Returns the (HEIGHT, WIDTH, 3) colours at the middle of each plate pixel as the screen shows them."""
        screen = grabbed(self.viewer)
        y = np.array([round(self.viewer.to_widget(0, row + 0.5).y()) for row in range(HEIGHT)])
        x = np.array([round(self.viewer.to_widget(column + 0.5, 0).x()) for column in range(WIDTH)])
        inside = np.clip(y, 0, screen.shape[0] - 1), np.clip(x, 0, screen.shape[1] - 1)
        return screen[np.ix_(*inside)]

    def end(self) -> None:
        self.player.pause()
        self.cache.shut_down()


def grabbed(widget: QWidget) -> NDArray[np.uint8]:
    """Returns the (h, w, 3) sRGB of what a widget shows."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _nothing(_reference: ProjectReference) -> Painted:
    raise AssertionError("nothing is painted here")
