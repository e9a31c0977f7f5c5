from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.temporal.flow_store import FlowStore
from engine.temporal.flow_tracker import FlowTracker

HEIGHT, WIDTH = 96, 128
STEP = np.array([2.5, -1.25], np.float32)


class MovingTexture:
    """Frames of a smooth random texture that moves by `STEP` a frame, with an optional grey bar over it."""

    def __init__(self, numbers: Sequence[int], *, bar_from: int | None = None) -> None:
        generator = np.random.default_rng(0)
        noise = generator.random((HEIGHT + 80, WIDTH + 80, 3)).astype(np.float32)
        texture = cv2.GaussianBlur(noise, (0, 0), 2.0)
        self._texture = ((texture - texture.min()) / (texture.max() - texture.min()) * 255).astype(np.float32)
        self._numbers = tuple(numbers)
        self._bar_from = bar_from
        self.info = ClipInfo("moving", WIDTH, HEIGHT, None, Fraction(1), "sRGB", "moving")

    @property
    def numbers(self) -> Sequence[int]:
        return self._numbers

    def read(self, number: int) -> NDArray[np.uint8]:
        shift = STEP * (number - self._numbers[0])
        x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
        moved = cv2.remap(self._texture, x + 40 - shift[0], y + 40 - shift[1], cv2.INTER_CUBIC)
        frame = np.clip(moved, 0, 255).astype(np.uint8)
        if self._bar_from is not None and number >= self._bar_from:
            noise = np.random.default_rng(number).integers(0, 255, (HEIGHT // 4, 16, 3)).astype(np.uint8)
            frame[:, 48:112] = cv2.resize(noise, (64, HEIGHT), interpolation=cv2.INTER_NEAREST)
        return frame

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        return


def _tracker(source: MovingTexture, size: tuple[int, int] = (WIDTH, HEIGHT)) -> FlowTracker:
    return FlowTracker(FlowStore(source, None, working_size=size))


def _grid(margin: int) -> NDArray[np.float32]:
    x, y = np.meshgrid(np.arange(margin, WIDTH - margin, 8), np.arange(margin, HEIGHT - margin, 8))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32) + np.float32(0.3)


def test_points_follow_a_known_motion_forward_and_backward_within_half_a_pixel() -> None:
    source = MovingTexture(range(10, 17))
    start = _grid(24)
    tracks = run_to_end(_tracker(source).track(13, start, range(10, 17)))
    expected = start[None] + (np.arange(10, 17)[:, None, None] - 13) * STEP
    error = np.linalg.norm(tracks.xy - expected, axis=2)
    assert tracks.visible.mean() > 0.98
    assert np.percentile(error[tracks.visible], 95) < 0.5


def test_the_query_frame_gives_back_the_points_themselves() -> None:
    source = MovingTexture(range(3))
    start = _grid(10)
    tracks = run_to_end(_tracker(source).track(1, start, range(3)))
    np.testing.assert_allclose(tracks.xy[1], start, atol=1e-4)
    assert tracks.visible[1].all()


def test_positions_are_in_plate_pixels_whatever_the_working_size() -> None:
    source = MovingTexture(range(4))
    start = _grid(24)
    tracks = run_to_end(_tracker(source, (WIDTH // 2, HEIGHT // 2)).track(0, start, range(4)))
    error = np.linalg.norm(tracks.xy[3] - (start + 3 * STEP), axis=1)
    assert np.median(error) < 0.5


def test_points_that_leave_the_frame_are_invisible() -> None:
    source = MovingTexture(range(9))
    start = np.array([[WIDTH - 6.0, 40.0], [40.0, 60.0]], np.float32)
    tracks = run_to_end(_tracker(source).track(0, start, range(9)))
    assert not tracks.visible[8, 0]
    assert tracks.visible[8, 1]


def test_points_behind_something_new_become_invisible_and_stay_so() -> None:
    source = MovingTexture(range(6), bar_from=3)
    start = np.array([[x, y] for x in (66.0, 74.0, 82.0) for y in range(24, 72, 4)], np.float32)
    tracks = run_to_end(_tracker(source).track(0, start, range(6)))
    assert tracks.visible[:3].all()
    assert tracks.visible[3:].mean() < 0.2
    gone = ~tracks.visible
    assert (gone[1:] >= gone[:-1]).all()


def test_gaps_in_the_numbers_and_skipped_frames_are_walked_through() -> None:
    source = MovingTexture([100, 101, 103, 104])
    start = _grid(28)
    tracks = run_to_end(_tracker(source).track(100, start, [100, 104]))
    error = np.linalg.norm(tracks.xy[1] - (start + 4 * STEP), axis=1)
    assert tracks.frames == (100, 104)
    assert np.median(error[tracks.visible[1]]) < 0.6


def test_a_window_of_one_frame_has_one_row() -> None:
    tracks = run_to_end(_tracker(MovingTexture(range(2))).track(0, _grid(30), [0]))
    assert tracks.xy.shape[0] == 1
    assert tracks.visible.all()


@pytest.mark.parametrize(("query", "frames"), [(5, [0, 1]), (0, [0, 7])])
def test_frames_that_are_not_there_are_refused(query: int, frames: list[int]) -> None:
    with pytest.raises(InputError):
        run_to_end(_tracker(MovingTexture(range(3))).track(query, _grid(30), frames))
