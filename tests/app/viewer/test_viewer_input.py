"""Mouse, wheel and keys of the viewer, the figures under the cursor, and a part that is held still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.viewer.readout import Readout
from app.viewer.review_viewer import ReviewViewer
from tests.app.playback.small_clip import HEIGHT, WIDTH, label_map, plate, write_clip, write_result
from tests.app.viewer.review_rig import Rig, grabbed


@pytest.fixture
def rig(qtbot: QtBot, tmp_path: Path) -> Iterator[Rig]:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    made = Rig(qtbot, clip, write_result(tmp_path / "v001", range(101, 121)))
    yield made
    made.end()


def at(rig: Rig, x: float, y: float) -> QPoint:
    return rig.viewer.to_widget(x, y).toPoint()


def wheel(rig: Rig, where: QPoint, notches: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(where),
        rig.viewer.mapToGlobal(QPointF(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(rig.viewer, event)


def test_the_wheel_zooms_about_the_cursor(rig: Rig) -> None:
    where = at(rig, 25.5, 6.5)
    before = rig.viewer.viewport.to_image(where.x(), where.y())
    wheel(rig, where, 3)
    assert rig.viewer.zoom == pytest.approx(8 * 1.25**3)
    assert rig.viewer.viewport.to_image(where.x(), where.y()) == pytest.approx(before)


def test_shift_and_wheel_ask_for_frames(rig: Rig, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rig.viewer.frameStepRequested) as asked:
        wheel(rig, at(rig, 5, 5), -2, Qt.KeyboardModifier.ShiftModifier)
    assert asked.args == [2]


def test_dragging_moves_the_picture_and_is_no_click(rig: Rig, qtbot: QtBot) -> None:
    picked: list[int] = []
    rig.viewer.partPicked.connect(picked.append)
    rig.viewer.set_zoom(20)
    start = rig.viewer.viewport.origin_x
    QTest.mousePress(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    for x in (110, 130, 140):
        QTest.mouseMove(rig.viewer, QPoint(x, 100))
    QTest.mouseRelease(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(140, 100))
    assert rig.viewer.viewport.origin_x == pytest.approx(start - 2)
    assert picked == []


def test_a_click_picks_the_part_under_it(rig: Rig, qtbot: QtBot) -> None:
    with qtbot.waitSignal(rig.viewer.partPicked) as picked:
        QTest.mouseClick(rig.viewer, Qt.MouseButton.LeftButton, pos=at(rig, 25.5, 18.5))
    assert picked.args == [2]


def test_the_line_of_the_wipe_is_dragged(rig: Rig) -> None:
    rig.model.set_look(replace(rig.model.look, arrangement="wipe"))
    x, y = round(rig.viewer.width() / 2), 90
    QTest.mousePress(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    QTest.mouseMove(rig.viewer, QPoint(60, y))
    QTest.mouseRelease(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(60, y))
    assert rig.model.look.wipe == pytest.approx(60 / rig.viewer.width())


def test_space_tapped_plays_and_space_held_with_a_drag_does_not(rig: Rig, qtbot: QtBot) -> None:
    taps: list[int] = []
    rig.viewer.spaceTapped.connect(lambda: taps.append(1))
    QTest.keyClick(rig.viewer, Qt.Key.Key_Space)
    assert taps == [1]
    QTest.keyPress(rig.viewer, Qt.Key.Key_Space)
    QTest.mousePress(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(rig.viewer, QPoint(120, 100))
    QTest.mouseRelease(rig.viewer, Qt.MouseButton.LeftButton, pos=QPoint(120, 100))
    QTest.keyRelease(rig.viewer, Qt.Key.Key_Space)
    assert taps == [1]


def test_the_plate_is_shown_while_its_key_is_held(rig: Rig) -> None:
    rig.viewer.set_peek_keys((QKeySequence("Z"),))
    middle = np.s_[6:18, 4:28]
    QTest.keyPress(rig.viewer, Qt.Key.Key_Z)
    np.testing.assert_array_equal(rig.picture()[middle], plate(101)[middle])
    QTest.keyRelease(rig.viewer, Qt.Key.Key_Z)
    assert not np.array_equal(rig.picture()[middle], plate(101)[middle])


def test_peeking_reads_nothing_anew(rig: Rig) -> None:
    wanted = rig.cache.wanted
    rig.viewer.set_peek(on=True)
    assert rig.cache.wanted == wanted


def test_the_figures_under_the_cursor_are_those_of_the_plate_and_the_result(rig: Rig, qtbot: QtBot) -> None:
    rig.model.set_look(replace(rig.model.look, mode="matte"))
    rig.settle()
    with qtbot.waitSignal(rig.viewer.hovered) as hovered:
        rig.viewer.hover(QPointF(at(rig, 25.5, 18.5)))
    found = hovered.args[0]
    assert found == Readout(25, 18, 2, "blue", tuple(plate(101)[18, 25].tolist()), pytest.approx(0.125, abs=0.003))
    assert found.to_text() == "x 25  y 18  =  blue  ·  matte 0.13  ·  R 101  G 175  B 162"
    with qtbot.waitSignal(rig.viewer.hovered) as hovered:
        rig.viewer.hover(QPointF(2, 2))
    assert hovered.args == [None]


def test_a_held_part_stays_at_its_place_on_the_screen(rig: Rig) -> None:
    rig.model.set_look(replace(rig.model.look, stabilised=True))
    rig.viewer.hold_part()
    places = []
    for frame in (101, 105, 108):
        rig.go(frame)
        rows, columns = np.nonzero(label_map(frame) == 1)
        middle = rig.viewer.to_widget(columns.mean() + 0.5, rows.mean() + 0.5)
        places.append((middle.x(), middle.y(), rig.viewer.viewport.zoom))
    for place in places:
        assert place == pytest.approx(places[0], abs=1e-6)


def test_the_view_stays_where_a_held_part_is_out_of_sight(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    folder = write_result(
        tmp_path / "v001", range(101, 121), lambda n: label_map(n) if n < 105 else np.zeros((HEIGHT, WIDTH), np.uint8)
    )
    made = Rig(qtbot, clip, folder)
    made.model.set_look(replace(made.model.look, stabilised=True))
    made.viewer.hold_part()
    made.go(104)
    before = replace(made.viewer.viewport)
    made.go(110)
    assert made.viewer.viewport == before
    made.end()


def test_damaged_files_are_a_sentence_under_the_viewer_and_no_crash(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    folder = write_result(tmp_path / "v001", range(101, 121))
    (folder / "labels" / "shot.0103.png").write_bytes(b"\x89PNG nothing")
    (folder / "labels" / "shot.0104.png").unlink()
    whole = (clip / "shot.0105.png").read_bytes()
    (clip / "shot.0105.png").write_bytes(whole[: len(whole) // 2])
    made = Rig(qtbot, clip, folder)
    page = ReviewViewer(made.model)
    qtbot.addWidget(page)
    page.show()
    for frame, words in ((103, "labels/shot.0103"), (104, "labels/shot.0104"), (105, "shot.0105")):
        made.go(frame)
        assert words in page.problem.text().replace("\\", "/")
        assert page.problem.isVisible()
        assert grabbed(page.viewer).size
    made.go(106)
    assert not page.problem.isVisible()
    made.end()


def test_a_clip_that_is_gone_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip", range(101, 121))
    made = Rig(qtbot, clip, None)
    for file in clip.iterdir():
        file.unlink()
    clip.rmdir()
    made.playhead.set_clip("", ())
    made.cache.store.clear()
    made.playhead.set_clip("c1", tuple(range(101, 121)))
    made.settle()
    assert "does not exist" in made.model.problems[0]
    made.end()


def test_another_widget_stands_in_the_viewers_place_and_is_given_back(rig: Rig, qtbot: QtBot) -> None:
    page = ReviewViewer(rig.model)
    qtbot.addWidget(page)
    page.show()
    canvas = ReviewViewer(rig.model)
    qtbot.addWidget(canvas)
    page.replace_viewer(canvas)
    assert page.replaced
    assert page.stack.currentWidget() is canvas
    page.restore_viewer()
    assert not page.replaced
    assert canvas.parent() is None
    page.viewer.cancel()


def test_results_meet_the_project_by_part_name(rig: Rig) -> None:
    rig.parts.rename(2, "sea", "Rename")
    shown = rig.model.parts["chosen"]
    assert shown.shown == {1, 2}
    rig.parts.set_visible(2, visible=False)
    assert rig.model.parts["chosen"].shown == {1, 2}
    rig.parts.set_visible(1, visible=False)
    assert rig.model.parts["chosen"].shown == {2}
    rig.parts.recolour(1, (1, 2, 3), "Colour")
    assert rig.model.parts["chosen"].parts.by_id(1).colour == (1, 2, 3)
