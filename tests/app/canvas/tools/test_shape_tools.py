from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from scipy import ndimage

from app.canvas.tools.refine import Refine

ALT, SHIFT, CONTROL = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def use(artist, tool: str):
    artist.canvas.set_tool(tool)
    return artist


def test_the_bucket_fills_the_joined_region_only(artist, document) -> None:
    use(artist, "rectangle").drag((20, 20), (90, 90))
    document.choose(2)
    artist.drag((40, 10), (44, 100))
    components, _ = ndimage.label(document.labels == 1)
    region = components == components[50, 30]
    document.choose(4)
    use(artist, "fill").click(30, 50)
    np.testing.assert_array_equal(document.labels == 4, region)
    assert document.titles[-1] == "Fill"


def test_filling_a_soft_ring_leaves_no_seam_inside(artist, document) -> None:
    artist.canvas.set_brush(artist.canvas.brush.resized(14).hardened(20))
    ring = [(80 + 35 * math.cos(a), 60 + 35 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 60)]
    artist.drag(*ring)
    use(artist, "fill").click(80, 60)
    rows, columns = np.mgrid[:120, :160] + 0.5
    inside = np.hypot(columns - 80, rows - 60) < 33
    assert (document.labels[inside] == 1).all()
    assert (document.coverage[inside] == 255).all()


def test_filling_a_locked_region_says_so(artist, document) -> None:
    use(artist, "rectangle").drag((20, 20), (90, 90))
    document.locked_parts = frozenset({1})
    document.choose(2)
    use(artist, "fill").click(50, 50)
    assert not (document.labels == 2).any()
    assert artist.refusals == ["Nothing was filled: this region is locked, hidden or protected."]


def test_the_lasso_closes_and_fills_what_it_encloses(artist, document) -> None:
    circle = [(80 + 30 * math.cos(a), 60 + 30 * math.sin(a)) for a in np.linspace(0, 6.1, 80)]
    use(artist, "lasso").drag(*circle)
    assert (document.labels == 1).sum() == pytest.approx(math.pi * 900, rel=0.03)
    artist.drag(*[(80 + (x - 80) / 2, 60 + (y - 60) / 2) for x, y in circle], keys=ALT)
    assert (document.labels == 1).sum() == pytest.approx(math.pi * 675, rel=0.03)
    assert document.titles == ["Lasso", "Lasso"]


def test_escape_drops_the_lasso(artist, document) -> None:
    use(artist, "lasso").press(20, 20)
    artist.move(80, 30)
    artist.move(50, 90)
    artist.key(Qt.Key.Key_Escape)
    artist.release(50, 90)
    assert not document.labels.any()
    assert document.undo_list == []


def test_a_rectangle_covers_both_corners(artist, document) -> None:
    use(artist, "rectangle").drag((20.5, 30.5), (60.5, 50.5))
    expected = np.zeros((120, 160), np.uint8)
    expected[30:51, 20:61] = 1
    np.testing.assert_array_equal(document.labels, expected)


def test_shift_makes_a_square_and_control_an_ellipse(artist, document) -> None:
    use(artist, "rectangle").drag((20.5, 20.5), (60.5, 30.5), keys=SHIFT)
    assert (document.labels == 1).sum() == 41 * 41
    document.undo()
    artist.drag((20, 20), (100, 60), keys=CONTROL)
    assert (document.labels == 1).sum() == pytest.approx(math.pi * 40 * 20, rel=0.03)


def test_a_polygon_is_filled_with_enter(artist, document) -> None:
    use(artist, "polygon")
    for corner in ((20, 20), (100, 20), (100, 80)):
        artist.click(*corner)
    assert not document.labels.any()
    artist.key(Qt.Key.Key_Return)
    assert (document.labels == 1).sum() == pytest.approx(80 * 60 / 2, rel=0.03)
    assert document.titles == ["Polygon"]
    assert not artist.canvas.current_tool.busy


def test_a_polygon_closes_on_its_first_corner_and_by_double_click(artist, document) -> None:
    use(artist, "polygon")
    for corner in ((20, 20), (100, 20), (100, 80), (20, 20)):
        artist.click(*corner)
    assert len(document.undo_list) == 1
    for corner in ((20, 90), (60, 90), (60, 110)):
        artist.click(*corner)
    QTest.mouseDClick(artist.canvas, Qt.MouseButton.LeftButton, pos=artist.at(60, 110))
    assert len(document.undo_list) == 2


