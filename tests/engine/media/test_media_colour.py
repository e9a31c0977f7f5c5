from __future__ import annotations

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.errors import InputError
from engine.media.colour import colour_space, encode_srgb8, soft_shoulder, srgb_oetf, to_srgb
from engine.media.colour_curves import SPACES, linear_space_of
from engine.media.plate import Plate

# Names in the ACES studio configuration that OpenColorIO carries (inside OpenImageIO): an independent implementation.
OCIO_NAMES = {
    "acescg": "ACEScg",
    "aces2065-1": "ACES2065-1",
    "linear-rec2020": "Linear Rec.2020",
    "acescct": "ACEScct",
    "logc3": "ARRI LogC3 (EI800)",
    "logc4": "ARRI LogC4",
    "slog3": "S-Log3 S-Gamut3.Cine",
    "slog3-sgamut3": "S-Log3 S-Gamut3",
    "vlog": "V-Log V-Gamut",
    "log3g10": "Log3G10 REDWideGamutRGB",
    "clog3": "CanonLog3 CinemaGamut D55",
    "davinci": "DaVinci Intermediate WideGamut",
}


def linear_rec709(name: str, values: np.ndarray) -> np.ndarray:
    space = colour_space(name)
    assert space.decode is not None
    linear = space.decode(values.astype(np.float32))
    return linear if space.to_rec709 is None else linear @ np.asarray(space.to_rec709).T


def by_ocio(name: str, values: np.ndarray) -> np.ndarray:
    buffer = oiio.ImageBuf(np.ascontiguousarray(values.reshape(1, -1, 3).astype(np.float32)))
    done = oiio.ImageBufAlgo.colorconvert(
        buffer, OCIO_NAMES[name], "Linear Rec.709 (sRGB)", unpremult=False, colorconfig="ocio://studio-config-latest"
    )
    assert not done.has_error, done.geterror()
    return np.asarray(done.get_pixels(oiio.FLOAT)).reshape(-1, 3)


@pytest.mark.parametrize("name", list(OCIO_NAMES))
def test_greys_of_every_space_decode_as_opencolorio_does(name: str) -> None:
    values = np.repeat(np.linspace(0.0, 0.8, 33)[:, None], 3, axis=1)
    # 0.4 %: some vendors publish the same curve with rounded constants. Canon's is scaled by 0.9 in both.
    np.testing.assert_allclose(linear_rec709(name, values), by_ocio(name, values), rtol=4e-3, atol=1e-3)


@pytest.mark.parametrize("name", [n for n in OCIO_NAMES if n != "clog3"])
def test_colours_of_every_space_agree_with_opencolorio(name: str) -> None:
    values = np.random.default_rng(5).uniform(0.3, 0.6, (64, 3))
    ours, theirs = linear_rec709(name, values), by_ocio(name, values)
    # Our white adaptation is Bradford's, theirs CAT02 for some vendors: primaries differ by a percent of the peak.
    assert np.abs(ours - theirs).max() <= 0.012 * np.abs(theirs).max()


@pytest.mark.parametrize(
    ("name", "code", "light"),
    [
        ("logc3", 400 / 1023, 0.18),
        ("logc4", 0.2784, 0.18),
        ("slog3", 420 / 1023, 0.18),
        ("slog3", 95 / 1023, 0.0),
        ("vlog", 433 / 1023, 0.18),
        ("log3g10", 1 / 3, 0.18),
        ("clog3", 0.3434, 0.18),
        ("davinci", 0.336043, 0.18),
        ("acescct", 0.4135884, 0.18),
        ("cineon", 685 / 1023, 1.0),
        ("cineon", 95 / 1023, 0.0),
        ("pq", 0.5807, 1.0),
        ("hlg", 0.75, 1.0),
        ("linear", 0.18, 0.18),
    ],
)
def test_published_anchor_values(name: str, code: float, light: float) -> None:
    decoded = linear_rec709(name, np.full((1, 3), code))
    np.testing.assert_allclose(decoded, light, atol=2.5e-3)


@pytest.mark.parametrize("name", [n for n, s in SPACES.items() if s.decode is not None])
def test_every_curve_rises_without_a_step(name: str) -> None:
    decode = SPACES[name].decode
    assert decode is not None
    light = decode(np.linspace(0.0, 1.0, 20001, dtype=np.float32)).astype(np.float64)
    rise = np.diff(light)
    assert rise.min() >= -1e-6 * max(1.0, light.max())
    # A step at the join of two pieces would stand out from the steps around it.
    assert (rise[1:] <= 4 * rise[:-1] + 2e-4).all()


@pytest.mark.parametrize("name", [n for n, s in SPACES.items() if s.to_rec709 is not None])
def test_matrices_keep_white_white(name: str) -> None:
    np.testing.assert_allclose(np.asarray(SPACES[name].to_rec709).sum(axis=1), 1.0, atol=1e-9)


def test_srgb_curve_meets_the_values_of_the_standard() -> None:
    light = np.array([0.0, 0.0031308, 0.18, 0.5, 1.0], np.float32)
    np.testing.assert_allclose(srgb_oetf(light), [0.0, 0.04045, 0.46136, 0.73536, 1.0], atol=1e-4)


def test_the_shoulder_leaves_midtones_alone_and_never_reaches_white() -> None:
    light = np.array([-1.0, 0.0, 0.3, 0.6, 1.0, 4.0, 100.0], np.float32)
    rolled = soft_shoulder(light)
    np.testing.assert_allclose(rolled[:5], [0.0, 0.0, 0.3, 0.6, 0.8], atol=1e-6)
    assert (np.diff(rolled[1:]) > 0).all()
    assert rolled[-1] < 1.0


def test_encoding_is_within_one_code_of_the_formula() -> None:
    light = np.geomspace(1e-5, 50.0, 5000).astype(np.float32)
    over = np.maximum((light.astype(np.float64) - 0.6) / 0.4, 0)
    rolled = np.where(light > 0.6, 0.6 + 0.4 * over / (1 + over), light)
    encoded = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    assert np.abs(encode_srgb8(light).astype(float) - encoded * 255).max() <= 0.75


def test_infinities_and_nan_become_white_and_black() -> None:
    pixels = np.array([[[np.inf, np.nan, -np.inf]]], np.float32)
    assert to_srgb(Plate(pixels, "linear")).tolist() == [[[255, 0, 0]]]
    assert to_srgb(Plate(pixels, "srgb")).tolist() == [[[255, 0, 0]]]


@pytest.mark.parametrize("name", ["srgb", "rec709"])
def test_display_referred_pictures_are_taken_as_they_stand(name: str) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(8, 32, 1).repeat(3, axis=2)
    assert np.array_equal(to_srgb(Plate(pixels, name)), pixels)
    assert np.array_equal(to_srgb(Plate(pixels.astype(np.float32) / 255, name)), pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tables_for_integer_plates_equal_the_curve(dtype: type) -> None:
    top = np.iinfo(dtype).max
    pixels = np.random.default_rng(2).integers(0, top + 1, (150, 7, 3)).astype(dtype)
    direct = encode_srgb8(linear_rec709("logc3", pixels / top).astype(np.float32))
    assert np.abs(to_srgb(Plate(pixels, "logc3")).astype(int) - direct).max() <= 1


def test_an_unknown_space_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match=r"'logq' is no colour space\. Known: auto, srgb, rec709, linear, acescg"):
        colour_space("logq")


def test_unknown_primaries_have_no_name() -> None:
    assert linear_space_of((0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)) is None
