"""Photographs that scikit-image's wheel brings along, read without any download."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


@cache
def photograph(name: str) -> NDArray[np.uint8]:
    """Returns a bundled picture such as `coffee.png` as (H, W, 3) uint8 sRGB."""
    with as_file(files("skimage.data") / name) as path, Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def tinted(name: str, tint: tuple[float, float, float], *, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Returns a grey picture in the colour `tint` (sRGB factors), resized to (width, height) where it is given."""
    picture = photograph(name).astype(np.float32) * np.asarray(tint, np.float32)
    if size is not None:
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)
