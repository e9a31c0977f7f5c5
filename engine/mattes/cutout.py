"""The parts cut out of the plate: straight RGBA in PNG, premultiplied scene-linear RGBA in EXR.

A straight cut-out keeps the plate's code values to the bit: nothing is multiplied, nothing converted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_bytes
from engine.mattes.exr import exr_header, plate_channels
from engine.mattes.exr_file import Channel, ExrPart, framed, write_exr
from engine.mattes.layers import MatteLayer, union_of
from engine.mattes.options import Output
from engine.mattes.shot import ExportFrame, Shot

BLEED_PX = 8
"""The plate's colours go on this far outside the matte, so that resampling a straight cut-out shows no dark fringe."""
_PNG_LEVEL = 3


class CutoutWriter:
    """Writes a cut-out of one layer, or of all layers together where the file names none."""

    def __init__(self, output: Output, shot: Shot) -> None:
        self._output = output
        self._shot = shot

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the cut-out; EXR or PNG by the file's ending.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The file cannot be written.
        """
        layer = layers[0] if len(layers) == 1 else union_of(layers)
        if path.suffix.lower() == ".exr":
            self._write_exr(path, frame, layer)
            return
        rgba = straight_rgba(frame, layer, bits=self._output.image.bits)
        order = cv2.COLOR_RGBA2BGRA
        _, encoded = cv2.imencode(".png", cv2.cvtColor(rgba, order), [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
        write_bytes(path, encoded.tobytes())

    def _write_exr(self, path: Path, frame: ExportFrame, layer: MatteLayer) -> None:
        assert frame.plate is not None
        plate = frame.plate.light
        header = exr_header(frame, plate, (layer,), self._shot, self._output.exr.compression)
        matte = framed(layer.plane(frame.mattes), header)
        depth = self._output.exr.depth
        channels = [
            Channel(channel.name, channel.depth if channel.name != "A" else depth, channel.values * matte)
            for channel in plate_channels(plate, header)
        ]
        if "A" not in plate.names:
            channels.append(Channel("A", depth, matte))
        write_exr(path, header, [ExrPart("", tuple(channels))])


def straight_rgba(frame: ExportFrame, layer: MatteLayer, *, bits: int) -> NDArray[Any]:
    """Returns (H, W, 4) uint8 or uint16: the plate's colours around the matte, and the matte as straight alpha."""
    assert frame.plate is not None
    alpha = frame.whole(bits).plane(layer)
    rgb = at_bits(frame.plate.picture, bits=bits)
    near = cv2.dilate((alpha > 0).astype(np.uint8), np.ones((2 * BLEED_PX + 1,) * 2, np.uint8))
    rgba = np.empty((*alpha.shape, 4), rgb.dtype)
    rgba[..., :3] = rgb * near[..., None].astype(rgb.dtype)
    rgba[..., 3] = alpha
    return rgba


def at_bits(rgb: NDArray[Any], *, bits: int) -> NDArray[Any]:
    """Returns a uint8 or uint16 picture at 8 or 16 bits; its own depth comes back as it is."""
    if bits == 16:
        return rgb if rgb.dtype == np.uint16 else rgb.astype(np.uint16) * np.uint16(257)
    return rgb if rgb.dtype == np.uint8 else ((rgb.astype(np.uint32) + 128) // 257).astype(np.uint8)


class PictureWriter:
    """Writes the plate itself as 8-bit sRGB PNG, for datasets."""

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:  # noqa: ARG002 - FrameWriter
        """Writes the picture of a frame.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The file cannot be written.
        """
        assert frame.plate is not None
        bgr = cv2.cvtColor(frame.plate.picture8, cv2.COLOR_RGB2BGR)
        _, encoded = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
        write_bytes(path, encoded.tobytes())
