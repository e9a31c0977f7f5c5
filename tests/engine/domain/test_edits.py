"""Label edits: every stroke can be taken back to the bit, and costs memory in proportion to what it touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.edits import LabelEdit, LabelLayer, Rect
from engine.domain.labels import Painted
from engine.errors import InputError, InternalError

WIDTH, HEIGHT = 600, 530

rects = st.tuples(
    st.integers(-50, WIDTH + 50), st.integers(-50, HEIGHT + 50), st.integers(1, 400), st.integers(1, 400)
).map(lambda r: (r[0], r[1], r[0] + r[2], r[1] + r[3]))
strokes = st.lists(
    st.lists(st.tuples(rects, st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=4), min_size=1, max_size=5
)


def noisy_layer(seed: int = 0, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> LabelLayer:
    rng = np.random.default_rng(seed)
    return LabelLayer(rng.integers(0, 5, shape, np.uint8), rng.integers(0, 256, shape).astype(np.uint8))


def paint(layer: LabelLayer, rect: Rect, label: int, coverage: int) -> None:
    left, top, right, bottom = layer.touch(rect)
    if right > left and bottom > top:
        layer.labels[top:bottom, left:right] = label
        layer.coverage[top:bottom, left:right] = coverage


def state(layer: LabelLayer) -> tuple[bytes, bytes]:
    return layer.labels.tobytes(), layer.coverage.tobytes()


@settings(max_examples=25, deadline=None)
@given(strokes)
def test_undoing_and_redoing_strokes_restores_every_pixel(gestures: list[list[tuple[Rect, int, int]]]) -> None:
    layer = noisy_layer()
    states, edits = [state(layer)], []
    for gesture in gestures:
        layer.begin()
        for rect, label, coverage in gesture:
            paint(layer, rect, label, coverage)
        edit = layer.commit()
        if edit is not None:
            edits.append(edit)
            states.append(state(layer))
    redo: list[LabelEdit] = []
    for position in range(len(edits) - 1, -1, -1):
        redo.append(layer.apply(edits[position]))
        assert state(layer) == states[position]
    for position, edit in enumerate(reversed(redo)):
        layer.apply(edit)
        assert state(layer) == states[position + 1]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(rects, st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=4), rects)
def test_before_shows_the_pixels_at_the_start_of_the_stroke(dabs: list[tuple[Rect, int, int]], window: Rect) -> None:
    layer = noisy_layer()
    original = layer.painted()
    layer.begin()
    for rect, label, coverage in dabs:
        paint(layer, rect, label, coverage)
    left, top, right, bottom = layer.touch(window)
    labels, _ = layer.before((left, top, right, bottom)) if right > left and bottom > top else (None, None)
    if labels is not None:
        assert np.array_equal(labels, original.labels[top:bottom, left:right])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(rects, st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=4))
def test_cancel_takes_a_stroke_back_to_the_bit(dabs: list[tuple[Rect, int, int]]) -> None:
    layer = noisy_layer()
    start = state(layer)
    layer.begin()
    for rect, label, coverage in dabs:
        paint(layer, rect, label, coverage)
    layer.cancel()
    assert state(layer) == start
    assert not layer.in_stroke


def test_the_rectangle_of_an_edit_is_the_smallest_around_what_changed() -> None:
    layer = LabelLayer.empty(WIDTH, HEIGHT)
    layer.begin()
    layer.touch((100, 100, 560, 400))
    layer.labels[250:260, 300:520] = 3
    edit = layer.commit()
    assert edit is not None
    assert edit.rect == (300, 250, 520, 260)


def test_a_stroke_that_changes_nothing_leaves_no_edit() -> None:
    layer = LabelLayer.empty(WIDTH, HEIGHT)
    layer.begin()
    paint(layer, (10, 10, 90, 90), 0, 255)
    assert layer.commit() is None


def test_two_hundred_strokes_at_4k_stay_under_ten_megabytes() -> None:
    rng = np.random.default_rng(7)
    layer = LabelLayer.empty(3840, 2160)
    yy, xx = np.mgrid[-60:60, -60:60]
    disc = np.hypot(xx, yy)
    soft = np.clip((60 - disc) * 8, 0, 255).astype(np.uint8)
    total = 0
    for stroke in range(200):
        x, y = rng.integers(100, 3700), rng.integers(100, 2000)
        step = rng.integers(-12, 13, 2)
        layer.begin()
        for _ in range(30):
            x, y = np.clip(x + step[0], 60, 3780), np.clip(y + step[1], 60, 2100)
            layer.touch((x - 60, y - 60, x + 60, y + 60))
            where = (slice(y - 60, y + 60), slice(x - 60, x + 60))
            layer.labels[where][disc < 60] = stroke % 8 + 1
            layer.coverage[where] = np.where(disc < 60, soft, layer.coverage[where])
        edit = layer.commit()
        total += edit.num_bytes if edit else 0
    assert total < 10_000_000


def test_replace_is_one_edit_and_undoes_to_the_bit() -> None:
    layer = noisy_layer()
    start = state(layer)
    other = noisy_layer(1).painted()
    edit = layer.replace(other)
    assert edit is not None
    assert np.array_equal(layer.labels, other.labels)
    layer.apply(edit)
    assert state(layer) == start


def test_full_coverage_is_given_out_as_none() -> None:
    assert LabelLayer.empty(8, 8).painted().coverage is None


def test_pixels_cannot_be_touched_outside_a_stroke() -> None:
    with pytest.raises(InternalError, match="outside a stroke"):
        LabelLayer.empty(8, 8).touch((0, 0, 4, 4))


def test_an_edit_of_another_size_is_refused_and_changes_nothing() -> None:
    small = LabelLayer.empty(8, 8)
    edit = small.replace(Painted(np.ones((8, 8), np.uint8)))
    assert edit is not None
    layer = noisy_layer()
    start = state(layer)
    with pytest.raises(InternalError, match="8x8"):
        layer.apply(edit)
    assert state(layer) == start


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="9x8"):
        LabelLayer.empty(8, 8).replace(Painted(np.ones((8, 9), np.uint8)))


def test_undo_during_a_stroke_is_refused() -> None:
    layer = LabelLayer.empty(8, 8)
    edit = layer.replace(Painted(np.ones((8, 8), np.uint8)))
    assert edit is not None
    layer.begin()
    with pytest.raises(InternalError, match="stroke"):
        layer.apply(edit)
