"""Reading delivered mattes back, by readers that did not write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray
from PIL import Image

from engine.errors import InputError

ALPHA = ".A"
_PLATE = ("R", "G", "B", "A")


def read_grey(path: Path) -> tuple[NDArray[np.float64], int]:
    """Returns a grey picture in whole numbers and its full scale.

    Raises:
        InputError: It cannot be read, or is no grey picture of 8 or 16 bits.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in ("L", "I;16", "I;16B", "I"):
                raise InputError(f"'{path}' is no grey picture (its mode is {image.mode}).")
            return np.asarray(image, np.float64), 255 if image.mode == "L" else 65535
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"'{path}' cannot be read ({error}).") from error


def read_exr_layers(path: Path) -> tuple[dict[str, NDArray[np.float64]], bool, list[str]]:
    """Returns the planes of channels called `layer.A` by layer, whether they are half, and channels without a layer.

    Raises:
        InputError: It cannot be read.
    """
    file = oiio.ImageInput.open(str(path))
    if file is None:
        raise InputError(f"'{path}' cannot be read ({oiio.geterror()}).")
    found: dict[str, NDArray[np.float64]] = {}
    half, part = False, 0
    strange: list[str] = []
    try:
        while file.seek_subimage(part, 0):
            spec = file.spec()
            pixels = file.read_image(part, 0, 0, spec.nchannels, "float")
            if pixels is None:
                raise InputError(f"'{path}' cannot be read ({file.geterror()}).")
            half = half or spec.format == oiio.HALF
            for index, name in enumerate(spec.channelnames):
                if name.endswith(ALPHA) and len(name) > len(ALPHA):
                    found[name[: -len(ALPHA)]] = np.asarray(pixels[..., index], np.float64)
                elif "." not in name and name not in _PLATE:
                    strange.append(name)
            part += 1
    finally:
        file.close()
    return found, half, strange
