from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.theme import STATE_DONE, STATE_PAINTED, STATE_STALE
from app.timeline.lanes.stability import StabilityLane
from app.timeline.menu import make_menu
from app.timeline.stack import Row
from app.timeline.view import TimelineView
from engine.domain.frames import FrameRange
from engine.domain.parts import Part, PartSet
from tests.app.timeline.timeline_clip import Clip, frame_record, record_of

NUMBERS = [*range(1001, 1041), *range(1051, 1061)]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def clip() -> Clip:
    rows = {n: frame_record({"body": 0.9, "wheel": 0.8}, {"body": 0.01, "wheel": 0.0}) for n in range(1001, 1031)}
    rows[1020] = frame_record({"body": 0.125, "wheel": 0.8}, {"body": 0.5, "wheel": 0.0})
    rows[1010] = frame_record({"body": 0.9, "wheel": 0.25}, {"body": 0.01, "wheel": 0.0})
    made = Clip(NUMBERS, record_of(rows, cuts=[1025]), {1001: False, 1015: True})
    made.results.states |= dict.fromkeys(range(1011, 1014), "stale") | dict.fromkeys(range(1014, 1018), "draft")
    made.edits.edited, made.edits.locks = frozenset({1005}), {1007: ()}
    made.edits.changed.emit()
    made.results.recordChanged.emit()
    made.model.catch_up()
    return made


@pytest.fixture
def view(clip: Clip, qtbot: QtBot) -> Iterator[TimelineView]:
    made = clip.view(width=896, height=200)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.shut_down()


def row(view: TimelineView, name: str) -> Row:
    return next(row for row in view.arrangement.rows if row.lane.name == name)


def at(view: TimelineView, frame: int, name: str = "result") -> QPoint:
    x = view.arrangement.header_px + view.scale.middle_of(frame)
    place = row(view, name)
    return QPoint(round(x), round(place.top + place.height / 2))


