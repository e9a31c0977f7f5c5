"""Input colour spaces and the one transform that turns each of them into sRGB for the models.

The transform, in words: code values are decoded to scene-linear light by the published curve of the space (18 % grey
is 0.18), taken to Rec.709 primaries, rolled off by a soft shoulder so that highlights keep their structure, and encoded
by the sRGB curve (IEC 61966-2-1). No exposure, no look. sRGB and Rec.709 pictures are display-referred already: they
are taken as they stand.

The shoulder leaves everything below 0.6 alone and maps the rest on [0.6, 1) with a continuous slope:
y = t + (1 - t) u / (1 + u), u = (x - t) / (1 - t), t = 0.6.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.media.colour_curves import SPACES, ColourSpace
from engine.media.plate import Plate

AUTO = "auto"
SRGB = "srgb"
REC709 = "rec709"
LINEAR = "linear"
CINEON = "cineon"

SHOULDER_START = 0.6
_BAND_ROWS = 128
_LUT_SIZE = 4096


def colour_space(name: str) -> ColourSpace:
    """Returns the colour space called `name`.

    Raises:
        InputError: There is none of that name; the sentence lists those that exist.
    """
    space = SPACES.get(name.strip().lower())
    if space is None:
        raise InputError(f"'{name}' is no colour space. Known: {AUTO}, {', '.join(SPACES)}.")
    return space


def check_colour_space(name: str) -> str:
    """Returns the name in lower case; raises InputError unless it is 'auto' or a known space."""
    lowered = name.strip().lower()
    return lowered if lowered == AUTO else colour_space(lowered).name


def to_srgb(plate: Plate) -> NDArray[np.uint8]:
    """Returns the picture that models and viewers get: (H, W, 3) uint8 sRGB, over black where the plate has alpha."""
    space = colour_space(plate.colour_space)
    rgb = plate.rgb
    if space.decode is None:
        picture = _display_to_uint8(rgb)
    else:
        picture = np.empty(rgb.shape, np.uint8)
        # By bands of rows: float copies of a whole 4K plate would take 400 MB.
        for top in range(0, rgb.shape[0], _BAND_ROWS):
            band = rgb[top : top + _BAND_ROWS]
            picture[top : top + _BAND_ROWS] = encode_srgb8(_scene_linear(band, space))
    alpha = plate.alpha
    if alpha is not None and not plate.premultiplied:
        coverage = _unit(alpha)[..., None]
        picture = np.asarray(np.rint(picture * np.clip(coverage, 0.0, 1.0)), np.uint8)
    return picture


def scene_linear_of(plate: Plate) -> NDArray[np.float32]:
    """Returns (H, W, 3) float32 scene-linear light in Rec.709 primaries of a plate whose space has a curve.

    Display-referred plates have none; `engine.media.scene_linear` says how they become light.
    """
    return _scene_linear(plate.rgb, colour_space(plate.colour_space))


def soft_shoulder(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns scene-linear light rolled off to [0, 1); values up to 0.6 are unchanged, negative ones become 0."""
    span = 1.0 - SHOULDER_START
    over = np.maximum((linear - SHOULDER_START) / span, 0.0)
    # 1 - 1/(1+u) rather than u/(1+u): infinities in a plate become white instead of NaN.
    rolled = SHOULDER_START + span * (1.0 - 1.0 / (1.0 + over))
    return np.where(linear > SHOULDER_START, rolled, np.maximum(linear, 0.0)).astype(np.float32)


def srgb_oetf(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns sRGB-encoded values of display-linear light in [0, 1] (IEC 61966-2-1)."""
    high = 1.055 * np.power(np.maximum(linear, 0.0031308), 1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, high).astype(np.float32)


def encode_srgb8(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Returns scene-linear Rec.709 light as uint8 sRGB, with the soft shoulder; NaN becomes black."""
    light = soft_shoulder(np.nan_to_num(linear, nan=0.0, posinf=np.inf, neginf=0.0))
    # The table is indexed by the square root of light, which spends its entries where sRGB spends its codes.
    index = np.rint(np.sqrt(light) * (_LUT_SIZE - 1)).astype(np.int32)
    return np.asarray(_srgb8_of_root()[index])


def _scene_linear(rgb: NDArray[Any], space: ColourSpace) -> NDArray[np.float32]:
    """Returns Rec.709 scene-linear float32 of code values."""
    if rgb.dtype == np.float32 or space.decode is None:
        values = rgb.astype(np.float32)
        linear = values if space.decode is None else space.decode(values)
    else:
        linear = _decode_table(space.name, str(rgb.dtype))[rgb]
    if space.to_rec709 is None:
        return linear
    mixed: NDArray[np.float32] = linear @ np.asarray(space.to_rec709, np.float32).T
    return mixed


@lru_cache(maxsize=16)
def _decode_table(name: str, dtype: str) -> NDArray[np.float32]:
    """Returns the linear light of every code value of an integer type."""
    decode = SPACES[name].decode
    assert decode is not None
    top = np.iinfo(np.dtype(dtype)).max
    return decode(np.arange(top + 1, dtype=np.float32) / np.float32(top))


@lru_cache(maxsize=1)
def _srgb8_of_root() -> NDArray[np.uint8]:
    root = np.linspace(0.0, 1.0, _LUT_SIZE, dtype=np.float32)
    return np.asarray(np.rint(srgb_oetf(root * root) * 255.0), np.uint8)


def _unit(values: NDArray[Any]) -> NDArray[np.float32]:
    """Returns integer code values as float32 in [0, 1]; floats are left alone."""
    unit: NDArray[np.float32] = values.astype(np.float32)
    if np.issubdtype(values.dtype, np.integer):
        unit /= np.float32(np.iinfo(values.dtype).max)
    return unit


def _display_to_uint8(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    if rgb.dtype == np.uint8:
        return np.asarray(np.array(rgb, order="C"), np.uint8)
    if rgb.dtype == np.uint16:
        # round(v / 257) in whole numbers
        return np.asarray((rgb.astype(np.uint32) + 128) // 257, np.uint8)
    clipped = np.clip(np.nan_to_num(rgb.astype(np.float32), nan=0.0), 0.0, 1.0)
    return np.asarray(np.rint(clipped * 255.0), np.uint8)
