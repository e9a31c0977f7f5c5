from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
import pytest

from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.media.matte_import import matte_channels, painted_from_mattes, read_matte
from tests.engine.mattes.small_result import write_image

PARTS = PartSet.from_names(["wheel", "body"])


def write_exr(path: Path) -> np.ndarray:
    pixels = np.random.default_rng(0).random((6, 8, 5)).astype(np.float32)
    spec = oiio.ImageSpec(8, 6, 5, "float")
    spec.channelnames = ("R", "G", "B", "wheel.A", "body.A")
    write_image(path, pixels, spec)
    return pixels


def test_a_named_channel_of_an_exr_is_read_as_it_lies_there(tmp_path: Path) -> None:
    pixels = write_exr(tmp_path / "m.exr")
    names = matte_channels(tmp_path / "m.exr")
    assert set(names) == {"R", "G", "B", "wheel.A", "body.A"}
    assert np.array_equal(read_matte(tmp_path / "m.exr", "wheel.A"), pixels[..., 3])
    with pytest.raises(InputError, match="Say which one"):
        read_matte(tmp_path / "m.exr")
    with pytest.raises(InputError, match="no channel 'door'"):
        read_matte(tmp_path / "m.exr", "door")


def test_a_data_window_lies_at_its_place_in_the_display_window(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(3, 2, 1, "float")
    spec.x, spec.y, spec.full_x, spec.full_y, spec.full_width, spec.full_height = 2, -1, 0, 0, 4, 3
    spec.channelnames = ("A",)
    write_image(tmp_path / "d.exr", np.ones((2, 3, 1), np.float32), spec)
    found = read_matte(tmp_path / "d.exr")
    expected = np.zeros((3, 4), np.float32)
    expected[0, 2:] = 1
    assert np.array_equal(found, expected)


def test_the_strongest_matte_names_the_pixel_and_covers_it_as_far_as_it_says() -> None:
    wheel = np.array([[1.0, 0.6, 0.2]], np.float32)
    painted = painted_from_mattes({"wheel": wheel}, PARTS, partial=False)
    assert painted.labels.tolist() == [[1, 1, 0]]
    assert painted.coverage is not None
    assert painted.coverage.tolist() == [[255, 153, 204]]
    assert painted_from_mattes({"wheel": wheel}, PARTS, partial=True).labels.tolist() == [[1, 1, 255]]
    with pytest.raises(InputError, match="the others"):
        painted_from_mattes({"wheel": wheel, "body": np.zeros((2, 2), np.float32)}, PARTS, partial=False)
