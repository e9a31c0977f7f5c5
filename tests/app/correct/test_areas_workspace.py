"""Areas, imported mattes, and edits that move: with the mouse in the Review workspace, undone to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from tests.app.correct.test_correct_workspace import WAIT_MS, _own_cache, paint, reader_of, review, settle
from tests.app.window_artist import ScriptedQuestions
from tests.engine.cli.small_clip import HEIGHT, WIDTH

__all__ = ["_own_cache", "review"]
FRAMES = range(1001, 1009)


def shown(studio: Studio) -> dict[int, np.ndarray]:
    reader = reader_of(studio)
    return {frame: reader.final(frame)[1] for frame in reader.numbers}


def files(studio: Studio) -> dict[Path, bytes]:
    folder = reader_of(studio).folder
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def draw_area(studio: Studio, qtbot: QtBot, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draws a rectangle with the mouse, as an area."""
    studio.core.commands["correct.area"].trigger()
    qtbot.waitUntil(lambda: studio.review.page.replaced, timeout=WAIT_MS)
    settle(studio, qtbot)
    canvas = studio.review.canvas
    studio.core.commands["tool.rectangle"].trigger()

    def at(point: tuple[float, float]) -> QPoint:
        x, y = canvas.viewport.to_widget(*point)
        return QPoint(round(x), round(y))

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(start))
    QTest.mouseMove(canvas, at(end))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(end))
    settle(studio, qtbot)


def part_of(studio: Studio, name: str) -> int:
    part = int(studio.core.parts.parts.by_name(name).id)
    studio.core.parts.set_current(part)
    return part


def test_a_hold_out_is_drawn_listed_narrowed_deleted_and_undone(review: Studio, qtbot: QtBot) -> None:
    left, before, old_files = part_of(review, "left"), shown(review), files(review)
    panel = review.review.areas
    assert "'left'" in panel.what.currentText()
    draw_area(review, qtbot, (1, 1), (WIDTH - 1, HEIGHT - 1))
    assert not review.review.page.replaced
    assert not any((labels[2:-2, 2:-2] == left).any() for labels in shown(review).values())
    assert all(np.array_equal(reader_of(review).labels(f), before[f]) for f in FRAMES)
    item = panel.list.topLevelItem(0)
    assert item is not None
    assert item.text(0) == "Never left"
    assert item.text(1) == "1001-1008"
    held = files(review)
    item.setSelected(True)
    panel.scope.setCurrentIndex(panel.scope.findData("frame"))
    panel.range.click()
    settle(review, qtbot)
    now = shown(review)
    assert not (now[1004][2:-2, 2:-2] == left).any()
    assert np.array_equal(now[1005], before[1005])
    review.core.commands["edit.undo"].trigger()
    settle(review, qtbot)
    assert files(review) == held
    item = panel.list.topLevelItem(0)
    assert item is not None
    item.setSelected(True)
    panel.delete.click()
    settle(review, qtbot)
    assert all(np.array_equal(shown(review)[f], before[f]) for f in FRAMES)
    assert panel.list.topLevelItemCount() == 0
    for _ in range(2):
        review.core.commands["edit.undo"].trigger()
        settle(review, qtbot)
    assert {p: d for p, d in files(review).items() if p.name != "review.json"} == {
        p: d for p, d in old_files.items() if p.name != "review.json"
    }


def test_a_tracked_area_gets_a_mask_for_each_frame(review: Studio, qtbot: QtBot) -> None:
    right = part_of(review, "right")
    panel = review.review.areas
    panel.what.setCurrentIndex(panel.what.findData("always"))
    panel.moves.setChecked(True)
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        draw_area(review, qtbot, (10, 10), (30, 24))
    qtbot.waitUntil(lambda: bool(review.review.corrections.review.areas), timeout=WAIT_MS)
    settle(review, qtbot)
    (area,) = review.review.corrections.review.areas
    assert area.moving
    assert area.frames == set(FRAMES)
    assert (shown(review)[1004][12:22, 12:28] == right).all()
    assert (shown(review)[1006] == right).sum() > 100
    assert not list((reader_of(review).folder / ".tracked").glob("*"))


