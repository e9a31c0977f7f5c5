from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.media import open_clip
from engine.media.colour import to_srgb
from engine.media.stills import read_still, read_still_info
from tests.engine.media.media_footage import Still, solid, write_still


def ramp(width: int, height: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(width).random((height, width, channels)).astype(np.float32)


@pytest.mark.parametrize("origin", [(0, 0), (10, -7)])
def test_overscan_is_cut_off_to_the_display_window(tmp_path: Path, origin: tuple[int, int]) -> None:
    x, y = origin
    pixels = ramp(40, 30)
    still = Still("float", display=(x, y, 32, 24), origin=(x - 4, y - 3))
    plate = read_still(write_still(tmp_path / "a.exr", pixels, still))
    assert np.array_equal(plate.pixels, pixels[3:27, 4:36])


def test_a_small_data_window_is_padded_with_black_to_the_display_window(tmp_path: Path) -> None:
    pixels = ramp(10, 8)
    path = write_still(tmp_path / "a.exr", pixels, Still("float", display=(0, 0, 32, 24), origin=(20, 5)))
    plate = read_still(path)
    assert (read_still_info(path).width, read_still_info(path).height) == (32, 24)
    assert np.array_equal(plate.pixels[5:13, 20:30], pixels)
    assert plate.pixels.sum(dtype=np.float64) == pytest.approx(pixels.sum(dtype=np.float64))


def test_a_data_window_outside_the_display_window_is_black(tmp_path: Path) -> None:
    path = write_still(tmp_path / "a.exr", ramp(10, 8), Still("float", display=(0, 0, 32, 24), origin=(50, 5)))
    assert not read_still(path).pixels.any()


def test_frames_of_a_clip_may_differ_in_data_window(tmp_path: Path) -> None:
    for number, width in ((1, 10), (2, 20)):
        write_still(tmp_path / f"a.{number}.exr", ramp(width, 8), Still("half", display=(0, 0, 32, 24), origin=(3, 4)))
    source = open_clip(tmp_path)
    assert source.read(1).shape == source.read(2).shape == (24, 32, 3)


def test_exr_channels_are_found_by_name_whatever_their_order(tmp_path: Path) -> None:
    pixels = ramp(6, 5, 6)
    still = Still("float", channels=("Z", "B", "depth.R", "R", "A", "G"))
    plate = read_still(write_still(tmp_path / "a.exr", pixels, still))
    assert np.array_equal(plate.pixels, pixels[..., [3, 5, 1, 4]])


def test_a_layer_is_read_where_there_are_no_bare_channels(tmp_path: Path) -> None:
    pixels = ramp(6, 5, 4)
    still = Still("float", channels=("mask.A", "beauty.R", "beauty.G", "beauty.B"))
    plate = read_still(write_still(tmp_path / "a.exr", pixels, still))
    assert np.array_equal(plate.pixels, pixels[..., 1:])


def test_grey_exr_and_png_fill_three_channels(tmp_path: Path) -> None:
    exr = read_still(write_still(tmp_path / "a.exr", ramp(6, 5, 1), Still("float", channels=("Y",))))
    assert exr.pixels.shape == (5, 6, 1)
    png = write_still(tmp_path / "a.png", np.full((5, 6, 1), 77, np.uint8))
    assert open_clip(png).read(0).shape == (5, 6, 3)
    assert open_clip(png).read(0).max() == open_clip(png).read(0).min() == 77


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_stills_upright(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((24, 40, 3), np.uint8)
    upright[:12, :20], upright[:12, 20:], upright[12:, :20] = (220, 0, 0), (0, 220, 0), (0, 0, 220)
    # Exif 2.32: where the stored row 0 and column 0 belong in the upright picture.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    path = write_still(tmp_path / "a.tif", stored, Still(attributes={"Orientation": orientation}))
    assert np.array_equal(read_still(path).pixels, upright)
    assert (read_still_info(path).width, read_still_info(path).height) == (40, 24)


def test_pixel_aspect_is_kept_and_nothing_is_resampled(tmp_path: Path) -> None:
    path = write_still(tmp_path / "a.1.exr", ramp(20, 10), Still("half", attributes={"PixelAspectRatio": 2.0}))
    source = open_clip(path)
    assert source.info.pixel_aspect == Fraction(2)
    assert source.read(1).shape == (10, 20, 3)
    assert "2 times as wide" in source.notes[0]


def test_sixteen_bit_plates_keep_every_bit_and_show_the_nearest_eight(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (9, 11, 3)).astype(np.uint16)
    source = open_clip(write_still(tmp_path / "a.1.png", pixels))
    assert np.array_equal(source.read_plate(1).pixels, pixels)
    assert np.array_equal(source.read(1), np.round(pixels / 257.0).astype(np.uint8))


def test_ten_bit_dpx_tagged_as_printing_density_is_cineon_log(tmp_path: Path) -> None:
    attributes = {"oiio:BitsPerSample": 10, "dpx:Transfer": "Printing density"}
    code = np.full((6, 8, 3), 685 / 1023, np.float32)
    source = open_clip(write_still(tmp_path / "a.1.dpx", code, Still("uint16", attributes=attributes)))
    assert source.info.colour_space == "cineon"
    # Code 685 is scene-linear 1.0; the shoulder takes that to 0.8, whose sRGB code is 231.
    assert np.abs(source.read(1).astype(int) - 231).max() <= 1
    linear = {"oiio:BitsPerSample": 10, "dpx:Transfer": "Linear"}
    other = write_still(tmp_path / "b.1.dpx", code, Still("uint16", attributes=linear))
    assert open_clip(other).info.colour_space == "srgb"


def test_straight_alpha_is_shown_over_black_and_kept_in_the_plate(tmp_path: Path) -> None:
    rgba = np.dstack([solid(6, 5, (200, 100, 50)), np.full((5, 6), 128, np.uint8)])
    source = open_clip(write_still(tmp_path / "a.1.png", rgba, Still(attributes={"oiio:UnassociatedAlpha": 1})))
    assert np.array_equal(source.read_plate(1).pixels, rgba)
    assert not source.read_plate(1).premultiplied
    assert source.read(1)[0, 0].tolist() == [100, 50, 25]


def test_premultiplied_exr_is_shown_as_it_is(tmp_path: Path) -> None:
    rgba = np.full((5, 6, 4), 0.18, np.float32)
    plate = read_still(write_still(tmp_path / "a.exr", rgba, Still("float", channels=("R", "G", "B", "A"))))
    assert plate.premultiplied
    assert to_srgb(plate)[0, 0].tolist() == [118, 118, 118]


def test_the_colours_of_a_multi_part_exr_are_found_in_any_part(tmp_path: Path) -> None:
    OpenEXR = pytest.importorskip("OpenEXR", reason="writes multi-part files")
    pixels = np.random.default_rng(0).random((4, 6, 3)).astype(np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    depth = OpenEXR.Part({**header}, {"Z": np.ones((4, 6), np.float32)}, name="depth")
    beauty = OpenEXR.Part({**header}, {"RGB": pixels}, name="beauty")
    with OpenEXR.File([depth, beauty]) as file:
        file.write(str(tmp_path / "a.exr"))
    assert np.array_equal(read_still(tmp_path / "a.exr").pixels, pixels)


def test_an_image_of_one_pixel_is_read(tmp_path: Path) -> None:
    assert open_clip(write_still(tmp_path / "a.png", solid(1, 1, (9, 8, 7)))).read(0).tolist() == [[[9, 8, 7]]]


@pytest.mark.parametrize(
    ("chromaticities", "space"),
    [
        ((0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767), "aces2065-1"),
        ((0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767), "acescg"),
        ((0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329), "linear"),
    ],
)
def test_chromaticities_of_an_exr_choose_its_primaries(tmp_path: Path, chromaticities: tuple, space: str) -> None:
    OpenEXR = pytest.importorskip("OpenEXR", reason="writes the chromaticities attribute")
    path = tmp_path / "a.1.exr"
    pixels = np.full((4, 4, 3), 0.18, np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, "chromaticities": chromaticities}
    with OpenEXR.File(header, {"RGB": pixels}) as file:
        file.write(str(path))
    assert open_clip(path).info.colour_space == space
