"""OpenEXR with a layer for each part: channels `part.A`, which Nuke, Fusion and Resolve read as layers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from engine.mattes.exr_file import Channel, ExrHeader, ExrPart, framed, header_like, placed, text_attribute, write_exr
from engine.mattes.layers import MatteLayer
from engine.mattes.options import ExrOptions
from engine.mattes.shot import ExportFrame, Shot
from engine.media.exr_plate import Attribute, ExrPlate, PlateHeader

PLATE_PART = "rgba"


def matte_channel(layer: MatteLayer) -> str:
    """Returns the channel that holds a layer.

    Never a bare name and never Y: Nuke puts channels without a layer into "other". A is what DWA compression keeps
    exactly.
    """
    return f"{layer.channel}.A"


class ExrWriter:
    """Writes one EXR for each frame: mattes, and the plate where it is asked for."""

    def __init__(self, options: ExrOptions, shot: Shot) -> None:
        self._options = options
        self._shot = shot

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the layers of a frame.

        Raises:
            InputError: The plate cannot be read.
            OutputError: The file cannot be written.
        """
        plate = frame.plate.light if self._options.plate and frame.plate is not None else None
        header = exr_header(frame, plate, layers, self._shot, self._options.compression)
        parts = [ExrPart(PLATE_PART, plate_channels(plate, header))] if plate else []
        for layer in layers:
            outside = 1.0 if layer.kind == "background" else 0.0
            values = framed(layer.plane(frame.mattes), header, outside=outside)
            parts.append(ExrPart(layer.channel, (Channel(matte_channel(layer), self._options.depth, values),)))
        if not self._options.multi_part:
            parts = [ExrPart("", tuple(channel for part in parts for channel in part.channels))]
        write_exr(path, header, parts)


def plate_channels(plate: ExrPlate, header: ExrHeader) -> tuple[Channel, ...]:
    """Returns R, G, B and A of a plate over the data window, each in its own depth."""
    pixels = placed(plate.pixels, plate.header.data, header)
    return tuple(
        Channel(name, depth, pixels[..., index])
        for index, (name, depth) in enumerate(zip(plate.names, plate.depths, strict=True))
    )


def exr_header(
    frame: ExportFrame, plate: ExrPlate | None, layers: Sequence[MatteLayer], shot: Shot, compression: str
) -> ExrHeader:
    """Returns the header of a frame's EXR: the plate's, and where the mattes come from."""
    known: PlateHeader | None = plate.header if plate else frame.plate.header if frame.plate else None
    return header_like(known, shot.hw, provenance_attributes(frame, layers, shot), compression)


def provenance_attributes(frame: ExportFrame, layers: Sequence[MatteLayer], shot: Shot) -> tuple[Attribute, ...]:
    """Returns header entries that say what the mattes were made from and what their layers are called."""
    names = json.dumps({layer.channel: layer.name for layer in layers}, ensure_ascii=True)
    rows = [text_attribute(f"smite/{name}", text) for name, text in shot.provenance.items()]
    rows.append(text_attribute("smite/layers", names))
    rows.append(text_attribute("smite/sourceFrame", str(frame.source)))
    rows.append(text_attribute("Software", shot.provenance.get("program", "SMITE Studio")))
    return tuple(rows)
