"""The timeline as a panel: the lanes above, the transport below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.playback.player import Player
from app.theme import FONT_PX, ICON_PX
from app.timeline.model import TimelineModel
from app.timeline.pictures import FramePictures
from app.timeline.transport_bar import TransportBar
from app.timeline.view import TimelineView

HEIGHT_PX, LEAST_HEIGHT_PX, MOST_HEIGHT_PX = 206, 120, 400


class TimelinePanel(QWidget):
    """Lanes and transport.

    Signals:
        referenceToggled(int): The artist wants this frame as a reference, or no longer.
        refused(str): What was typed is no frame; the sentence says what is.
    """

    referenceToggled = Signal(int)
    refused = Signal(str)

    def __init__(self, model: TimelineModel, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._player = model, player
        self.pictures = FramePictures(self)
        self.view = TimelineView(model, self.pictures)
        self.transport = TransportBar(player, model.sources.playhead)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.transport)
        self.view.referenceToggled.connect(self.referenceToggled)
        self.transport.refused.connect(self.refused)
        self.view.taken.connect(player.pause)
        self.view.playToggled.connect(player.toggle)
        player.changed.connect(self._on_player)
        model.sources.playhead.clipChanged.connect(self._on_clip)
        self._fit()
        self._on_clip()
        self._on_player()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Names keys in the tooltips of the transport (`TransportBar.show_keys`)."""
        self.transport.show_keys(keys)

    def shut_down(self) -> None:
        """Ends the thread that reads small pictures."""
        self.view.shut_down()

    def sizeHint(self) -> QSize:
        """The height that a timeline has at first (UX 4c)."""
        return QSize(super().sizeHint().width(), round(HEIGHT_PX * self._unit()))

    def _on_clip(self) -> None:
        sources = self._model.sources
        clip_id = sources.playhead.clip_id
        clip = next((clip for clip in sources.references.clips if clip.id == clip_id), None)
        if clip is None:
            self.pictures.set_clip(None)
        else:
            self.pictures.set_clip(clip.path, clip.colour_space)

    def _on_player(self) -> None:
        self.pictures.pause(paused=self._player.playing)
        self.view.page_frames = max(1, round(self._player.rate))

    def _unit(self) -> float:
        size = self.font().pixelSize()
        return size / FONT_PX if size > 0 else 1.0

    def _fit(self) -> None:
        unit = self._unit()
        self.setMinimumHeight(round(LEAST_HEIGHT_PX * unit))
        self.setMaximumHeight(round(MOST_HEIGHT_PX * unit))
        self.transport.set_icon_px(round(ICON_PX * unit))

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the texts."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fit()
