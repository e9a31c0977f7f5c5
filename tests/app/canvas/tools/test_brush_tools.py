from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.canvas.protocols import Mirror

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def brush20(artist):
    artist.canvas.set_brush(artist.canvas.brush.resized(20))
    return artist


def test_a_click_paints_a_disc_of_the_current_part(brush20, document) -> None:
    brush20.click(60, 50)
    assert (document.labels == 1).sum() == pytest.approx(math.pi * 100, rel=0.03)
    assert document.titles == ["Brush stroke"]


def test_a_stroke_is_one_edit_and_undo_restores_to_the_bit(brush20, document) -> None:
    brush20.drag((20, 20), (60, 30), (90, 80), (30, 90))
    assert len(document.undo_list) == 1
    after = document.labels.copy()
    inverse = document.layer.apply(document.undo_list[0])
    assert not document.labels.any()
    assert (document.coverage == 255).all()
    document.layer.apply(inverse)
    np.testing.assert_array_equal(document.labels, after)


def test_a_fast_stroke_has_no_gaps(brush20, document) -> None:
    brush20.drag((15, 60), (145, 60))
    assert (document.labels[60, 10:150] == 1).all()


def test_shift_click_draws_a_straight_line_from_the_last_stroke(brush20, document) -> None:
    brush20.click(20, 20)
    brush20.click(120, 95, keys=SHIFT)
    rows, columns = np.nonzero(document.labels == 1)
    off_line = np.abs((columns + 0.5 - 20) * 75 - (rows + 0.5 - 20) * 100) / 125
    assert off_line.max() <= 10.6
    assert (document.labels == 1).sum() == pytest.approx(math.pi * 100 + 20 * 125, rel=0.02)


def test_alt_and_the_right_button_erase_for_one_stroke(brush20, document) -> None:
    brush20.click(60, 50)
    brush20.click(60, 50, keys=ALT)
    assert not document.labels.any()
    brush20.click(60, 50)
    brush20.click(60, 50, button=Qt.MouseButton.RightButton)
    assert not document.labels.any()
    assert document.titles == ["Brush stroke", "Erase", "Brush stroke", "Erase"]


def test_the_eraser_paints_background_over_every_part(brush20, document) -> None:
    brush20.click(60, 50)
    document.choose(2)
    brush20.canvas.set_tool("eraser")
    brush20.click(60, 50)
    assert not document.labels.any()


def test_the_unknown_brush_paints_255_with_a_hard_edge(brush20, document) -> None:
    brush20.canvas.set_brush(brush20.canvas.brush.hardened(0))
    brush20.canvas.set_tool("unknown")
    brush20.click(60, 50)
    assert set(np.unique(document.labels)) == {0, 255}
    assert (document.coverage == 255).all()


def test_a_soft_brush_keeps_its_hardness_as_coverage(brush20, document) -> None:
    brush20.canvas.set_brush(brush20.canvas.brush.resized(40).hardened(20))
    brush20.click(60, 60)
    row = document.coverage[60, 60:90].astype(int)
    inside = document.labels[60, 60:90] == 1
    assert inside.sum() == 20
    assert row[:8].min() == 255
    assert (np.diff(row[inside]) <= 0).all()
    assert (np.diff(row[~inside]) >= 0).all()
    assert row.min() >= 128
    assert row[29] == 255


def test_pen_pressure_sets_the_size(brush20, document) -> None:
    brush20.pen_stroke((40, 60, 0.25), (80, 60, 0.25), (120, 60, 1.0))
    widths = (document.labels == 1).sum(axis=0)
    assert widths[45] == pytest.approx(20 * (0.05 + 0.95 * 0.25), abs=1)
    assert widths[118] == pytest.approx(20, abs=2)
    assert document.titles == ["Brush stroke"]


def test_pressure_can_be_switched_off(brush20, document) -> None:
    from dataclasses import replace

    brush20.canvas.set_brush(replace(brush20.canvas.brush, pressure_size=False))
    brush20.pen_stroke((40, 60, 0.1), (120, 60, 0.1))
    assert (document.labels == 1).sum(axis=0)[80] == pytest.approx(20, abs=1)


def test_the_eraser_end_of_the_pen_erases(brush20, document) -> None:
    brush20.click(60, 50)
    brush20.pen_stroke((60, 50, 1.0), (61, 50, 1.0), (60, 50, 1.0), eraser=True)
    assert not document.labels.any()
    assert document.titles[-1] == "Erase"


def test_a_pen_stroke_makes_no_second_stroke_of_mouse_events(brush20, document) -> None:
    brush20.pen_stroke((40, 60, 0.5), (80, 60, 0.5))
    assert len(document.undo_list) == 1


