from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.actions.playback_actions import PlaybackActions, button_keys
from app.actions.table import CommandTable
from app.keymap.keymap import load_keymap
from app.playback.player import Player
from engine.domain.frames import FrameRange
from tests.app.timeline.timeline_clip import Clip, frame_record, record_of

NUMBERS = range(1001, 1101)


class Supply:
    def ready(self, frame: int) -> bool:
        return True


class Room:
    """A window with the commands, a canvas that takes the keys of canvases, and a clip."""

    def __init__(self) -> None:
        rows = {n: frame_record({"body": 1.0}) for n in NUMBERS}
        rows |= {1030: frame_record({"body": 0.5}), 1070: frame_record({"body": 0.25})}
        self.clip = Clip(NUMBERS, record_of(rows))
        self.player = Player(self.clip.playhead, Supply())
        self.window = QWidget()
        self.canvas = QWidget(self.window)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.commands = CommandTable(self.window)
        self.commands.add_canvas(self.canvas)
        self.commands.set_keys(load_keymap("smite", {}).keys)
        PlaybackActions(self.player, self.clip.playhead, self.clip.model).bind(self.commands.scoped("review"))
        self.commands.show_workspace("review")


@pytest.fixture
def room(qtbot: QtBot) -> Iterator[Room]:
    made = Room()
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitExposed(made.window)
    made.canvas.setFocus()
    yield made
    made.player.pause()


def press(room: Room, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> int:
    QTest.keyClick(room.canvas, key, modifier)
    return room.clip.playhead.frame


def test_n_goes_to_the_worst_frame_then_to_the_next_worst_and_shift_n_back(room: Room) -> None:
    assert [press(room, Qt.Key.Key_N) for _ in range(3)] == [1070, 1030, 1070]
    assert press(room, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier) == 1030


def test_j_k_and_l_shuttle(room: Room) -> None:
    speeds = []
    for key in (Qt.Key.Key_L, Qt.Key.Key_L, Qt.Key.Key_L, Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_K):
        press(room, key)
        speeds.append(room.player.speed)
    assert speeds == [1, 2, 4, -1, -2, 0]


def test_in_and_out_are_set_visited_and_cleared(room: Room) -> None:
    playhead = room.clip.playhead
    playhead.go(1010)
    press(room, Qt.Key.Key_I)
    playhead.go(1050)
    press(room, Qt.Key.Key_O)
    assert playhead.in_out == FrameRange(1010, 1051)
    assert press(room, Qt.Key.Key_Home) == 1010
    assert press(room, Qt.Key.Key_End) == 1050
    press(room, Qt.Key.Key_X, Qt.KeyboardModifier.AltModifier)
    assert playhead.in_out is None


def test_arrows_step_and_ctrl_home_and_end_go_to_the_ends_of_the_clip(room: Room) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    assert press(room, Qt.Key.Key_End, control) == 1100
    assert press(room, Qt.Key.Key_Left) == 1099
    assert press(room, Qt.Key.Key_Left, shift) == 1089
    assert press(room, Qt.Key.Key_Home, control) == 1001


def test_repeat_goes_through_loop_ping_pong_and_once(room: Room) -> None:
    seen = []
    for _ in range(3):
        press(room, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
        seen.append(room.player.repeat)
    assert seen == ["ping_pong", "once", "loop"]


def test_the_transport_learns_its_keys_from_the_commands(room: Room) -> None:
    keys = button_keys(room.commands)
    assert (keys["play"], keys["play_back"], keys["to_in"], keys["repeat"]) == ("Space", "J", "Home", "Ctrl+/")
