"""Label maps as palette PNGs: the value of a pixel is the part id, the palette shows the part's colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.atomic import replacing
from engine.domain.labels import LabelMap, check_label_map
from engine.domain.parts import PartSet
from engine.errors import READING_FAULTS, InputError

_COMPRESSION = 4
"""zlib level: flat label maps hardly shrink beyond it, and level 9 takes several times as long."""


def write_label_png(path: Path, labels: LabelMap, parts: PartSet) -> None:
    """Writes an 8-bit palette PNG, whole or not at all.

    Args:
        path: Final path; its folder is made if it is missing.
        labels: (H, W) uint8, values as in `LabelMap`.
        parts: Whose colours the palette gets; background is black, unknown (255) grey.

    Raises:
        InputError: `labels` is no label map.
        OutputError: The disk is full, or the place cannot be written to.
    """
    check_label_map(labels)
    image = Image.frombytes("P", (labels.shape[1], labels.shape[0]), labels.tobytes())
    image.putpalette(parts.palette(), "RGB")
    with replacing(path) as temporary:
        image.save(temporary, format="PNG", compress_level=_COMPRESSION)


def write_grey_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Writes (H, W) uint8 as an 8-bit grey PNG, whole or not at all.

    Raises:
        OutputError: The disk is full, or the place cannot be written to.
    """
    with replacing(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG", compress_level=_COMPRESSION)


def read_label_png(path: Path) -> LabelMap:
    """Returns the (H, W) uint8 values of what `write_label_png` wrote; masks from strangers go through `masks`.

    Raises:
        InputError: The file is missing, damaged, or has no single 8-bit channel.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in ("P", "L"):
                raise InputError(f"'{path}' is no label map: its mode is {image.mode}, not a palette or 8-bit grey.")
            return np.array(image, np.uint8)
    except READING_FAULTS + (SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"The labels '{path}' cannot be read ({error}). Segment this frame again.") from error
