from __future__ import annotations

import numpy as np
import pytest

from app.canvas.picture import Exposure, Picture
from app.canvas.viewport import Viewport

RNG = np.random.default_rng(3)


def drawn(picture: Picture, viewport: Viewport) -> np.ndarray:
    target = np.zeros((viewport.height, viewport.width), np.uint32)
    picture.draw(viewport, 1.0, target, 0xFF010203)
    return np.stack([target >> 16 & 255, target >> 8 & 255, target & 255], axis=-1).astype(np.uint8)


def test_zoomed_in_every_screen_pixel_is_a_pixel_of_the_image() -> None:
    image = RNG.integers(0, 256, (20, 30, 3), np.uint8)
    viewport = Viewport(120, 80, 30, 20, zoom=4.0)
    np.testing.assert_array_equal(drawn(Picture(image), viewport), image.repeat(4, 0).repeat(4, 1))


def test_at_one_to_one_the_image_is_shown_unchanged() -> None:
    image = RNG.integers(0, 256, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(drawn(Picture(image), Viewport(30, 20, 30, 20)), image)


def test_zoomed_out_fine_texture_turns_into_its_mean_instead_of_moire() -> None:
    image = np.zeros((512, 512, 3), np.uint8)
    image[::2, 1::2] = image[1::2, ::2] = 200
    shown = drawn(Picture(image), Viewport(60, 60, 512, 512, zoom=60 / 512))
    assert np.abs(shown[2:-2, 2:-2].astype(int) - 100).max() <= 2


@pytest.mark.parametrize("size", [(101, 67), (255, 333)])
def test_zoomed_out_places_stay_where_the_overlay_has_them(size: tuple[int, int]) -> None:
    height, width = size
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = 255
    viewport = Viewport(width // 4, height // 4, width, height, zoom=0.25)
    bright = drawn(Picture(image), viewport)[height // 8, :, 0] > 127
    columns = viewport.columns(0, viewport.width, 1.0)
    assert abs(int(bright.sum()) - int((columns < width // 2).sum())) <= 1


def test_around_the_image_is_the_surround() -> None:
    viewport = Viewport(50, 50, 10, 10, zoom=1.0, origin_x=-20, origin_y=-20)
    shown = drawn(Picture(np.full((10, 10, 3), 99, np.uint8)), viewport)
    assert (shown[20:30, 20:30] == 99).all()
    assert (shown[0] == (1, 2, 3)).all()


def test_gain_and_gamma_change_what_is_shown_and_never_the_image() -> None:
    image = RNG.integers(0, 256, (20, 30, 3), np.uint8)
    before = image.copy()
    picture = Picture(image)
    picture.set_exposure(Exposure(gain=2.0, gamma=1.4))
    shown = drawn(picture, Viewport(30, 20, 30, 20))
    linear = np.clip((image / 255) ** 2.2 * 2, 0, 1)
    expected = linear ** (1 / 2.2 / 1.4) * 255
    assert np.abs(shown - expected).max() <= 0.51
    np.testing.assert_array_equal(image, before)
    picture.set_exposure(Exposure())
    np.testing.assert_array_equal(drawn(picture, Viewport(30, 20, 30, 20)), image)
