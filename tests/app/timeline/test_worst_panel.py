from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from app.timeline.stability_list import CURVE, HERE, StabilityList
from app.timeline.worst_panel import CONFIDENCE, FLICKER, FRAME, WHY, WorstPanel
from tests.app.timeline.timeline_clip import Clip, frame_record, record_of

NUMBERS = range(1001, 1101)


@pytest.fixture
def clip() -> Clip:
    rows = {n: frame_record({"body": 1.0, "wheel": 1.0}, {"body": 0.0, "wheel": 0.0}) for n in NUMBERS}
    rows[1030] = frame_record({"body": 0.5, "wheel": 1.0}, {"body": 0.0, "wheel": 0.0})
    rows[1070] = frame_record({"body": 1.0, "wheel": 0.875}, {"body": 0.0, "wheel": 0.75})
    return Clip(NUMBERS, record_of(rows))


@pytest.fixture
def panel(clip: Clip, qtbot: QtBot) -> WorstPanel:
    made = WorstPanel(clip.model)
    qtbot.addWidget(made)
    made.resize(320, 240)
    made.show()
    qtbot.waitExposed(made)
    return made


def rows(tree: QTreeWidget) -> list[tuple[str, ...]]:
    items = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [tuple(item.text(column) for column in range(tree.columnCount())) for item in items]


def click(tree: QTreeWidget, row: int) -> None:
    place = tree.visualItemRect(tree.topLevelItem(row)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_worst_frames_are_listed_with_part_and_the_figure_that_makes_them_bad(panel: WorstPanel) -> None:
    assert rows(panel.tree) == [
        ("1070", "wheel", "0.88", "0.750", "Carried by flow."),
        ("1030", "body", "0.50", "0.000", "Carried by flow."),
    ]
    items = [panel.tree.topLevelItem(row) for row in (0, 1)]
    assert [item.font(CONFIDENCE).bold() for item in items] == [False, True]
    assert [item.font(FLICKER).bold() for item in items] == [True, False]


def test_a_click_goes_there_and_the_playhead_selects_its_row(panel: WorstPanel, clip: Clip) -> None:
    click(panel.tree, 1)
    assert clip.playhead.frame == 1030
    clip.playhead.go(1068)
    assert panel.tree.currentItem().text(FRAME) == "1070"
    clip.playhead.go(1001)
    assert panel.tree.currentItem() is None
    assert not panel.tree.selectedItems()


def test_one_part_alone_can_be_listed(panel: WorstPanel) -> None:
    panel.part.setCurrentIndex(panel.part.findText("body"))
    assert [row[:2] for row in rows(panel.tree)] == [("1030", "body")]


def test_corrected_frames_say_so(panel: WorstPanel, clip: Clip) -> None:
    clip.edits.edited = frozenset({1070})
    clip.edits.changed.emit()
    assert rows(panel.tree)[0][WHY] == "corrected · Carried by flow."


def test_a_list_that_nobody_sees_is_filled_when_it_is_shown(clip: Clip, qtbot: QtBot) -> None:
    panel = WorstPanel(clip.model)
    qtbot.addWidget(panel)
    assert panel.tree.topLevelItemCount() == 0
    panel.show()
    assert panel.tree.topLevelItemCount() == 2


def test_the_same_list_is_not_filled_again_when_the_cache_moves(panel: WorstPanel, clip: Clip) -> None:
    item = panel.tree.topLevelItem(0)
    clip.cache.cached_frames = frozenset({1001})
    clip.cache.cacheChanged.emit()
    clip.model.catch_up()
    assert panel.tree.topLevelItem(0) is item


def test_without_a_result_the_panel_says_what_to_do(qtbot: QtBot) -> None:
    panel = WorstPanel(Clip(NUMBERS).model)
    qtbot.addWidget(panel)
    panel.show()
    assert not panel.tree.isVisible()
    assert "Segment the clip" in panel._empty.text()


def test_the_stability_list_shows_how_sure_each_part_is_here_and_jumps(clip: Clip, qtbot: QtBot) -> None:
    made = StabilityList(clip.model)
    qtbot.addWidget(made)
    made.resize(320, 120)
    made.show()
    assert [row[:2] for row in rows(made.tree)] == [("body", "1.00"), ("wheel", "1.00")]
    assert made.tree.topLevelItem(1).data(CURVE, Qt.ItemDataRole.AccessibleTextRole) == "1 place to look at"
    click(made.tree, 1)
    assert clip.playhead.frame == 1070
    assert made.tree.topLevelItem(1).text(HERE) == "0.88 !"
    assert made.tree.topLevelItem(0).text(HERE) == "1.00"


def test_the_curve_of_a_part_dips_where_it_is_unsure(clip: Clip, qtbot: QtBot) -> None:
    made = StabilityList(clip.model)
    qtbot.addWidget(made)
    made.resize(500, 120)
    made.show()
    qtbot.waitExposed(made)
    tree = made.tree
    place = tree.visualRect(tree.model().index(0, CURVE)).adjusted(4, 3, -4, -3)
    shown = tree.viewport().grab().toImage()

    def filled(frame: int) -> int:
        x = place.left() + round((frame - 1001 + 0.5) / 100 * place.width())
        colours = [shown.pixelColor(x, y) for y in range(place.top(), place.bottom())]
        return sum(colour.saturation() > 100 for colour in colours)

    assert filled(1030) < 0.7 * filled(1050)
