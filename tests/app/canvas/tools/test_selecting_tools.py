from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.errors import InputError
from engine.select.hints import Hints, Selection

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def patchwork(artist, document):
    """Two clearly different halves with a little noise, on which superpixels and GrabCut must agree with the eye."""
    rng = np.random.default_rng(0)
    image = np.empty((120, 160, 3), np.uint8)
    image[:, :80] = (200, 60, 50)
    image[:, 80:] = (40, 90, 200)
    noisy = image.astype(int) + rng.integers(-6, 7, image.shape)
    document.open(noisy.clip(0, 255).astype(np.uint8))
    return artist


def settled(artist, qtbot) -> None:
    qtbot.waitUntil(lambda: not artist.canvas._host.background.busy)


def test_the_superpixel_brush_takes_whole_pieces_that_stop_at_the_edge(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_tool("superpixel")
    patchwork.canvas.set_brush(patchwork.canvas.brush.resized(24))
    patchwork.drag((66, 30), (66, 90))
    settled(patchwork, qtbot)
    assert document.titles == ["Superpixels"]
    assert (document.labels == 1).sum() > 60 * 15
    assert not (document.labels[:, 82:] == 1).any()


def test_superpixels_are_shown_before_they_are_painted(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_tool("superpixel")
    patchwork.hover(40, 60)
    settled(patchwork, qtbot)
    preview = patchwork.canvas._host.preview
    assert preview is not None
    assert not document.labels.any()
    patchwork.click(40, 60)
    settled(patchwork, qtbot)
    expected = np.zeros_like(document.labels)
    expected[preview.box.slices] = preview.alpha > 0
    np.testing.assert_array_equal(document.labels, expected)


def test_escape_takes_a_superpixel_stroke_back_while_its_tile_is_being_made(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_tool("superpixel")
    patchwork.press(40, 60)
    patchwork.key(Qt.Key.Key_Escape)
    patchwork.release(40, 60)
    settled(patchwork, qtbot)
    assert not document.labels.any()
    assert document.undo_list == []
    assert not patchwork.canvas.in_gesture


def test_smart_select_previews_first_and_paints_with_enter(patchwork, document, qtbot) -> None:
    rows, columns = np.mgrid[:120, :160] + 0.5
    ball = np.hypot(columns - 60, rows - 60) < 30
    image = document.image.copy()
    image[ball] = (230, 220, 60)
    document.open(image)
    patchwork.canvas.set_tool("select")
    patchwork.drag((26, 26), (94, 94))
    settled(patchwork, qtbot)
    assert patchwork.canvas.current_tool.selected is not None
    assert not document.labels.any()
    patchwork.key(Qt.Key.Key_Return)
    mine = document.labels == 1
    assert (mine & ball).sum() / (mine | ball).sum() > 0.95
    assert document.titles == ["Smart select"]
    assert patchwork.canvas._host.preview is None


def test_a_double_click_paints_the_selection_when_it_is_there(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_tool("select")
    patchwork.click(120, 60)
    QTest.mouseDClick(patchwork.canvas, Qt.MouseButton.LeftButton, pos=patchwork.at(120, 60))
    settled(patchwork, qtbot)
    assert document.titles == ["Smart select"]
    assert document.labels[60, 120] == 1
    assert not (document.labels[:, :78] == 1).any()


def test_escape_drops_the_selection(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_tool("select")
    patchwork.click(120, 60)
    patchwork.key(Qt.Key.Key_Escape)
    settled(patchwork, qtbot)
    assert not patchwork.canvas.current_tool.busy
    assert patchwork.canvas._host.preview is None
    patchwork.key(Qt.Key.Key_Return)
    assert document.undo_list == []


class Recorder:
    """A select engine that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Hints] = []

    def close(self) -> None:
        self.closed = True

    def select(self, image: np.ndarray, hints: Hints) -> Selection:
        self.asked.append(hints)
        if hints.outside:
            raise InputError("Nothing is left.")
        return Selection((10, 10, 14, 14), np.ones((4, 4), bool))


def test_clicks_add_take_away_and_are_taken_back(patchwork, document, qtbot) -> None:
    recorder = Recorder()
    patchwork.canvas.set_select_engine(recorder)
    patchwork.canvas.set_tool("select")
    for x, keys in ((30, Qt.KeyboardModifier.NoModifier), (50, ALT)):
        patchwork.click(x, 60, keys=keys)
        settled(patchwork, qtbot)
    patchwork.key(Qt.Key.Key_Backspace)
    settled(patchwork, qtbot)
    assert [(len(h.inside), len(h.outside)) for h in recorder.asked] == [(1, 0), (1, 1), (1, 0)]
    assert patchwork.refusals == ["Nothing is left."]


def test_shift_shows_what_a_click_would_select_without_selecting_it(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_select_engine(Recorder())
    patchwork.canvas.set_tool("select")
    patchwork.hover(30, 60, keys=SHIFT)
    settled(patchwork, qtbot)
    assert patchwork.canvas._host.preview is not None
    assert patchwork.canvas.current_tool.selected is None


def test_a_selection_respects_locked_parts(patchwork, document, qtbot) -> None:
    patchwork.canvas.set_select_engine(Recorder())
    document.choose(2)
    patchwork.canvas.set_tool("rectangle")
    patchwork.drag((8.5, 8.5), (11.5, 11.5))
    document.locked_parts = frozenset({2})
    before = document.labels == 2
    document.choose(1)
    patchwork.canvas.set_tool("select")
    patchwork.click(30, 60)
    settled(patchwork, qtbot)
    patchwork.key(Qt.Key.Key_Return)
    np.testing.assert_array_equal(document.labels == 2, before)
    assert (document.labels == 1).sum() == 12


def test_superpixels_that_cannot_be_made_take_the_stroke_back_and_say_so(
    patchwork, document, qtbot, monkeypatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("skimage.segmentation.slic", fail)
    patchwork.canvas.set_tool("superpixel")
    patchwork.click(40, 60)
    settled(patchwork, qtbot)
    assert not patchwork.canvas.in_gesture
    assert not document.labels.any()
    assert "no room" in patchwork.refusals[0]
