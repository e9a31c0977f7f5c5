"""The transport: buttons and fields that drive the player."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.i18n import plural, tr
from app.playback.player import Player
from app.playback.playhead import Playhead
from app.playback.transport import Repeat
from app.theme import FONT_PX, ICON_PX, STATE_STALE, figures_font, icon
from app.timeline.frame_field import FrameField, frame_tip
from app.timeline.rates import FASTEST, SLOWEST, rate_of, rate_text

_REPEATS: tuple[Repeat, ...] = ("loop", "ping_pong", "once")
_TARGET_PX = 26


class RateField(QDoubleSpinBox):
    """Frames a second, without figures that say nothing: 24, 23.976."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(3)
        self.setRange(SLOWEST, FASTEST)
        self.setSuffix(tr(" fps"))
        self.setKeyboardTracking(False)
        self.setAccessibleName(tr("Frames a second"))
        self.setToolTip(tr("Frames a second at plain speed"))

    def textFromValue(self, value: float) -> str:
        """Returns '24' or '23.976'."""
        return rate_text(rate_of(value))


class TransportBar(QWidget):
    """To in, a frame back, backwards, play, a frame on, to out; rate, in and out, repeat, frame, and dropped frames.

    Signals:
        refused(str): What was typed is no frame; the sentence says what is.
    """

    refused = Signal(str)

    def __init__(self, player: Player, playhead: Playhead, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player, self._playhead = player, playhead
        self._tips: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self.buttons: dict[str, QToolButton] = {}
        self.speed, self.dropped = QLabel(), QLabel()
        self.rate = RateField()
        self.repeat = QComboBox()
        self.frame = FrameField(tr("Frame"), lambda: playhead.frame)
        self.in_point = FrameField(tr("In point"), lambda: playhead.frame, can_be_empty=True)
        self.out_point = FrameField(tr("Out point"), lambda: playhead.frame, can_be_empty=True)
        self._icons = {name: icon(name) for name in ("play", "pause")}
        self._furnish()
        self._connect()
        self._on_clip()
        self._on_player()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Names keys in tooltips.

        Args:
            keys: Key by button: "to_in", "step_back", "play_back", "play", "step_forward", "to_out", "repeat".
        """
        self._keys = dict(keys)
        for name in self._tips:
            self._show_tip(name, self._tips[name])

    def set_icon_px(self, side: int) -> None:
        """Draws the icons larger or smaller."""
        self.repeat.setIconSize(QSize(side * 4 // 5, side * 4 // 5))
        for button in self.buttons.values():
            button.setIconSize(QSize(side, side))
            button.setMinimumSize(side + 6, side + 6)

    def _furnish(self) -> None:
        player = self._player
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 8, 1)
        row.setSpacing(2)
        self._add_button(row, "to_in", tr("To the in point"), player.go_to_in)
        self._add_button(row, "step_back", tr("A frame back"), partial(player.step, -1))
        self._add_button(row, "play_back", tr("Play backwards; again: faster"), partial(player.shuttle, -1))
        self._add_button(row, "play", tr("Play or stop"), player.toggle)
        self._add_button(row, "step_forward", tr("A frame on"), partial(player.step, 1))
        self._add_button(row, "to_out", tr("To the out point"), player.go_to_out)
        hint = QLabel(tr("J K L"))
        hint.setProperty("role", "secondary")
        hint.setToolTip(tr("J plays backwards, K stops, L plays; J and L again: two and four times as fast"))
        row.addSpacing(6)
        row.addWidget(hint)
        self.speed.setMinimumWidth(34)
        self.speed.setAccessibleName(tr("Speed"))
        row.addWidget(self.speed)
        row.addSpacing(6)
        row.addWidget(self.rate)
        self.dropped.setAccessibleName(tr("Dropped frames"))
        self.dropped.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.dropped.setContentsMargins(8, 0, 0, 0)
        row.addWidget(self.dropped, 1)
        for text, field in ((tr("In"), self.in_point), (tr("Out"), self.out_point)):
            self._add_field(row, text, field)
        for value, text in zip(_REPEATS, (tr("Loop"), tr("Ping-pong"), tr("Once")), strict=True):
            self.repeat.addItem(icon(value), text, value)
        self.repeat.setAccessibleName(tr("What happens at the out point"))
        self._show_tip("repeat", tr("What happens at the out point"))
        row.addSpacing(8)
        row.addWidget(self.repeat)
        row.addSpacing(8)
        self._add_field(row, tr("Frame"), self.frame)
        for widget in (self.rate, self.speed, self.dropped):
            widget.setFont(figures_font(widget.font(), self._font_px()))

    def _add_button(self, row: QHBoxLayout, name: str, tip: str, slot: Callable[[], object]) -> None:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setMinimumSize(_TARGET_PX, _TARGET_PX)
        button.setObjectName(f"transport_{name}")
        button.setAccessibleName(tip)
        button.clicked.connect(slot)
        self.buttons[name] = button
        self._show_tip(name, tip)
        row.addWidget(button)

    def _add_field(self, row: QHBoxLayout, text: str, field: FrameField) -> None:
        label = QLabel(text)
        label.setProperty("role", "secondary")
        label.setBuddy(field)
        field.setToolTip(frame_tip(field.accessibleName()))
        field.refused.connect(self.refused)
        row.addSpacing(6)
        row.addWidget(label)
        row.addWidget(field)

    def _connect(self) -> None:
        player, playhead = self._player, self._playhead
        player.changed.connect(self._on_player)
        player.measured.connect(self._on_measured)
        playhead.clipChanged.connect(self._on_clip)
        playhead.frameChanged.connect(self.frame.show_frame)
        playhead.rangeChanged.connect(self._on_range)
        self.rate.valueChanged.connect(self._on_rate)
        self.repeat.activated.connect(self._on_repeat)
        self.frame.entered.connect(player.go)
        self.in_point.entered.connect(playhead.set_in)
        self.in_point.cleared.connect(partial(playhead.set_in, None))
        self.out_point.entered.connect(playhead.set_out)
        self.out_point.cleared.connect(partial(playhead.set_out, None))

    def _on_clip(self) -> None:
        has_clip = bool(self._playhead.numbers)
        for widget in (*self.buttons.values(), self.frame, self.in_point, self.out_point, self.rate):
            widget.setEnabled(has_clip)
        self.frame.show_frame(self._playhead.frame if has_clip else None)
        self._on_range()

    def _on_range(self) -> None:
        span = self._playhead.in_out
        self.in_point.show_frame(span.start if span is not None else None)
        self.out_point.show_frame(span.stop - 1 if span is not None else None)

    def _on_player(self) -> None:
        player = self._player
        self.buttons["play"].setIcon(self._icons["pause" if player.playing else "play"])
        self.speed.setText(f"{player.speed}×".replace("-", "−") if player.playing else "")
        with QSignalBlocker(self.rate), QSignalBlocker(self.repeat):
            self.rate.setValue(float(player.rate))
            self.repeat.setCurrentIndex(_REPEATS.index(player.repeat))
        self._on_measured()

    def _on_measured(self) -> None:
        player = self._player
        words = []
        if player.dropped:
            words.append("▲ " + plural(player.dropped, "{n} dropped", "{n} dropped"))
        if player.playing and player.measured_rate:
            words.append(tr("{r} fps").format(r=f"{player.measured_rate:.1f}"))
        self.dropped.setText("  ".join(words))
        self.dropped.setStyleSheet(f"color: {STATE_STALE}" if player.dropped else "")
        self.dropped.setToolTip(
            tr("Frames that were not ready in time. They play without gaps once they are in the cache.")
            if player.dropped
            else ""
        )

    def _on_rate(self, value: float) -> None:
        if rate_text(rate_of(value)) != rate_text(self._player.rate):
            self._player.set_rate(rate_of(value))

    def _on_repeat(self, index: int) -> None:
        self._player.set_repeat(_REPEATS[index])

    def _show_tip(self, name: str, text: str) -> None:
        self._tips[name] = text
        key = self._keys.get(name, "")
        widget = self.repeat if name == "repeat" else self.buttons[name]
        widget.setToolTip(f"{text} ({key})" if key else text)

    def _font_px(self) -> int:
        size = self.font().pixelSize()
        return size if size > 0 else FONT_PX
