"""A small picture that shows how learning goes: the reference with the parts that are found on it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_bytes
from engine.domain.labels import BACKGROUND
from engine.domain.parts import PartSet
from engine.smite.latents import square

_OPACITY = 0.6


def write_preview(path: Path, image: NDArray[np.uint8], labels: NDArray[np.uint8], parts: PartSet) -> None:
    """Writes a PNG with the parts' colours over the image.

    Args:
        path: Where to; written whole or not at all.
        image: (H, W, 3) uint8 sRGB.
        labels: (S, S) channel numbers.
        parts: Channel 1 is their first.
    """
    picture = square(image, labels.shape[0]).astype(np.float32)
    colours = np.array([(0, 0, 0), *(part.colour for part in parts)], np.float32)
    found = labels != BACKGROUND
    picture[found] += _OPACITY * (colours[labels[found]] - picture[found])
    data = cv2.imencode(".png", picture.round().astype(np.uint8)[..., ::-1])[1]
    write_bytes(path, data.tobytes())
