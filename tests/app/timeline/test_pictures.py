from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.timeline import pictures
from app.timeline.pictures import PICTURE_HEIGHT_PX, FramePictures


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Frames 1001-1030, each of one grey that is its number."""
    (tmp_path / "shot").mkdir()
    for number in range(1001, 1031):
        Image.fromarray(np.full((72, 128, 3), number - 1000, np.uint8)).save(tmp_path / f"shot/shot.{number}.png")
    return tmp_path / "shot"


def test_pictures_are_read_beside_the_window_and_are_those_of_their_frames(qtbot: QtBot, shot: Path) -> None:
    made = FramePictures()
    made.set_clip(shot)
    wanted = range(1001, 1031, 7)
    made.want(wanted)
    assert made.frames == ()
    qtbot.waitUntil(lambda: made.frames == tuple(wanted))
    for frame in wanted:
        image = made.near(frame, 0)
        assert (image.width(), image.height()) == (round(128 * PICTURE_HEIGHT_PX / 72), PICTURE_HEIGHT_PX)
        assert image.pixelColor(5, 5).red() == frame - 1000
    assert made.near(1003, 3) is made.near(1001, 0)
    assert made.near(1004, 2) is None
    made.shut_down()


def test_no_more_pictures_are_kept_than_allowed(qtbot: QtBot, shot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_MOST_KEPT", 5)
    made = FramePictures()
    made.set_clip(shot)
    for first in (1001, 1006, 1011):
        made.want(range(first, first + 5))
        qtbot.waitUntil(lambda first=first: made.frames == tuple(range(first, first + 5)))
    made.shut_down()


def test_a_whole_row_is_first_read_here_and_there(shot: Path) -> None:
    order = pictures._coarse_first(range(20))
    assert order[:5] == [0, 16, 8, 4, 12]
    assert sorted(order) == list(range(20))


def test_nothing_is_read_while_the_clip_plays(qtbot: QtBot, shot: Path) -> None:
    made = FramePictures()
    made.set_clip(shot)
    made.pause(paused=True)
    made.want([1001])
    qtbot.wait(60)
    assert made.frames == ()
    made.pause(paused=False)
    qtbot.waitUntil(lambda: made.frames == (1001,))
    made.shut_down()


def test_pictures_of_the_clip_before_never_show_up_in_the_next(qtbot: QtBot, shot: Path, tmp_path: Path) -> None:
    made = FramePictures()
    made.set_clip(shot)
    made.want([1001, 1002])
    made.set_clip(tmp_path / "gone.mp4")
    qtbot.wait(60)
    assert made.frames == ()
    made.want([0])
    qtbot.wait(60)
    assert made.frames == ()
    made.shut_down()
