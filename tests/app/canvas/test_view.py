from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.picture import Exposure
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NO_KEY = Qt.KeyboardModifier.NoModifier


def wheel(canvas: CanvasView, at: QPointF, delta: int, keys: Qt.KeyboardModifier = NO_KEY) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def pixel(canvas: CanvasView, x: float, y: float) -> tuple[int, int, int]:
    colour = canvas.grab().toImage().pixelColor(QPointF(*canvas.viewport.to_widget(x, y)).toPoint())
    return colour.red(), colour.green(), colour.blue()


def test_the_wheel_zooms_by_a_quarter_about_the_cursor(artist) -> None:
    canvas, at = artist.canvas, QPointF(200, 100)
    before = canvas.viewport.to_image(200, 100)
    wheel(canvas, at, 120)
    assert canvas.zoom == pytest.approx(5.0)
    assert canvas.viewport.to_image(200, 100) == pytest.approx(before)
    wheel(canvas, at, -120)
    assert canvas.zoom == pytest.approx(4.0)


def test_control_and_wheel_change_the_brush(artist, qtbot) -> None:
    canvas = artist.canvas
    with qtbot.waitSignal(canvas.brushChanged) as told:
        wheel(canvas, QPointF(200, 100), 120, CONTROL)
    assert told.args == [pytest.approx(46.2), 100]
    assert canvas.zoom == 4.0


def test_shift_and_wheel_ask_for_the_next_frame(artist, qtbot) -> None:
    with qtbot.waitSignal(artist.canvas.frameStepRequested) as told:
        wheel(artist.canvas, QPointF(200, 100), -120, SHIFT)
    assert told.args == [1]


def test_the_middle_button_moves_the_image_and_paints_nothing(artist, document) -> None:
    artist.drag((50, 50), (60, 55), button=Qt.MouseButton.MiddleButton)
    assert (artist.canvas.viewport.origin_x, artist.canvas.viewport.origin_y) == pytest.approx((-10, -5))
    assert not document.labels.any()


def test_space_and_drag_move_the_image_and_a_tap_is_reported(artist, document, qtbot) -> None:
    canvas, taps = artist.canvas, []
    canvas.spaceTapped.connect(lambda: taps.append(1))
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    artist.press(50, 50)
    artist.move(60, 55)
    artist.release(60, 55)
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.viewport.origin_x == pytest.approx(-10)
    assert not document.labels.any()
    assert taps == []
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert taps == [1]


def test_escape_goes_to_the_stroke_before_any_shortcut_of_the_window(artist, document) -> None:
    fired = []
    shortcut = QShortcut(Qt.Key.Key_Escape, artist.canvas)
    shortcut.activated.connect(lambda: fired.append(1))
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NO_KEY)
    override.ignore()
    artist.press(50, 50)
    QApplication.sendEvent(artist.canvas, override)
    assert override.isAccepted()
    artist.key(Qt.Key.Key_Escape)
    assert not document.labels.any()
    again = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NO_KEY)
    again.ignore()
    QApplication.sendEvent(artist.canvas, again)
    assert not again.isAccepted()


def test_alt_and_right_drag_change_size_across_and_hardness_down(artist, document) -> None:
    artist.drag((50, 50), (60, 60), button=Qt.MouseButton.RightButton, keys=ALT)
    assert artist.canvas.brush.diameter == pytest.approx(42 + 20)
    assert artist.canvas.brush.hardness == 80
    assert not document.labels.any()


@pytest.mark.parametrize(("factor", "expected"), [(1.1, 2.0), (1 / 1.1, 1.0)])
def test_small_brushes_change_by_a_pixel_at_least(artist, factor: float, expected: float) -> None:
    artist.canvas.set_brush(artist.canvas.brush.resized(1))
    artist.canvas.resize_brush(factor)
    assert artist.canvas.brush.diameter == expected


def test_the_brush_stays_between_1_and_2000_pixels(artist) -> None:
    for _ in range(100):
        artist.canvas.resize_brush(1.5)
    assert artist.canvas.brush.diameter == 2000
    artist.canvas.set_hardness_by(-500)
    assert artist.canvas.brush.hardness == 0


def test_fit_and_one_to_one(artist) -> None:
    artist.canvas.one_to_one()
    assert artist.canvas.zoom == 1.0
    artist.canvas.fit()
    assert artist.canvas.zoom == pytest.approx(min(624 / 160, 464 / 120))


def test_a_fitted_image_stays_fitted_when_the_widget_grows(artist) -> None:
    artist.canvas.fit()
    artist.canvas.resize(900, 700)
    assert artist.canvas.zoom == pytest.approx(min(884 / 160, 684 / 120))


def test_the_pixel_under_the_cursor_is_reported_with_its_label(artist, document, qtbot) -> None:
    artist.canvas.set_tool("rectangle")
    artist.drag((20, 20), (60, 60))
    with qtbot.waitSignal(artist.canvas.pixelHovered) as told:
        artist.hover(30.5, 40.5)
    assert told.args == [30, 40, 1]
    with qtbot.waitSignal(artist.canvas.pixelHovered) as told:
        QApplication.sendEvent(artist.canvas, QEvent(QEvent.Type.Leave))
    assert told.args == [-1, -1, 0]