def test_corners_of_a_polygon_can_be_moved_added_removed_and_taken_back(artist, document) -> None:
    use(artist, "polygon")
    for corner in ((20, 20), (100, 20), (100, 80)):
        artist.click(*corner)
    artist.drag((100, 80), (110, 70), (120, 100))
    assert artist.canvas.current_tool.corners[2] == pytest.approx((120, 100))
    artist.drag((60, 20), (60, 15), (60, 10))
    assert artist.canvas.current_tool.corners[1] == pytest.approx((60, 10))
    artist.click(60, 10, keys=ALT)
    artist.click(30, 90)
    artist.key(Qt.Key.Key_Backspace)
    assert artist.canvas.current_tool.corners == [
        pytest.approx((20, 20)),
        pytest.approx((100, 20)),
        pytest.approx((120, 100)),
    ]
    artist.key(Qt.Key.Key_Escape)
    assert artist.canvas.current_tool.corners == []
    assert document.undo_list == []


def test_with_the_magnet_a_polygon_follows_the_edge_of_the_picture(artist, document, qtbot) -> None:
    rows, columns = np.mgrid[:120, :160] + 0.5
    ball = np.hypot(columns - 80, rows - 60) < 40
    image = np.where(ball[..., None], np.uint8((220, 200, 180)), np.uint8((30, 40, 60))).astype(np.uint8)
    document.open(image)
    use(artist, "polygon").canvas.set_magnet(True)
    for angle in np.radians((0, 60, 120, 180, 240, 300)):
        artist.click(80 + 40 * math.cos(angle), 60 + 40 * math.sin(angle))
        qtbot.waitUntil(lambda: not artist.canvas._host.background.busy)
    artist.key(Qt.Key.Key_Return)
    mine = document.labels == 1
    assert (mine & ball).sum() / (mine | ball).sum() > 0.95
    six_corners = 3 * math.sqrt(3) / 2 * 1600
    assert mine.sum() > six_corners + 300


def test_with_the_magnet_a_shaky_lasso_clings_to_the_edge(artist, document) -> None:
    rows, columns = np.mgrid[:120, :160] + 0.5
    ball = np.hypot(columns - 80, rows - 60) < 40
    document.open(np.where(ball[..., None], np.uint8(210), np.uint8(40)).repeat(3, -1).astype(np.uint8))
    rng = np.random.default_rng(0)
    shaky = [
        (80 + r * math.cos(a), 60 + r * math.sin(a))
        for a, r in zip(np.linspace(0, 6.2, 90), 40 + rng.uniform(-1.5, 1.5, 90), strict=True)
    ]
    use(artist, "lasso").canvas.set_magnet(True)
    artist.drag(*shaky)
    mine = document.labels == 1
    clinging = (mine ^ ball).sum()
    document.undo()
    artist.canvas.set_magnet(False)
    artist.drag(*shaky)
    assert clinging < 0.6 * ((document.labels == 1) ^ ball).sum()


def test_pick_makes_the_part_under_the_pointer_current(artist, document) -> None:
    document.choose(3)
    use(artist, "rectangle").drag((20, 20), (60, 60))
    document.choose(1)
    use(artist, "pick").click(40, 40)
    assert document.current_part == 3


def test_fill_holes_fills_gaps_and_leaves_enclosed_parts(artist, document) -> None:
    use(artist, "rectangle").drag((20, 20), (100, 100))
    document.choose(2)
    artist.drag((40, 40), (50, 50))
    document.choose(1)
    artist.drag((70, 70), (80, 80), keys=ALT)
    artist.canvas.refine(Refine("fill_holes"))
    assert (document.labels[70:81, 70:81] == 1).all()
    assert (document.labels[40:51, 40:51] == 2).all()
    assert document.titles[-1] == "Fill holes"


def test_grow_and_shrink_move_the_outline_by_the_amount(artist, document) -> None:
    use(artist, "rectangle").drag((40.5, 40.5), (80.5, 80.5))
    artist.canvas.refine(Refine("grow", 3))
    assert (document.labels[60, 37:84] == 1).all()
    assert document.labels[60, 36] == document.labels[60, 84] == 0
    artist.canvas.refine(Refine("shrink", 5))
    assert (document.labels[60, 42:79] == 1).all()
    assert document.labels[60, 41] == 0


def test_growing_stops_at_a_locked_part(artist, document) -> None:
    use(artist, "rectangle").drag((20, 20), (60, 100))
    document.choose(2)
    artist.drag((63, 20), (100, 100))
    before = document.labels == 2
    document.locked_parts = frozenset({2})
    document.choose(1)
    artist.canvas.refine(Refine("grow", 8))
    np.testing.assert_array_equal(document.labels == 2, before)
    assert (document.labels[20:101, 61:63] == 1).all()


def test_smoothing_leaves_no_soft_halo_of_the_old_outline(artist, document) -> None:
    artist.canvas.set_brush(artist.canvas.brush.resized(30).hardened(0))
    artist.drag((50, 60), (100, 60))
    artist.canvas.refine(Refine("shrink", 6))
    assert (document.coverage == 255).all()
    document.undo()
    assert (document.coverage < 255).any()


def test_refining_a_part_that_is_not_there_says_so(artist, document) -> None:
    artist.canvas.refine(Refine("grow", 3))
    assert len(artist.refusals) == 1
    assert document.undo_list == []