def drag(view: TimelineView, start: QPoint, *stops: QPoint, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mousePress(view, LEFT, modifier, start)
    for stop in stops:
        QTest.mouseMove(view, stop)
    QTest.mouseRelease(view, LEFT, modifier, stops[-1])


def picture(view: TimelineView) -> QImage:
    return view.grab().toImage()


def turn(view: TimelineView, at: QPoint, notches: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_dragging_goes_to_the_frame_nearest_to_the_mouse_and_over_gaps(view: TimelineView, clip: Clip) -> None:
    seen: list[int] = []
    clip.playhead.frameChanged.connect(seen.append)
    drag(view, at(view, 1003), *(at(view, n) for n in (1004, 1005, 1005, 1040)), QPoint(5000, 60), QPoint(-5000, 60))
    assert seen == [1003, 1004, 1005, 1040, 1060, 1001]
    gap = (at(view, 1040).x() + at(view, 1051).x()) // 2
    QTest.mouseClick(view, LEFT, pos=QPoint(gap - 8, at(view, 1001).y()))
    assert clip.playhead.frame == 1040
    QTest.mouseClick(view, LEFT, pos=QPoint(gap + 8, at(view, 1001).y()))
    assert clip.playhead.frame == 1051


def test_brackets_are_dragged_in_the_ruler_and_escape_gives_them_back(view: TimelineView, clip: Clip) -> None:
    ruler = at(view, 1001, "ruler").y()
    first, last = (at(view, n).x() for n in (1001, 1060))
    drag(view, QPoint(first - 14, ruler), QPoint(at(view, 1008).x(), ruler))
    drag(view, QPoint(last + 14, ruler), QPoint(at(view, 1030).x(), ruler))
    assert clip.playhead.in_out == FrameRange(1008, 1031)
    assert clip.playhead.frame == 1001
    edge = round(view.arrangement.header_px + view.scale.x_of(1008))
    QTest.mousePress(view, LEFT, pos=QPoint(edge - 3, ruler))
    QTest.mouseMove(view, QPoint(at(view, 1020).x(), ruler))
    assert clip.playhead.in_out == FrameRange(1020, 1031)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert clip.playhead.in_out == FrameRange(1008, 1031)
    QTest.mouseMove(view, QPoint(at(view, 1025).x(), ruler))
    QTest.mouseRelease(view, LEFT, pos=QPoint(at(view, 1025).x(), ruler))
    assert clip.playhead.in_out == FrameRange(1008, 1031)


def test_the_first_frame_can_be_clicked_in_the_ruler_while_no_bracket_is_set(view: TimelineView, clip: Clip) -> None:
    clip.playhead.go(1030)
    QTest.mouseClick(view, LEFT, pos=at(view, 1001, "ruler"))
    assert clip.playhead.frame == 1001
    assert clip.playhead.in_out is None


@pytest.mark.parametrize(
    ("frame", "colour"), [(1004, STATE_DONE), (1035, None), (1012, STATE_STALE)], ids=["done", "none", "stale"]
)
def test_the_result_lane_draws_the_state_of_each_frame(view: TimelineView, frame: int, colour: str | None) -> None:
    shown, place = picture(view), row(view, "result")
    x = at(view, frame).x()
    pixels = Counter(
        shown.pixelColor(x + dx, round(place.top) + y).name()
        for dx in (-3, 0, 3)
        for y in range(3, int(place.height) - 3)
    )
    if colour is None:
        assert not {QColor(STATE_DONE).name(), QColor(STATE_STALE).name()} & set(pixels)
    else:
        assert pixels[QColor(colour).name()] > sum(pixels.values()) / 2


def test_states_are_told_apart_without_colour(view: TimelineView) -> None:
    shown, place = picture(view).convertToFormat(QImage.Format.Format_Grayscale8), row(view, "result")
    shapes = {}
    for frame in (1004, 1012, 1015, 1035):
        x = at(view, frame).x()
        block = [
            tuple(shown.pixelColor(x + dx, round(place.top) + y).red() > 90 for dx in range(-4, 5))
            for y in range(3, int(place.height) - 3)
        ]
        shapes[frame] = tuple(block)
    assert len(set(shapes.values())) == 4
    assert all(all(line) for line in shapes[1004])


def test_references_are_diamonds_and_held_out_ones_are_hollow(view: TimelineView, clip: Clip) -> None:
    clip.playhead.go(1040)
    shown, blue = picture(view), QColor(STATE_PAINTED).name()
    full, hollow = at(view, 1001, "references"), at(view, 1015, "references")
    assert shown.pixelColor(full).name() == blue
    assert shown.pixelColor(hollow).name() != blue
    inside, rim = shown.pixelColor(hollow), [shown.pixelColor(hollow.x() + dx, hollow.y()) for dx in range(-6, 7)]
    assert inside.blue() < 100
    assert max(pixel.blue() for pixel in rim) > 180


def test_moving_the_playhead_draws_no_lane_anew(view: TimelineView, clip: Clip, monkeypatch, qtbot: QtBot) -> None:
    painted = count_lanes(view, monkeypatch)
    events = []
    original = view.paintEvent
    monkeypatch.setattr(view, "paintEvent", lambda event: (events.append(event.region()), original(event)))
    for frame in (1010, 1011, 1030):
        clip.playhead.go(frame)
        drawn = len(events)
        qtbot.waitUntil(lambda drawn=drawn: len(events) > drawn)
    assert painted == {}
    for region in events:
        assert sum(rect.width() * rect.height() for rect in region) < view.width() * view.height() / 8


def test_a_finished_frame_draws_the_lanes_anew_that_show_it_and_no_other(
    view: TimelineView, clip: Clip, monkeypatch
) -> None:
    painted = count_lanes(view, monkeypatch)
    clip.results.states[1035] = "draft"
    clip.results.frameChanged.emit(1035)
    clip.model.catch_up()
    view.grab()
    assert painted == {"result": 1, "stability body": 1, "stability wheel": 1}
    clip.cache.cached_frames = frozenset({1001})
    clip.cache.cacheChanged.emit()
    clip.model.catch_up()
    view.grab()
    assert painted == {"result": 1, "stability body": 1, "stability wheel": 1, "cache": 1}


def count_lanes(view: TimelineView, monkeypatch) -> Counter[str]:
    """Counts from now on how often each lane is drawn."""
    view.grab()
    painted: Counter[str] = Counter()
    for place in view.arrangement.rows:
        kind = type(place.lane)
        if not hasattr(kind.paint, "counts"):
            original = kind.paint

            def counting(lane, strip, data, original=original):
                painted[lane.name] += 1
                original(lane, strip, data)

            counting.counts = True
            monkeypatch.setattr(kind, "paint", counting)
    return painted


def test_a_double_click_on_a_part_goes_to_its_worst_frame(view: TimelineView, clip: Clip) -> None:
    QTest.mouseDClick(view, LEFT, pos=at(view, 1040, "stability wheel"))
    assert clip.playhead.frame == 1010
    QTest.mouseClick(view, LEFT, pos=QPoint(40, at(view, 1040, "stability body").y()))
    assert clip.playhead.frame == 1020


def test_with_little_height_one_lane_shows_the_worst_part(view: TimelineView, qtbot: QtBot) -> None:
    assert {"stability body", "stability wheel", "thumbnails"} <= {r.lane.name for r in view.arrangement.rows}
    view.resize(view.width(), 90)
    names = [r.lane.name for r in view.arrangement.rows]
    assert names[0] == "ruler"
    assert "stability" in names
    assert "thumbnails" not in names
    assert view.arrangement.bottom <= 90
    lane = row(view, "stability").lane
    confidence, flicker = lane.figures(view.model.data)
    assert confidence[[0, 9, 19]].tolist() == pytest.approx([0.8, 0.25, 0.125])
    assert flicker[[0, 19]].tolist() == pytest.approx([0.01, 0.5])


def test_a_lane_is_made_higher_by_its_lower_edge(view: TimelineView) -> None:
    before = row(view, "stability body")
    start = QPoint(20, round(before.bottom))
    drag(view, start, start + QPoint(0, 15))
    assert row(view, "stability body").height == pytest.approx(before.height + 15, abs=2)
    view.reset_heights()
    assert row(view, "stability body").height == before.height


@pytest.mark.parametrize(
    ("key", "modifier", "start", "end"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1040, 1051),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 1001, 1001),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 1001, 1011),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, 1001, 1025),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, 1030, 1006),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 1030, 1005),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 1001, 1020),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier, 1030, 1001),
        (Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier, 1001, 1060),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, 1005, 1015),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, 1015, 1005),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, 1001, 1001),
    ],
)
def test_the_keyboard_moves_the_playhead(view: TimelineView, clip: Clip, key, modifier, start: int, end: int) -> None:
    clip.playhead.set_in(1005)
    clip.playhead.set_out(1020)
    clip.playhead.go(start)
    QTest.keyClick(view, key, modifier)
    assert clip.playhead.frame == end


