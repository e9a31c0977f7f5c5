from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.playback.player import Player
from app.playback.playhead import Playhead


class Supply:
    """Has all frames but those that are named."""

    def __init__(self) -> None:
        self.late: set[int] = set()

    def ready(self, frame: int) -> bool:
        return frame not in self.late


class Stage(QObject):
    """A player on a clip of ten frames from 100, with a clock that the test turns."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.supply = Supply()
        self.playhead = Playhead(self)
        self.playhead.set_clip("c1", range(100, 110))
        self.player = Player(self.playhead, self.supply, self, now=lambda: self.time)
        self.player.set_rate(Fraction(25))
        self.frames: list[int] = []
        self.playhead.frameChanged.connect(self.frames.append)

    def wait(self, seconds: float) -> None:
        self.time += seconds
        self.player.tick()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage()
    yield made
    made.player.pause()


def test_frames_follow_each_other_at_the_rate_of_the_clip(stage: Stage) -> None:
    stage.player.play()
    for _ in range(4):
        stage.wait(0.0401)
    assert stage.frames == [101, 102, 103, 104]
    assert stage.player.dropped == 0


def test_a_tick_that_comes_too_early_shows_nothing(stage: Stage) -> None:
    stage.player.play()
    stage.wait(0.039)
    assert stage.frames == []


def test_late_ticks_drop_frames_and_count_them_so_that_time_is_kept(stage: Stage) -> None:
    stage.player.play()
    stage.wait(0.1201)
    assert stage.frames == [103]
    assert stage.player.dropped == 2


def test_frames_that_are_not_there_in_time_count_as_dropped(stage: Stage) -> None:
    stage.supply.late = {102, 103}
    stage.player.play()
    for _ in range(4):
        stage.wait(0.0401)
    assert stage.frames == [101, 102, 103, 104]
    assert stage.player.dropped == 2


def test_every_frame_waits_for_late_frames_instead_of_dropping_them(stage: Stage) -> None:
    stage.player.set_every_frame(on=True)
    stage.supply.late = {102}
    stage.player.play()
    for _ in range(4):
        stage.wait(0.0401)
    assert stage.frames == [101]
    stage.supply.late = set()
    stage.wait(0.001)
    assert stage.frames == [101, 102]
    stage.wait(0.2)
    assert stage.frames == [101, 102, 103]
    assert stage.player.dropped == 0


def test_playback_stays_between_in_and_out_and_loops(stage: Stage) -> None:
    stage.playhead.set_in(103)
    stage.playhead.set_out(105)
    stage.player.play()
    assert stage.playhead.frame == 103
    for _ in range(4):
        stage.wait(0.0401)
    assert stage.frames == [103, 104, 105, 103, 104]


def test_ping_pong_turns_the_speed_round(stage: Stage) -> None:
    stage.player.set_repeat("ping_pong")
    stage.playhead.set_out(102)
    stage.player.play(2)
    seen = []
    for _ in range(4):
        stage.wait(0.0401)
        seen.append((stage.playhead.frame, stage.player.speed))
    assert seen == [(102, -2), (100, 2), (102, -2), (100, 2)]


def test_without_repeat_it_stands_at_the_end_and_starts_again_from_the_front(stage: Stage) -> None:
    stage.player.set_repeat("once")
    stage.playhead.go(108)
    stage.player.play()
    stage.wait(0.0401)
    assert (stage.playhead.frame, stage.player.playing) == (109, False)
    stage.player.play()
    assert stage.playhead.frame == 100


def test_twice_the_speed_shows_every_second_frame_and_drops_none(stage: Stage) -> None:
    stage.player.shuttle(1)
    stage.player.shuttle(1)
    for _ in range(3):
        stage.wait(0.0401)
    assert stage.frames == [102, 104, 106]
    assert stage.player.dropped == 0


def test_scrubbing_while_it_plays_goes_on_from_there(stage: Stage) -> None:
    stage.player.play()
    stage.wait(0.0401)
    stage.time += 0.035
    stage.playhead.go(107)
    stage.wait(0.010)
    assert stage.playhead.frame == 107
    stage.wait(0.0301)
    assert stage.playhead.frame == 108


def test_stepping_and_typing_stand_still_at_the_frame(stage: Stage) -> None:
    stage.player.play()
    stage.player.step(3)
    assert (stage.player.playing, stage.playhead.frame) == (False, 103)
    stage.player.enter("+4")
    assert stage.playhead.frame == 107
    stage.player.enter("101")
    assert stage.playhead.frame == 101


def test_sequences_play_at_24_until_another_rate_is_chosen(stage: Stage) -> None:
    stage.player.set_rate(None)
    assert stage.player.rate == 24
    stage.player.set_rate(Fraction(30000, 1001))
    assert stage.player.rate == Fraction(30000, 1001)


def test_another_clip_stops_playback(stage: Stage) -> None:
    stage.player.play()
    stage.playhead.set_clip("c2", range(5))
    assert not stage.player.playing


def test_the_real_clock_plays_a_whole_second_in_a_second(qtbot: QtBot) -> None:
    playhead = Playhead()
    playhead.set_clip("c1", range(1000))
    player = Player(playhead, Supply())
    player.set_rate(Fraction(50))
    player.play()
    qtbot.waitUntil(lambda: playhead.frame >= 10)
    player.pause()
    assert playhead.frame < 200
