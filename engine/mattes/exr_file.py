"""OpenEXR files with named layers, in one part or several."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.atomic import replacing
from engine.errors import OutputError
from engine.mattes.exr_whole import is_whole
from engine.media.exr_plate import Attribute, PlateHeader, Window

_MOST_MERGED = 128
_TYPES = {"half": oiio.HALF, "float": oiio.FLOAT}


@dataclass(frozen=True)
class Channel:
    """One channel: full name, depth ("half" or "float"), and its (h, w) float32 values over the data window."""

    name: str
    depth: str
    values: NDArray[np.float32]


@dataclass(frozen=True)
class ExrPart:
    """Channels that a reader loads together; files in one part have one of them."""

    name: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class ExrHeader:
    """What all parts of a file say.

    Attributes:
        display: Display window.
        data: Data window, the size of all channels.
        attributes: Entries in OpenImageIO's names and types.
        compression: OpenEXR's name of it.
    """

    display: Window
    data: Window
    attributes: tuple[Attribute, ...]
    compression: str


def write_exr(path: Path, header: ExrHeader, parts: Sequence[ExrPart]) -> None:
    """Writes an EXR, whole or not at all.

    Raises:
        OutputError: The disk is full, or the place cannot be written to.
    """
    specs = [_spec(header, part, named=len(parts) > 1) for part in parts]
    with replacing(path, keep_suffix=True) as temporary:
        output: Any = oiio.ImageOutput.create(str(temporary))
        opened = output.open(str(temporary), specs[0] if len(specs) == 1 else tuple(specs))
        written = opened
        for index, part in enumerate(parts):
            if written and index:
                written = output.open(str(temporary), specs[index], "AppendSubimage")
            written = written and output.write_image(_interleaved([channel.values for channel in part.channels]))
        closed = output.close()
        if not (written and closed and is_whole(temporary)):
            size = sum(channel.values.nbytes for part in parts for channel in part.channels)
            raise _refused(path, output.geterror() or oiio.geterror(), size)


def framed(plane: NDArray[np.float32], header: ExrHeader, *, outside: float = 0.0) -> NDArray[np.float32]:
    """Returns a plane of the display window's size over the data window, `outside` where only the data window is."""
    if header.data == header.display:
        return plane
    canvas = np.full((header.data.height, header.data.width), outside, np.float32)
    top, left = header.display.y - header.data.y, header.display.x - header.data.x
    canvas[top : top + plane.shape[0], left : left + plane.shape[1]] = plane
    return canvas


def placed(pixels: NDArray[np.float32], at: Window, header: ExrHeader) -> NDArray[np.float32]:
    """Returns (h, w, C) pixels that cover the window `at`, over the data window; black where they have none."""
    if at == header.data:
        return pixels
    canvas = np.zeros((header.data.height, header.data.width, pixels.shape[2]), np.float32)
    top, left = at.y - header.data.y, at.x - header.data.x
    canvas[top : top + at.height, left : left + at.width] = pixels
    return canvas


def header_like(
    plate: PlateHeader | None, hw: tuple[int, int], extra: Sequence[Attribute], compression: str
) -> ExrHeader:
    """Returns a header with the plate's windows and attributes.

    The data window holds the plate's data window (overscan) and its display window: mattes know every pixel of the
    frame, also where the plate has no data.

    Args:
        plate: Header of the plate, or None where there is none.
        hw: Height and width of the mattes; a plate of another size (a file that was turned) lends no windows.
        extra: Further entries; they replace those of the same name.
        compression: OpenEXR's name of it.
    """
    own = {row.name for row in extra}
    kept = tuple(row for row in plate.attributes if row.name not in own) if plate else ()
    attributes = (*kept, *extra)
    if plate is None or (plate.display.height, plate.display.width) != hw:
        window = Window(0, 0, hw[1], hw[0])
        return ExrHeader(window, window, attributes, compression)
    return ExrHeader(plate.display, plate.data.joined(plate.display), attributes, compression)


def text_attribute(name: str, value: str) -> Attribute:
    """Returns a header entry that holds a text."""
    return Attribute(name, oiio.TypeDesc("string"), value)


def _interleaved(planes: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Returns (h, w, C) of C planes; OpenCV does it in a third of NumPy's time, for as many channels as it knows."""
    if len(planes) > _MOST_MERGED:
        return np.stack(planes, axis=2)
    merged = np.asarray(cv2.merge(planes), np.float32)
    return merged.reshape(*planes[0].shape, len(planes))


def _spec(header: ExrHeader, part: ExrPart, *, named: bool) -> Any:
    types = tuple(oiio.TypeDesc(_TYPES[channel.depth]) for channel in part.channels)
    spec = oiio.ImageSpec(header.data.width, header.data.height, len(part.channels), types[0])
    spec.x, spec.y = header.data.x, header.data.y
    spec.full_x, spec.full_y = header.display.x, header.display.y
    spec.full_width, spec.full_height = header.display.width, header.display.height
    spec.channelnames = tuple(channel.name for channel in part.channels)
    if len({channel.depth for channel in part.channels}) > 1:  # ignored by OpenImageIO where all are the same
        spec.channelformats = types
    for row in header.attributes:
        spec.attribute(row.name, row.type, row.value)
    spec.attribute("compression", header.compression)
    if named:
        spec.attribute("oiio:subimagename", part.name)
    return spec


def _refused(path: Path, reason: str, size: int) -> OSError | OutputError:
    """Returns why a file was not written; OpenImageIO has no error numbers, so the room on the disk is looked at."""
    if shutil.disk_usage(path.parent).free < size:
        return OSError(errno.ENOSPC, "no space left")
    detail = reason.strip().splitlines()[-1].rstrip(".") if reason.strip() else "the disk took less than it was given"
    return OutputError(
        f"'{path}' was not written ({detail}). Finished files are kept. See that the disk has room and the folder can "
        "be written to, then run the same command again to go on."
    )
