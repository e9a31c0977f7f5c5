"""One grey PNG or TIFF for each layer and frame: straight, untagged, white where the part is."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.atomic import write_bytes
from engine.mattes.layers import MatteLayer
from engine.mattes.shot import ExportFrame

_PNG_LEVEL = 3
"""zlib level: mattes are flat; higher levels take twice the time for a tenth of the bytes."""


class GreyWriter:
    """Writes mattes of one layer each; PNG or TIFF by the file's ending."""

    def __init__(self, bits: int) -> None:
        self._bits = bits

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the one layer that the file shows.

        Raises:
            OutputError: The file cannot be written.
        """
        write_grey(path, frame.whole(self._bits).plane(layers[0]), bits=self._bits)


def write_grey(path: Path, matte: NDArray[np.uint16], *, bits: int) -> None:
    """Writes an (H, W) matte as 8- or 16-bit grey PNG or TIFF, whole or not at all.

    No gamma or sRGB entry goes along: a matte is coverage, and readers must not convert it.

    Raises:
        OutputError: The file cannot be written.
    """
    image = Image.fromarray(matte.astype(np.uint8) if bits == 8 else np.ascontiguousarray(matte))
    encoded = BytesIO()
    if path.suffix.lower() == ".png":
        image.save(encoded, format="PNG", compress_level=_PNG_LEVEL)
    else:
        image.save(encoded, format="TIFF", compression="tiff_adobe_deflate")
    write_bytes(path, encoded.getvalue())
