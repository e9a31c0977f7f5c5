from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.util import view_as_windows

from engine.quick.explain import Explanation, TextureSettings, explained, explained_coarsely, ramp
from engine.quick.frame_view import FrameView
from engine.temporal.flow import pixel_grid
from tests.engine.quick.disc_clip import texture

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
    fine = explained(frame, painted, grid, _disc(36)).likeness
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


def _compared(here: NDArray[np.uint8], there: NDArray[np.uint8]) -> Explanation:
    return explained(FrameView(here), FrameView(there), pixel_grid(HALF, HALF), np.ones((HALF, HALF), bool))


def test_the_same_pattern_in_the_shade_is_explained_another_one_of_the_same_brightness_is_not() -> None:
    ground = texture(SIDE, SIDE, 0, (120, 120, 120))
    shaded, other = ground.copy(), ground.copy()
    shaded[:, 80:] //= 2
    other[:, 80:] = texture(SIDE, SIDE, 1, (120, 120, 120))[:, 80:]
    in_shade, elsewhere = _compared(shaded, ground), _compared(other, ground)
    inside = np.s_[8:-8, 48:-8]
    assert in_shade.likeness[inside].mean() > 0.9
    assert in_shade.pattern[inside].mean() > 0.9
    assert elsewhere.pattern[inside].mean() < 0.5
    assert elsewhere.likeness[inside].mean() < in_shade.likeness[inside].mean() - 0.3
    for explanation in (in_shade, elsewhere):
        assert explanation.pattern[:, :32].min() > 0.95


def test_a_smooth_patch_of_another_brightness_has_no_pattern_that_could_speak_for_it() -> None:
    dark, light = (np.full((SIDE, SIDE, 3), level, np.uint8) for level in (90, 110))
    dark[:, :80] = light[:, :80]
    explanation = _compared(dark, light)
    assert explanation.likeness[8:-8, 48:-8].max() < 0.5
    assert explanation.pattern[8:-8, 48:-8].min() > 0.9


@pytest.mark.parametrize("place", [(30, 30), (41, 22)])
def test_the_pattern_is_the_correlation_under_a_gaussian_window(place: tuple[int, int]) -> None:
    settings = TextureSettings()
    one, other = texture(SIDE, SIDE, 2, (120, 120, 120)), texture(SIDE, SIDE, 3, (120, 120, 120))
    mixed = (one // 2 + other // 2).astype(np.uint8)
    found = _compared(mixed, one).pattern[place]
    side = 2 * round(4 * settings.sigma) + 1
    axis = np.arange(side) - side // 2
    weight = np.exp(-(axis[:, None] ** 2 + axis[None] ** 2) / (2 * settings.sigma**2))
    weight /= weight.sum()
    planes = []
    for image in (mixed, one):
        light = FrameView(image).half_lab[..., 0].astype(np.float64)
        planes.append(view_as_windows(np.pad(light, side // 2, mode="reflect"), (side, side))[place])
    a, b = (plane - (weight * plane).sum() for plane in planes)
    spread_a, spread_b, common = (weight * a * a).sum(), (weight * b * b).sum(), (weight * a * b).sum()
    correlation = common / np.sqrt((spread_a + settings.noise) * (spread_b + settings.noise))
    spread = max(spread_a, spread_b)
    low, high = settings.different
    expected = 1 - spread / (spread + 4 * settings.noise) * (1 - np.clip((correlation - low) / (high - low), 0, 1))
    assert 0.05 < expected < 0.95
    assert found == pytest.approx(expected, abs=0.02)


def test_a_ramp_is_flat_outside_its_ends() -> None:
    assert np.allclose(ramp(np.array([0.0, 0.2, 0.3, 0.4, 2.0]), (0.2, 0.4)), [0, 0, 0.5, 1, 1])
