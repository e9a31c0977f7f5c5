from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.explain import explained, explained_coarsely
from engine.quick.frame_view import FrameView
from engine.temporal.flow import pixel_grid

SIDE = 160
HALF = SIDE // 2
CENTRE = (SIDE - 1) / 2


def _wheel(turned: float) -> NDArray[np.uint8]:
    """Twelve thin spokes on a grey disc."""
    image = np.full((SIDE, SIDE, 3), 110, np.uint8)
    for spoke in range(12):
        angle = np.deg2rad(turned + 30 * spoke)
        end = (int(CENTRE + 75 * np.cos(angle)), int(CENTRE + 75 * np.sin(angle)))
        cv2.line(image, (80, 80), end, (220, 220, 220), 4, cv2.LINE_AA)
    return image


def _disc(radius: float) -> NDArray[np.bool_]:
    y, x = np.mgrid[:HALF, :HALF]
    return (x - HALF / 2) ** 2 + (y - HALF / 2) ** 2 < radius**2


def test_a_turned_wheel_is_explained_by_its_mean_colours_though_not_by_its_pixels() -> None:
    frame, painted = FrameView(_wheel(15.0)), FrameView(_wheel(0.0))
    ring, grid = _disc(34) & ~_disc(20), pixel_grid(HALF, HALF)
    fine = explained(frame, painted, grid, _disc(36))
    coarse = explained_coarsely(frame, painted, grid, _disc(36))
    assert coarse[ring].mean() > fine[ring].mean() + 0.2
    assert coarse[ring].mean() > 0.8


def test_an_occluder_is_not_explained_by_mean_colours() -> None:
    image = _wheel(0.0)
    image[:, 60:100] = (30, 120, 40)
    coarse = explained_coarsely(FrameView(image), FrameView(_wheel(0.0)), pixel_grid(HALF, HALF), _disc(36))
    assert coarse[30:50, 36:44].max() < 0.1
    assert coarse[38:42, 8:14].min() > 0.9


def test_mean_colours_say_nothing_outside_the_object() -> None:
    view = FrameView(_wheel(0.0))
    coarse = explained_coarsely(view, view, pixel_grid(HALF, HALF), _disc(20))
    assert coarse[~_disc(20)].max() == 0.0
    assert coarse[_disc(20)].min() > 0.99