def test_the_wheel_zooms_at_the_mouse_and_with_ctrl_at_the_playhead(view: TimelineView, clip: Clip) -> None:
    clip.playhead.go(1030)
    place = at(view, 1020)
    turn(view, place, 4)
    assert view.scale.cell_px > view.scale.least_cell_px * 2
    assert view.arrangement.frame_at(place.x()) == 1020
    x = view.scale.middle_of(1030)
    turn(view, place, 1, Qt.KeyboardModifier.ControlModifier)
    assert view.scale.middle_of(1030) == pytest.approx(x)
    turn(view, place, -30)
    assert view.scale.fits
    turn(view, place, -1, Qt.KeyboardModifier.ShiftModifier)
    assert clip.playhead.frame == 1031


def test_the_view_follows_the_playhead_by_the_page(view: TimelineView, clip: Clip) -> None:
    clip.playhead.go(1001)
    view.zoom(5)
    left = view.scale.left
    clip.playhead.go(1002)
    assert view.scale.left == left
    clip.playhead.go(1060)
    assert view.scale.left > left
    assert 0 < view.scale.middle_of(1060) < view.scale.width_px


def test_the_menu_of_a_frame_does_what_it_says(view: TimelineView, clip: Clip, qtbot: QtBot) -> None:
    menu = make_menu(view, 1015, row(view, "stability wheel").lane)
    entries = {action.text(): action for action in menu.actions() if action.text()}
    entries["Set in point here"].trigger()
    assert clip.playhead.in_out == FrameRange(1015, 1061)
    with qtbot.waitSignal(view.referenceToggled) as wanted:
        entries["Remove this reference"].trigger()
    assert wanted.args == [1015]
    entries["Copy frame number 1015"].trigger()
    assert QGuiApplication.clipboard().text() == "1015"
    entries["Go to the worst frame"].trigger()
    assert clip.playhead.frame == 1020
    entries["Go to the worst frame of wheel"].trigger()
    assert clip.playhead.frame == 1010
    entries["One stability lane for the worst part"].trigger()
    assert [r.lane.name for r in view.arrangement.rows if isinstance(r.lane, StabilityLane)] == ["stability"]
    menu.deleteLater()


