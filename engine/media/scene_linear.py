"""Plates as scene-linear light in Rec.709 primaries, and what the light is called in a file's header.

A picture that is display-referred (video, 8-bit images) has no light of its own: it is given back the light that its
transfer encodes. Which transfer that is, is said by the clip's colour space or chosen by name; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.media.colour import AUTO, REC709, SRGB, scene_linear_of
from engine.media.colour_curves import SPACES
from engine.media.plate import Plate

Values = NDArray[np.float32]

REC709_CHROMATICITIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
INTEROP_ID = "lin_rec709_scene"
"""Name of scene-linear Rec.709 in the header attribute `colorInteropID` (ASWF Color Interop Forum, 2024)."""


def _srgb(v: Values) -> Values:
    """IEC 61966-2-1; signs are kept, so that excursions below black stay below it."""
    size = np.abs(v)
    light = np.where(size <= 0.04045, size / 12.92, np.power((size + 0.055) / 1.055, 2.4))
    return np.asarray(np.copysign(light, v), np.float32)


def _rec709(v: Values) -> Values:
    """ITU-R BT.709-6, 1.2: the inverse of the camera's curve."""
    size = np.abs(v)
    light = np.where(size < 0.081, size / 4.5, np.power((size + 0.099) / 1.099, 1 / 0.45))
    return np.asarray(np.copysign(light, v), np.float32)


def _power(exponent: float) -> Callable[[Values], Values]:
    def decode(v: Values) -> Values:
        return np.asarray(np.copysign(np.power(np.abs(v), exponent), v), np.float32)

    return decode


def _same(v: Values) -> Values:
    return v


TRANSFERS: dict[str, Callable[[Values], Values]] = {
    SRGB: _srgb,
    REC709: _rec709,
    "gamma2.2": _power(2.2),
    "gamma2.4": _power(2.4),
    "linear": _same,
}
"""By name: code values in [0, 1] to light. rec709 is the camera's curve, gamma2.4 a display's (ITU-R BT.1886)."""


def check_transfer(name: str) -> str:
    """Returns the name; raises InputError unless it is 'auto' or one of `TRANSFERS`."""
    if name != AUTO and name not in TRANSFERS:
        raise InputError(f"'{name}' is no transfer. Known: {AUTO}, {', '.join(TRANSFERS)}.")
    return name


def transfer_of(plate_space: str, transfer: str) -> str:
    """Returns the name of what turns a plate of this colour space into light, for headers and messages."""
    return plate_space if transfer == AUTO else transfer


def scene_linear(plate: Plate, *, transfer: str = AUTO) -> NDArray[np.float32]:
    """Returns the plate's colours as (H, W, 3) float32 light in Rec.709 primaries, alpha left as it is.

    Args:
        plate: Pixels of any colour space.
        transfer: 'auto' takes the plate's own space: the published curve and primaries of a camera's space, the sRGB
            curve for sRGB, the inverse camera curve for Rec.709. A name of `TRANSFERS` overrides it.

    Raises:
        InputError: The transfer has no such name.
    """
    check_transfer(transfer)
    name = transfer_of(plate.colour_space, transfer)
    if transfer == AUTO and SPACES[plate.colour_space].decode is not None:
        return scene_linear_of(plate)
    return by_code_value(plate.rgb, TRANSFERS[name])


def by_code_value(rgb: NDArray[Any], decode: Callable[[Values], Values]) -> NDArray[np.float32]:
    """Returns decoded values; integer pictures go through a table of their code values."""
    if rgb.dtype == np.float32:
        return decode(rgb)
    top = np.iinfo(rgb.dtype).max
    table = decode(np.arange(int(top) + 1, dtype=np.float32) / np.float32(top))
    return np.asarray(table[rgb], np.float32)
