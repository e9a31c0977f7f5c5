from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.playback.player import Player
from app.theme import apply_theme
from app.timeline.panel import TimelinePanel
from app.timeline.rates import rate_of, rate_text
from app.timeline.transport_bar import TransportBar
from engine.domain.frames import FrameRange
from tests.app.timeline.timeline_clip import Clip

LEFT = Qt.MouseButton.LeftButton


class Supply:
    def __init__(self) -> None:
        self.late: set[int] = set()

    def ready(self, frame: int) -> bool:
        return frame not in self.late


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A transport with a player whose clock stands still until it is told the time."""

    def __init__(self) -> None:
        self.clip, self.supply, self.clock = Clip(range(1001, 1101)), Supply(), Clock()
        self.player = Player(self.clip.playhead, self.supply, now=self.clock)
        self.bar = TransportBar(self.player, self.clip.playhead)

    def press(self, name: str) -> None:
        QTest.mouseClick(self.bar.buttons[name], LEFT)

    def type(self, field: QWidget, text: str) -> None:
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk()
    qtbot.addWidget(made.bar)
    made.bar.show()
    qtbot.waitExposed(made.bar)
    yield made
    made.player.pause()


def test_the_buttons_drive_the_player(desk: Desk) -> None:
    playhead, player = desk.clip.playhead, desk.player
    desk.press("step_forward")
    desk.press("step_forward")
    desk.press("step_back")
    assert playhead.frame == 1002
    playhead.set_in(1010)
    playhead.set_out(1020)
    desk.press("to_out")
    assert playhead.frame == 1020
    desk.press("to_in")
    assert playhead.frame == 1010
    desk.press("play")
    assert player.speed == 1
    desk.press("play")
    assert not player.playing
    desk.press("play_back")
    desk.press("play_back")
    assert player.speed == -2
    assert desk.bar.speed.text() == "−2×"


def test_the_frame_field_takes_numbers_and_steps_from_here(desk: Desk) -> None:
    field, playhead = desk.bar.frame, desk.clip.playhead
    for text, frame in (("1043", 1043), ("+20", 1063), ("-30", 1033), ("99999", 1100), ("1", 1001)):
        desk.type(field, text)
        assert (playhead.frame, field.text()) == (frame, str(frame))


def test_what_is_no_frame_is_refused_in_a_sentence_and_changes_nothing(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.bar.refused) as said:
        desk.type(desk.bar.frame, "half")
    assert "'half' is no frame" in said.args[0]
    assert desk.bar.frame.text() == "1001"
    QTest.keyClicks(desk.bar.frame, "10")
    QTest.keyClick(desk.bar.frame, Qt.Key.Key_Escape)
    assert desk.bar.frame.text() == "1001"
    assert desk.clip.playhead.frame == 1001


def test_the_field_shows_the_playing_frame_but_leaves_what_is_being_typed(desk: Desk) -> None:
    desk.clip.playhead.go(1030)
    assert desk.bar.frame.text() == "1030"
    desk.bar.frame.setFocus()
    desk.bar.frame.selectAll()
    QTest.keyClicks(desk.bar.frame, "10")
    desk.clip.playhead.go(1031)
    assert desk.bar.frame.text() == "10"
    desk.bar.rate.setFocus()
    assert desk.bar.frame.text() == "1031"


def test_in_and_out_are_typed_and_emptied(desk: Desk) -> None:
    playhead = desk.clip.playhead
    desk.type(desk.bar.in_point, "1010")
    desk.type(desk.bar.out_point, "1050")
    assert playhead.in_out == FrameRange(1010, 1051)
    desk.type(desk.bar.in_point, "")
    assert playhead.in_out == FrameRange(1001, 1051)
    desk.type(desk.bar.out_point, "")
    assert playhead.in_out is None
    assert desk.bar.out_point.text() == ""


def test_rate_and_repeat_are_those_of_the_player(desk: Desk) -> None:
    desk.player.set_rate(Fraction(24000, 1001))
    assert desk.bar.rate.text() == "23.976 fps"
    assert desk.player.rate == Fraction(24000, 1001)
    desk.bar.rate.setValue(25)
    assert desk.player.rate == 25
    desk.player.set_repeat("ping_pong")
    assert desk.bar.repeat.currentText() == "Ping-pong"
    desk.bar.repeat.setCurrentIndex(2)
    desk.bar.repeat.activated.emit(2)
    assert desk.player.repeat == "once"


def test_dropped_frames_are_counted_in_words_and_a_sign(desk: Desk) -> None:
    desk.supply.late = {1002, 1003, 1004}
    desk.press("play")
    for step in range(1, 7):
        desk.clock.now = 100 + step / 24 + 0.001
        desk.player.tick()
    assert desk.player.dropped == 3
    assert "▲ 3 dropped" in desk.bar.dropped.text()
    assert "cache" in desk.bar.dropped.toolTip()


def test_without_a_clip_nothing_can_be_pressed(qtbot: QtBot) -> None:
    clip = Clip([])
    bar = TransportBar(Player(clip.playhead, Supply()), clip.playhead)
    qtbot.addWidget(bar)
    assert not any(button.isEnabled() for button in bar.buttons.values())
    assert bar.frame.text() == ""


def test_every_control_has_a_name_and_its_key_in_the_tooltip(desk: Desk) -> None:
    desk.bar.show_keys({"play": "Space", "play_back": "J"})
    assert desk.bar.buttons["play"].toolTip() == "Play or stop (Space)"
    controls = [*desk.bar.buttons.values(), desk.bar.frame, desk.bar.in_point, desk.bar.rate, desk.bar.repeat]
    assert all(control.accessibleName() for control in controls)
    assert all(button.minimumHeight() >= 24 and button.minimumWidth() >= 24 for button in desk.bar.buttons.values())


@pytest.mark.parametrize(
    ("typed", "rate", "text"),
    [
        (23.976, Fraction(24000, 1001), "23.976"),
        (23.98, Fraction(24000, 1001), "23.976"),
        (29.97, Fraction(30000, 1001), "29.97"),
        (59.94, Fraction(60000, 1001), "59.94"),
        (24.0, Fraction(24), "24"),
        (30.0, Fraction(30), "30"),
        (12.5, Fraction(25, 2), "12.5"),
    ],
)
def test_decimal_rates_stand_for_the_exact_ones(typed: float, rate: Fraction, text: str) -> None:
    assert rate_of(typed) == rate
    assert rate_text(rate) == text


def test_space_plays_in_the_timeline_and_taking_hold_of_the_playhead_stops(qtbot: QtBot) -> None:
    desk = Desk()
    panel = TimelinePanel(desk.clip.model, desk.player)
    qtbot.addWidget(panel)
    panel.resize(900, 190)
    panel.show()
    qtbot.waitExposed(panel)
    for stop in (
        lambda: QTest.mousePress(panel.view, LEFT, pos=panel.view.rect().center()),
        lambda: QTest.keyClick(panel.view, Qt.Key.Key_Right),
        lambda: QTest.keyClick(panel.view, Qt.Key.Key_Space),
    ):
        QTest.keyClick(panel.view, Qt.Key.Key_Space)
        assert desk.player.playing
        stop()
        assert not desk.player.playing
        QTest.mouseRelease(panel.view, LEFT)
    panel.shut_down()
    desk.bar.deleteLater()


def test_the_panel_follows_the_size_of_the_texts(qtbot: QtBot, qapp: QApplication) -> None:
    before = qapp.styleSheet(), qapp.font(), qapp.palette()
    apply_theme(qapp, 100)
    desk = Desk()
    panel = TimelinePanel(desk.clip.model, desk.player)
    qtbot.addWidget(panel)
    panel.show()
    for scale in (80, 200, 100):
        apply_theme(qapp, scale)
        heights = panel.minimumHeight(), panel.sizeHint().height(), panel.maximumHeight()
        # The size of texts is whole pixels, so heights follow the scale within half a pixel of 13.
        assert heights == pytest.approx([height * scale / 100 for height in (120, 206, 400)], rel=0.5 / 13 / 0.8)
        assert panel.view.arrangement.header_px == pytest.approx(96 * scale / 100, rel=0.05)
        assert panel.transport.minimumSizeHint().height() <= heights[0] / 2
    panel.shut_down()
    desk.bar.deleteLater()
    qapp.setStyleSheet(before[0])
    qapp.setFont(before[1])
    qapp.setPalette(before[2])


def test_no_pictures_are_read_while_the_clip_plays(qtbot: QtBot) -> None:
    desk = Desk()
    panel = TimelinePanel(desk.clip.model, desk.player)
    qtbot.addWidget(panel)
    desk.player.play()
    assert panel.pictures._paused
    desk.player.pause()
    assert not panel.pictures._paused
    panel.shut_down()
    desk.bar.deleteLater()
