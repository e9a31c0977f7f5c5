"""One grey PNG for each part and frame: straight alpha, white where the part is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the library's own abbreviation
from numpy.typing import NDArray

from engine.atomic import replacing
from engine.errors import OutputError


def write_matte_png(path: Path, matte: NDArray[np.uint16], *, bits: int) -> None:
    """Writes an (H, W) matte as 8- or 16-bit grey PNG, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    pixels = matte.astype(np.uint8) if bits == 8 else matte
    spec = oiio.ImageSpec(matte.shape[1], matte.shape[0], 1, "uint8" if bits == 8 else "uint16")
    spec.channelnames = ("Y",)
    spec["png:compressionLevel"] = 3
    with replacing(path, keep_suffix=True) as temporary:
        output = oiio.ImageOutput.create(str(temporary))
        if not output or not output.open(str(temporary), spec):
            raise OutputError(f"'{path}' cannot be written ({oiio.geterror()}). Choose another folder.")
        written = output.write_image(np.ascontiguousarray(pixels)[..., None])
        closed = output.close()
        if not (written and closed):
            raise OutputError(
                f"'{path}' was not written ({output.geterror()}). Is the disk full? Finished files are kept."
            )
