"""The lists of corrections on the real widgets: what to paint next, and what changed between versions."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.correct.frame_list import FrameList
from engine.correct.corrections import Corrections
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from tests.app.correct.test_correct_workspace import WAIT_MS, _begin_arguments, _own_cache, review, settle

__all__ = ["_own_cache", "review"]


def click(rows: FrameList, index: int) -> None:
    item = rows.topLevelItem(index)
    assert item is not None
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(item).center())


def show_tab(studio: Studio, index: int) -> None:
    studio.review.where.setCurrentIndex(index)
    studio.window.show()


def test_a_click_on_a_frame_to_paint_next_opens_it_with_the_models_guess(review: Studio, qtbot: QtBot) -> None:
    panel = review.review.next
    show_tab(review, 2)
    QTest.mouseClick(panel.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.list.topLevelItemCount() > 0, timeout=WAIT_MS)
    item = panel.list.topLevelItem(0)
    assert item is not None
    assert item.text(2)
    click(panel.list, 0)
    frame = int(item.text(1))
    assert review.core.playhead.frame == frame
    document = review.review.corrections.document
    qtbot.waitUntil(lambda: document.frame is not None and document.frame.frame == frame, timeout=WAIT_MS)
    settle(review, qtbot)
    assert document.layer is not None
    reader = review.core.results.reader()
    assert reader is not None
    assert np.array_equal(document.layer.labels, reader.final(frame)[1])


@pytest.fixture
def two_versions(review: Studio, qtbot: QtBot) -> tuple[Studio, ResultReader, ResultReader]:
    """The clip with a second version in which frame 1003 has lost a part."""
    core = review.core
    first = core.results.chosen
    assert first is not None
    arguments = list(_begin_arguments(review))
    arguments[1] = "another"
    second = core.results.begin("c1", *arguments)  # type: ignore[arg-type]
    shutil.rmtree(second.folder, ignore_errors=True)
    shutil.copytree(first.folder, second.folder)
    new = ResultReader(second.folder)
    shown = new.final(1003)[1]
    edit = FrameEdit.empty((shown.shape[0], shown.shape[1]))
    lost = shown == int(new.parts.ids[0])
    edit.labels[lost], edit.coverage[lost] = 0, 255
    Corrections(new).correct(1003, edit)
    core.results.choose(second.name)
    settle(review, qtbot)
    return review, ResultReader(first.folder), new


def changes_listed(studio: Studio) -> list[tuple[str, str]]:
    rows = studio.review.changes.list
    items = [rows.topLevelItem(at) for at in range(rows.topLevelItemCount())]
    return [(item.text(0), item.text(2)) for item in items if item is not None]


def compare(studio: Studio, qtbot: QtBot) -> None:
    show_tab(studio, 3)
    panel = studio.review.changes
    QTest.mouseClick(panel.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.ready and not panel.model.busy, timeout=WAIT_MS)


def test_changes_are_listed_by_amount_and_the_earlier_matte_can_be_kept_and_taken_back(
    two_versions: tuple[Studio, ResultReader, ResultReader], qtbot: QtBot
) -> None:
    studio, old, new = two_versions
    panel = studio.review.changes
    files = {p: p.read_bytes() for p in Path(old.folder).rglob("*") if p.is_file()}
    before = new.final(1003)[1]
    compare(studio, qtbot)
    listed = changes_listed(studio)
    assert listed == [("1003", "left 100 %")]
    click(panel.list, 0)
    assert studio.core.playhead.frame == 1003
    QTest.mouseClick(panel.wipe, Qt.MouseButton.LeftButton)
    look = studio.review.model.look
    assert (look.arrangement, look.against) == ("wipe", "version")
    assert studio.core.results.compared is not None
    QTest.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    settle(studio, qtbot)
    assert np.array_equal(new.final(1003)[1], old.final(1003)[1])
    qtbot.waitUntil(lambda: changes_listed(studio) == [], timeout=WAIT_MS)
    assert {p: p.read_bytes() for p in Path(old.folder).rglob("*") if p.is_file()} == files
    studio.review.corrections.undo()
    settle(studio, qtbot)
    assert np.array_equal(new.final(1003)[1], before)
    qtbot.waitUntil(lambda: changes_listed(studio) == listed, timeout=WAIT_MS)


def test_changes_are_accepted_by_part_and_range_and_undo_lists_them_again(
    two_versions: tuple[Studio, ResultReader, ResultReader], qtbot: QtBot
) -> None:
    studio, old, new = two_versions
    panel = studio.review.changes
    files = {p: p.read_bytes() for p in Path(new.folder).rglob("*.png")}
    compare(studio, qtbot)
    assert not panel.accept.isEnabled()
    panel.which.setCurrentIndex(panel.which.findData("range"))
    QTest.mouseClick(panel.accept, Qt.MouseButton.LeftButton)
    assert "Press I" in studio.core.notice.text
    studio.core.playhead.set_in(1002)
    studio.core.playhead.set_out(1004)
    panel.part.setCurrentIndex(panel.part.findData("right"))
    assert changes_listed(studio) == []
    panel.part.setCurrentIndex(panel.part.findData("left"))
    assert [frame for frame, _ in changes_listed(studio)] == ["1003"]
    QTest.mouseClick(panel.accept, Qt.MouseButton.LeftButton)
    settle(studio, qtbot)
    assert changes_listed(studio) == []
    assert {p: p.read_bytes() for p in Path(new.folder).rglob("*.png")} == files
    assert (Path(old.folder) / "result.json").is_file()
    studio.review.corrections.undo()
    settle(studio, qtbot)
    assert [frame for frame, _ in changes_listed(studio)] == ["1003"]
