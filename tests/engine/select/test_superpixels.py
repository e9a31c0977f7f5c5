from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from engine.errors import InputError
from engine.select.superpixels import SlicSettings, Superpixels

RNG = np.random.default_rng(2)


def halves(height: int = 100, width: int = 700) -> np.ndarray:
    image = np.full((height, width, 3), (200, 60, 50), np.uint8)
    image[:, 333:] = (40, 90, 200)
    return image


def made(image: np.ndarray, settings: SlicSettings | None = None) -> Superpixels:
    superpixels = Superpixels(image, settings)
    for tile in superpixels.tiles_of((0, 0, image.shape[1], image.shape[0])):
        superpixels.make(tile)
    return superpixels


def whole(superpixels: Superpixels, image: np.ndarray, alpha: np.ndarray, left: int, top: int) -> np.ndarray:
    mask = np.zeros(image.shape[:2], bool)
    for x, y, taken in superpixels.within(alpha, left, top):
        mask[y : y + taken.shape[0], x : x + taken.shape[1]] |= taken
    return mask


def test_tiles_are_made_only_where_they_are_asked_for() -> None:
    superpixels = Superpixels(halves(600, 1100))
    assert superpixels.missing((500, 500, 530, 530)) == [(0, 0), (1, 0), (0, 1), (1, 1)]
    superpixels.make((0, 1))
    assert superpixels.missing((500, 500, 530, 530)) == [(0, 0), (1, 0), (1, 1)]
    assert superpixels.missing((-50, -50, -1, -1)) == []


def test_superpixels_stop_at_the_edge_of_the_picture() -> None:
    image = halves()
    superpixels = made(image)
    alpha = np.full((60, 60), 255, np.uint8)
    mask = whole(superpixels, image, alpha, 270, 20)
    assert mask[50, 300:333].all()
    assert not mask[:, 335:].any()


def test_a_brush_takes_whole_pieces_of_which_it_covers_half() -> None:
    image = RNG.integers(0, 256, (120, 140, 3), np.uint8)
    superpixels = made(image)
    alpha = np.full((50, 50), 255, np.uint8)
    brush = np.zeros(image.shape[:2], bool)
    brush[30:80, 40:90] = True
    segments = superpixels._tiles[0, 0]
    share = ndimage.mean(brush, segments, np.arange(segments.max() + 1))
    expected = share >= 0.5
    expected[segments[55, 65]] = True
    np.testing.assert_array_equal(whole(superpixels, image, alpha, 40, 30), expected[segments])


def test_a_tiny_brush_takes_the_piece_under_it() -> None:
    image = halves()
    superpixels = made(image)
    mask = whole(superpixels, image, np.full((1, 1), 255, np.uint8), 50, 50)
    assert mask[50, 50]
    assert 50 < mask.sum() < 4 * 20 * 20


def test_the_size_of_the_pieces_is_about_what_was_asked_for() -> None:
    image = RNG.integers(100, 120, (200, 200, 3), np.uint8)
    pieces = made(image, SlicSettings(region_px=25))._tiles[0, 0].max() + 1
    assert 64 * 0.6 < pieces < 64 * 1.6


def test_sizes_out_of_range_give_a_sentence() -> None:
    with pytest.raises(InputError, match="4 to 256"):
        SlicSettings(region_px=1)