def test_rapid_clicks_are_dabs_even_when_qt_calls_them_double_clicks(brush20, document) -> None:
    from PySide6.QtTest import QTest

    brush20.click(40, 50)
    QTest.mouseDClick(brush20.canvas, Qt.MouseButton.LeftButton, pos=brush20.at(90, 50))
    assert document.labels[50, 90] == 1


def test_escape_takes_the_stroke_back_to_the_bit_and_ends_it(brush20, document) -> None:
    brush20.canvas.set_brush(brush20.canvas.brush.hardened(30))
    brush20.drag((20, 20), (60, 60))
    document.choose(2)
    labels, coverage = document.labels.copy(), document.coverage.copy()
    brush20.press(30, 30)
    brush20.move(80, 40)
    assert brush20.canvas.in_gesture
    brush20.key(Qt.Key.Key_Escape)
    brush20.move(120, 100)
    brush20.release(120, 100)
    np.testing.assert_array_equal(document.labels, labels)
    np.testing.assert_array_equal(document.coverage, coverage)
    assert len(document.undo_list) == 1
    assert not brush20.canvas.in_gesture


def test_locked_parts_keep_every_bit(brush20, document) -> None:
    brush20.canvas.set_brush(brush20.canvas.brush.hardened(0))
    brush20.drag((20, 60), (140, 60))
    document.locked_parts = frozenset({1})
    mine, coverage = document.labels == 1, document.coverage.copy()
    document.choose(2)
    brush20.drag((60, 20), (60, 100))
    np.testing.assert_array_equal(document.labels == 1, mine)
    np.testing.assert_array_equal(document.coverage[mine], coverage[mine])
    assert (document.labels == 2).any()


def test_a_locked_part_cannot_be_painted_and_the_user_is_told(brush20, document) -> None:
    document.locked_parts = frozenset({1})
    brush20.drag((20, 60), (140, 60))
    assert not document.labels.any()
    assert brush20.refusals == ["'body' is locked: unlock it to paint on it."]
    assert document.undo_list == []


def test_hidden_parts_are_not_painted_over(brush20, document) -> None:
    brush20.click(60, 50)
    before = document.labels == 1
    document.shown_parts = frozenset({2})
    document.choose(2)
    brush20.click(65, 50)
    np.testing.assert_array_equal(document.labels == 1, before)


def test_protect_others_paints_around_them(brush20, document) -> None:
    brush20.click(60, 50)
    before = document.labels == 1
    document.protect_others = True
    document.choose(2)
    brush20.click(65, 50)
    np.testing.assert_array_equal(document.labels == 1, before)
    assert (document.labels == 2).any()


def test_a_read_only_document_is_not_painted(brush20, document) -> None:
    document.read_only = True
    brush20.click(60, 50)
    assert not document.labels.any()
    assert len(brush20.refusals) == 1


def test_mirror_painting_swaps_left_and_right_parts(brush20, document) -> None:
    document.mirror = Mirror(80.0, {2: 3, 3: 2})
    document.choose(2)
    brush20.drag((30, 40), (50, 70))
    left = document.labels == 2
    assert left.any()
    assert not left[:, 80:].any()
    np.testing.assert_array_equal((document.labels == 3), left[:, ::-1])


def test_a_swapped_stroke_stays_on_its_side_of_the_axis(brush20, document) -> None:
    document.mirror = Mirror(80.0, {2: 3, 3: 2})
    document.choose(2)
    brush20.drag((60, 40), (100, 40))
    assert not (document.labels[:, 80:] == 2).any()
    assert not (document.labels[:, :80] == 3).any()
    np.testing.assert_array_equal(document.labels == 3, (document.labels == 2)[:, ::-1])


def test_a_part_without_a_partner_is_painted_on_both_sides(brush20, document) -> None:
    document.mirror = Mirror(80.0)
    brush20.drag((60, 40), (70, 40))
    np.testing.assert_array_equal(document.labels, document.labels[:, ::-1])


def test_a_locked_partner_is_not_painted(brush20, document) -> None:
    document.mirror = Mirror(80.0, {2: 3, 3: 2})
    document.locked_parts = frozenset({3})
    document.choose(2)
    brush20.click(40, 40)
    assert (document.labels == 2).any()
    assert not (document.labels == 3).any()


def test_opening_another_image_takes_the_running_stroke_back(brush20, document) -> None:
    old = document.layer
    brush20.press(30, 30)
    brush20.move(80, 40)
    document.open(np.zeros((50, 50, 3), np.uint8))
    brush20.move(20, 20)
    brush20.release(20, 20)
    assert not old.labels.any()
    assert not document.labels.any()
    assert document.undo_list == []


def test_without_any_part_the_first_stroke_says_what_is_missing(brush20, document) -> None:
    from engine.domain.parts import PartSet

    document.parts = PartSet(())
    document.shown_parts = frozenset()
    document.choose(0)
    brush20.click(60, 50)
    assert brush20.refusals == ["There is no part to paint yet: add one to the list of parts."]
