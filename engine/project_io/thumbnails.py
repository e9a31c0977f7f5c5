"""Small pictures of references, kept in the project folder so that lists need not read whole images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.atomic import replacing
from engine.project_io.layout import THUMBNAIL_FOLDER

THUMBNAIL_PX = 192


def thumbnail_path(folder: Path, reference_id: str) -> Path:
    """Returns where the small picture of a reference lies."""
    return folder / THUMBNAIL_FOLDER / f"{reference_id}.jpg"


def shrunk(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns an (h, w, 3) picture whose longer side is at most `THUMBNAIL_PX`."""
    scale = THUMBNAIL_PX / max(image.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(image)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def write_thumbnail(path: Path, picture: NDArray[np.uint8]) -> None:
    """Writes an (h, w, 3) sRGB picture as JPEG.

    Raises:
        OutputError: The place cannot be written to.
    """
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="JPEG", quality=88)