def test_what_is_painted_is_on_the_screen_and_undo_takes_it_off(artist, document) -> None:
    artist.canvas.set_overlay_mode("fill")
    plain = pixel(artist.canvas, 40, 40)
    artist.canvas.set_tool("rectangle")
    artist.drag((20, 20), (60, 60))
    painted = pixel(artist.canvas, 40, 40)
    assert painted == pytest.approx([90 * 0.55 + 0.45 * c for c in (0xE6, 0x9F, 0x00)], abs=2)
    document.undo()
    assert pixel(artist.canvas, 40, 40) == plain == (90, 90, 90)


def test_a_dab_repaints_its_own_rectangle_only(artist, document, monkeypatch) -> None:
    artist.canvas.set_brush(artist.canvas.brush.resized(10))
    artist.press(40, 40)
    artist.canvas.grab()
    drawn = []
    overlay = artist.canvas._overlay
    draw = overlay.draw

    def watched(shown, viewport, density, target, dirty):
        drawn.append(dirty)
        draw(shown, viewport, density, target, dirty)

    monkeypatch.setattr(overlay, "draw", watched)
    artist.move(50, 40)
    artist.canvas.repaint()
    artist.release(50, 40)
    assert drawn
    assert max(box.width * box.height for box in drawn) < 120 * 80


def test_the_overlay_cycles_through_its_modes(artist) -> None:
    seen = []
    for _ in range(4):
        seen.append(artist.canvas.overlay_style.mode)
        artist.canvas.cycle_overlay()
    assert seen == ["both", "fill", "outline", "off"]
    assert artist.canvas.overlay_style.mode == "both"


def test_the_matte_view_shows_solo_parts_else_the_current_one(artist, document) -> None:
    artist.canvas.set_tool("rectangle")
    artist.drag((20, 20), (60, 60))
    document.choose(2)
    artist.drag((80, 20), (120, 60))
    artist.canvas.toggle_view_mode("matte")
    assert (pixel(artist.canvas, 40, 40), pixel(artist.canvas, 100, 40)) == ((0, 0, 0), (255, 255, 255))
    document.solo_parts = frozenset({1})
    document.partsChanged.emit()
    assert (pixel(artist.canvas, 40, 40), pixel(artist.canvas, 100, 40)) == ((255, 255, 255), (0, 0, 0))
    artist.canvas.toggle_view_mode("matte")
    assert artist.canvas.overlay_style.view == "overlay"


def test_exposure_changes_the_screen_and_no_data(artist, document) -> None:
    before = document.image.copy()
    artist.canvas.set_exposure(Exposure(gain=4.0))
    assert pixel(artist.canvas, 40, 40)[0] > 150
    np.testing.assert_array_equal(document.image, before)


def test_undo_of_a_place_out_of_sight_can_be_brought_into_sight(artist) -> None:
    artist.canvas.set_zoom(32)
    artist.canvas.reveal((150, 110, 155, 115))
    x, y = artist.canvas.viewport.to_widget(152, 112)
    assert 0 < x < 640
    assert 0 < y < 480
    held = artist.canvas.viewport.origin_x
    artist.canvas.reveal((151, 111, 153, 113))
    assert artist.canvas.viewport.origin_x == held


@pytest.mark.parametrize("name", TOOL_NAMES)
def test_every_tool_survives_being_taken_used_off_the_image_and_cancelled(artist, document, name: str) -> None:
    artist.canvas.set_tool(name)
    artist.hover(30, 30)
    artist.drag((-30, -30), (-20, -20), (-10, -40))
    artist.canvas.cancel()
    assert not artist.canvas.in_gesture
    assert artist.canvas.tool == name


def test_a_canvas_without_an_image_paints_nothing_and_says_why(qtbot, artist, document) -> None:
    document.image = document.layer = None
    document.imageChanged.emit()
    artist.click(20, 20)
    artist.canvas.grab()
    assert artist.refusals == ["Open an image first."]


def test_a_gesture_is_announced_and_its_end_too(artist, document) -> None:
    told = []
    artist.canvas.strokeStarted.connect(lambda: told.append("started"))
    artist.canvas.strokeCancelled.connect(lambda: told.append("cancelled"))
    artist.canvas.strokeCommitted.connect(lambda _edit, _title: told.append("committed"))
    artist.click(50, 50)
    artist.click(50, 50)
    assert told == ["started", "committed", "started", "cancelled"]


def test_stepping_back_takes_a_corner_or_a_stroke_before_the_window_undoes_an_edit(artist, document) -> None:
    assert not artist.canvas.step_back()
    artist.canvas.set_tool("polygon")
    artist.click(20, 20)
    artist.click(60, 20)
    assert artist.canvas.step_back()
    assert artist.canvas.current_tool.corners == [pytest.approx((20, 20))]
    artist.canvas.set_tool("brush")
    artist.press(50, 50)
    assert artist.canvas.step_back()
    assert not document.labels.any()
    artist.release(50, 50)
    assert not artist.canvas.step_back()


def test_the_ring_shows_what_a_press_would_paint(artist, document) -> None:
    shows = artist.canvas._label_to_paint
    artist.hover(50, 50)
    assert shows() == 1
    QTest.keyPress(artist.canvas, Qt.Key.Key_Alt)
    assert shows() == 0
    QTest.keyRelease(artist.canvas, Qt.Key.Key_Alt)
    assert shows() == 1
    artist.canvas.set_tool("eraser")
    assert shows() == 0
    artist.canvas.set_tool("unknown")
    assert shows() == 255