def test_the_tooltip_names_state_parts_and_reason(view: TimelineView, clip: Clip) -> None:
    text = view._pointer.tooltip_at(QPointF(at(view, 1020)))
    for words in ("Frame 1020", "done", "<b>body</b>", "0.12", "0.500", "wheel", "0.80", "Carried by flow."):
        assert words in text
    assert "corrected" in view._pointer.tooltip_at(QPointF(at(view, 1005)))
    assert "held out" in view._pointer.tooltip_at(QPointF(at(view, 1015)))
    assert "not segmented" in view._pointer.tooltip_at(QPointF(at(view, 1035)))


def test_names_of_parts_cannot_inject_markup_into_the_tooltip(qtbot: QtBot) -> None:
    parts = PartSet((Part.named(1, "<img src=x>", channel="a"),))
    clip = Clip(NUMBERS, record_of({1001: frame_record({"<img src=x>": 0.5})}, parts))
    view = clip.view()
    qtbot.addWidget(view)
    text = view._pointer.tooltip_at(QPointF(at(view, 1001)))
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text


def test_a_screen_reader_hears_frame_state_and_the_least_sure_part(view: TimelineView, clip: Clip) -> None:
    clip.playhead.go(1020)
    assert view.accessibleName() == "Timeline"
    assert view.accessibleDescription() == "Frame 1020, done, least sure part body, confidence 0.12"
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


@pytest.mark.parametrize("numbers", [[], [7]], ids=["no frame", "one frame"])
def test_clips_of_no_and_of_one_frame_can_be_shown_and_clicked(numbers: list[int], qtbot: QtBot) -> None:
    clip = Clip(numbers)
    view = clip.view()
    qtbot.addWidget(view)
    view.show()
    for x in (0, 120, 400, 690):
        QTest.mouseClick(view, LEFT, pos=QPoint(x, 60))
        turn(view, QPoint(x, 60), 1)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert not view.grab().isNull()
    assert clip.playhead.frame == (numbers[0] if numbers else 0)


@pytest.mark.parametrize("pixels", [10, 13, 26])
def test_lanes_fit_the_widget_at_every_size_of_the_texts(view: TimelineView, pixels: int) -> None:
    font = view.font()
    font.setPixelSize(pixels)
    view.setFont(font)
    for height in (round(86 * pixels / 13), 200, 400):
        view.resize(900, height)
        assert view.arrangement.bottom <= height
        assert view.arrangement.rows[0].height == round(24 * pixels / 13)
        assert view.arrangement.rows[0].height >= 24 * pixels / 13 - 1
    assert not view.grab().isNull()