def test_an_area_needs_a_part_and_a_range_and_leaves_locked_frames_alone(review: Studio, qtbot: QtBot) -> None:
    review.core.parts.set_current(0)
    review.core.commands["correct.area"].trigger()
    assert "Choose a part" in review.core.notice.text
    assert not review.core.commands["correct.area"].isChecked()
    part_of(review, "left")
    panel = review.review.areas
    panel.scope.setCurrentIndex(panel.scope.findData("range"))
    draw_area(review, qtbot, (1, 1), (40, 40))
    assert "Press I" in review.core.notice.text
    assert not review.review.corrections.review.areas
    panel.scope.setCurrentIndex(panel.scope.findData("clip"))
    review.core.commands["correct.lock_frame"].trigger()
    settle(review, qtbot)
    locked = shown(review)[1004]
    draw_area(review, qtbot, (1, 1), (WIDTH - 1, HEIGHT - 1))
    assert "1004" in review.core.notice.text
    assert np.array_equal(shown(review)[1004], locked)
    panel.scope.setCurrentIndex(panel.scope.findData("frame"))
    draw_area(review, qtbot, (1, 1), (WIDTH - 1, HEIGHT - 1))
    assert "Nothing was changed" in review.core.notice.text


def test_two_parts_are_swapped_from_in_to_out_and_back_by_undo(
    review: Studio, qtbot: QtBot, script: ScriptedQuestions
) -> None:
    left, right = part_of(review, "left"), int(review.core.parts.parts.by_name("right").id)
    before = shown(review)
    review.core.playhead.set_in(1003)
    review.core.playhead.set_out(1005)
    script.answers = ["right"]
    review.core.commands["correct.swap"].trigger()
    settle(review, qtbot)
    now = shown(review)
    for frame in FRAMES:
        swapped = 1003 <= frame <= 1005
        assert np.array_equal(now[frame] == left, before[frame] == (right if swapped else left))
    review.core.commands["edit.undo"].trigger()
    settle(review, qtbot)
    assert all(np.array_equal(shown(review)[f], before[f]) for f in FRAMES)
    review.core.commands["correct.lock_part_range"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.review.parts == {frame: {left} for frame in (1003, 1004, 1005)}
    script.answers = ["right"]
    review.core.commands["correct.swap"].trigger()
    settle(review, qtbot)
    assert "'left' is locked" in review.core.notice.text
    review.core.commands["correct.lock_part_range"].trigger()
    settle(review, qtbot)
    review.core.commands["correct.lock_range"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.review.frames == {1003, 1004, 1005}
    assert not review.review.corrections.review.parts
    assert all(np.array_equal(shown(review)[f], before[f]) for f in FRAMES)
    review.core.parts.set_current(0)
    review.core.commands["correct.swap"].trigger()
    assert "Choose one of the two parts" in review.core.notice.text


def test_an_edit_moves_to_another_frame_and_wrong_numbers_are_a_sentence(
    review: Studio, qtbot: QtBot, script: ScriptedQuestions
) -> None:
    review.core.commands["correct.move"].trigger()
    assert "no correction that could be moved" in review.core.notice.text
    review.core.commands["correct.clear"].trigger()
    assert "no correction" in review.core.notice.text
    paint(review, qtbot, (70, 50), (80, 50), 2)
    for answer in ("9", "next"):
        script.answers = [answer]
        review.core.commands["correct.move"].trigger()
        assert f"no frame '{answer}'" in review.core.notice.text
    assert reader_of(review).edited == (1004,)
    script.answers = ["1006"]
    review.core.commands["correct.move"].trigger()
    settle(review, qtbot)
    assert reader_of(review).edited == (1006,)
    assert shown(review)[1006][50, 75] == 2
    assert review.core.playhead.frame == 1006
    review.core.playhead.set_in(1001)
    review.core.commands["correct.clear_range"].trigger()
    settle(review, qtbot)
    assert reader_of(review).edited == ()


@pytest.fixture
def mattes(tmp_path: Path) -> list[Path]:
    """PNG mattes of frames 1003 and 1004: a square in the middle."""
    paths = []
    for number in (1003, 1004):
        plane = np.zeros((HEIGHT, WIDTH), np.uint8)
        plane[30:50, 40:60] = 255
        paths.append(tmp_path / f"matte.{number}.png")
        Image.fromarray(plane).save(paths[-1])
    return paths


def test_mattes_made_elsewhere_become_paint_hold_out_and_references(
    review: Studio, qtbot: QtBot, script: ScriptedQuestions, mattes: list[Path]
) -> None:
    left, before = part_of(review, "left"), shown(review)
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[30:50, 40:60] = True
    script.answers = [mattes, "'left', as if painted on these frames"]
    review.core.commands["correct.area_import"].trigger()
    settle(review, qtbot)
    now = shown(review)
    assert np.array_equal(now[1003] == left, inside)
    assert np.array_equal(now[1005], before[1005])
    script.answers = [mattes, "Garbage matte: no part is outside"]
    review.core.commands["correct.area_import"].trigger()
    settle(review, qtbot)
    assert not shown(review)[1004][~inside].any()
    script.answers = [mattes[:1], "Hold-out: no part is inside"]
    review.core.commands["correct.area_import"].trigger()
    settle(review, qtbot)
    assert not any(labels[inside].any() for labels in shown(review).values())
    for _ in range(3):
        review.core.commands["edit.undo"].trigger()
        settle(review, qtbot)
    assert all(np.array_equal(shown(review)[f], before[f]) for f in FRAMES)
    script.answers = [mattes, "'left', and references that the next run learns"]
    review.core.commands["correct.area_import"].trigger()
    settle(review, qtbot)
    assert [r.frame for r in review.core.references.references] == [1003, 1004]
    script.answers = [[mattes[0].with_name("readme.txt")]]
    review.core.commands["correct.area_import"].trigger()
    assert "no matte to import" in review.core.notice.text


def test_notes_on_shot_and_frame_are_typed_listed_and_taken_away(review: Studio, qtbot: QtBot) -> None:
    panel = review.review.notes
    for field, text in ((panel.shot, "hero shot"), (panel.frame, "edge pops")):
        field.setText("")
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        settle(review, qtbot)
    noted = review.review.corrections.review
    assert (noted.shot_note, noted.notes) == ("hero shot", {1004: "edge pops"})
    item = panel.list.topLevelItem(0)
    assert item is not None
    assert (item.text(0), item.text(1)) == ("1004", "edge pops")
    review.core.playhead.go(1006)
    assert panel.frame.text() == ""
    review.core.playhead.go(1004)
    panel.frame.selectAll()
    QTest.keyClick(panel.frame, Qt.Key.Key_Delete)
    QTest.keyClick(panel.frame, Qt.Key.Key_Return)
    settle(review, qtbot)
    assert review.review.corrections.review.notes == {}


def test_areas_and_notes_go_with_the_next_version(review: Studio, qtbot: QtBot) -> None:
    left = part_of(review, "left")
    draw_area(review, qtbot, (1, 1), (WIDTH - 1, HEIGHT - 1))
    old = review.review.corrections.result
    painted = reader_of(review).final(1001)[1]
    review.core.references.show_frame("c1", 1001)
    from engine.domain.labels import Painted

    review.core.references.replace_labels(Painted(np.where(painted > 0, painted, 0).astype(np.uint8)), "Teach frame")
    runs = review.review.runs
    runs.choose(replace(runs.choice, preset="draft"))
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        review.core.commands["run.clip"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.result != old
    areas = review.review.corrections.review.areas
    assert [area.part for area in areas] == [left]
    assert 1001 not in areas[0].frames
