from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.temporal.subject_crop import (
    CropSettings,
    fade_at_cut_edges,
    foreground_box,
    grown,
    is_elongated,
    is_worthwhile,
    scaled,
    smooth_boxes,
    square_around,
)
from tests.engine.temporal.golden import arrays, needs_golden, values

SETTINGS = CropSettings(smallest_px=16)
FRAME_HW = (200, 300)


def mask(boxes: list[Rect], frame_hw: tuple[int, int] = (60, 150)) -> NDArray[np.bool_]:
    drawn = np.zeros(frame_hw, np.bool_)
    for left, top, right, bottom in boxes:
        drawn[top:bottom, left:right] = True
    return drawn


def holds(outer: Rect, inner: Rect) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def test_the_box_holds_every_pixel_the_last_row_and_column_included() -> None:
    assert foreground_box(mask([(5, 20, 25, 40), (90, 3, 92, 4)])) == (5, 3, 92, 40)


def test_fewer_than_three_pixels_are_no_subject() -> None:
    assert foreground_box(mask([(40, 40, 42, 41)])) is None
    assert foreground_box(mask([])) is None


def test_a_subject_one_pixel_wide_has_a_box_that_can_be_shown() -> None:
    box = foreground_box(mask([(70, 10, 71, 50)]))
    (shown,) = smooth_boxes([box], (60, 150), SETTINGS)
    assert shown[2] - shown[0] >= 16
    assert holds(shown, (70, 10, 71, 50))


@needs_golden
def test_boxes_grow_like_the_authors_once_their_lost_row_is_taken_off() -> None:
    table = values("hierarchical")
    for place in (0, 1, 4):
        top, bottom, left, right = table["crop.mask_boxes_y0y1x0x1"][place]
        expected = tuple(table["crop.information"][str(place)])
        assert grown((left, top, right - 1, bottom - 1), (96, 120), 0.04) == expected


@needs_golden
def test_squares_of_wide_frames_are_the_authors_crops() -> None:
    crops = arrays("hierarchical")["aspect.crops_s32"]
    masks = [
        mask([]) if box is None else mask([(box[2], box[0], box[3], box[1])])
        for box in values("hierarchical")["aspect.mask_boxes_y0y1x0x1"]
    ]
    squares = [square_around(found) for found in masks]
    assert squares[1] is None  # this subject is wider than the square, and fills its box
    x, y = np.meshgrid(np.arange(150) / 150, np.arange(60) / 60)
    frame = np.stack([x, y], axis=-1).astype(np.float32)
    for crop, square in zip(crops, [square for square in squares if square], strict=True):
        left, top, right, bottom = square
        shown = cv2.resize(frame[top:bottom, left:right], (512, 512), interpolation=cv2.INTER_LINEAR)
        # OpenCV keeps interpolation weights in 11 bits; crops that differ by a pixel differ by 1/150.
        assert np.abs(shown[5::32, 5::32].transpose(2, 0, 1) - crop[:2]).max() <= 1e-3


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_smooth_boxes_hold_the_subject_and_stay_inside_the_frame(data: st.DataObject) -> None:
    height, width = FRAME_HW
    found: list[Rect | None] = []
    for _ in range(data.draw(st.integers(1, 30))):
        left, top = data.draw(st.integers(0, width - 2)), data.draw(st.integers(0, height - 2))
        right, bottom = data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height))
        found.append(data.draw(st.sampled_from([None, (left, top, right, bottom)])))
    boxes = smooth_boxes(found, FRAME_HW, SETTINGS)
    assert len(boxes) == len(found)
    for box, subject in zip(boxes, found, strict=True):
        assert holds((0, 0, width, height), box)
        assert min(box[2] - box[0], box[3] - box[1]) >= 16
        if subject is not None:
            assert holds(box, subject)


def test_boxes_of_a_jittering_subject_jitter_far_less() -> None:
    random = np.random.default_rng(1)
    corners = 60 + random.integers(-8, 9, (60, 2))
    found: list[Rect | None] = [(int(x), int(y), int(x) + 80, int(y) + 70) for x, y in corners]
    boxes = np.array(smooth_boxes(found, FRAME_HW, SETTINGS), float)
    before, after = (np.abs(np.diff(b, n=2, axis=0)).mean() for b in (np.array(found, float), boxes))
    assert after < before / 5


def test_a_missing_frame_takes_the_box_between_its_neighbours() -> None:
    still = CropSettings(reach=0, grow=0.0, smallest_px=16)
    boxes = smooth_boxes([(10, 10, 50, 50), None, (30, 10, 70, 50)], FRAME_HW, still)
    assert boxes[1] == (20, 10, 60, 50)


def test_a_scene_without_subject_shows_whole_frames() -> None:
    assert smooth_boxes([None, None], FRAME_HW, SETTINGS) == [(0, 0, 300, 200)] * 2


@pytest.mark.parametrize("box", [(10, 95, 290, 105), (140, 5, 150, 195)])
def test_long_subjects_get_boxes_that_squeezing_does_not_ruin(box: Rect) -> None:
    (shown,) = smooth_boxes([box], FRAME_HW, SETTINGS)
    wide, tall = shown[2] - shown[0], shown[3] - shown[1]
    assert max(wide, tall) <= 1.5 * min(wide, tall) + 1
    assert holds(shown, box)


def test_boxes_are_worthwhile_only_where_they_are_small() -> None:
    assert is_worthwhile([(0, 0, 100, 100)], FRAME_HW, SETTINGS)
    assert not is_worthwhile([(0, 0, 290, 190)], FRAME_HW, SETTINGS)


def test_tall_and_wide_frames_are_elongated() -> None:
    assert [is_elongated(hw, SETTINGS) for hw in ((1080, 1920), (1920, 1080), (480, 640))] == [True, True, False]


def test_boxes_of_another_size_round_outwards() -> None:
    assert scaled((1, 1, 3, 2), (4, 4), (10, 30)) == (7, 2, 23, 5)


def test_scores_end_without_a_step_at_edges_inside_the_plate_only() -> None:
    scores = np.zeros((3, 40, 50), np.float32)
    scores[1] = 1.0
    fade_at_cut_edges(scores, (0, 20, 100, 120), (200, 300), 0.1)
    assert np.allclose(scores.sum(axis=0), 1, atol=1e-6)
    assert scores[1, 20, 0] == 1  # the left edge is the plate's
    assert scores[1, 20, 25] == 1
    for edge in (scores[1, 0, :25], scores[1, -1, :25], scores[1, 10:30, -1]):
        assert edge.max() <= 0.2
    steps = np.abs(np.diff(np.pad(scores[1], ((1, 1), (0, 1))), axis=0)).max()
    assert steps <= 1 / (0.1 * 40) + 1e-6
