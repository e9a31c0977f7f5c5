"""EXR plates as they lie in their files: every bit of their colours, their windows, their header."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.errors import InputError
from engine.media.stills import colour_channels, open_image

TIMECODE = "smpte:TimeCode"
RATE = "framesPerSecond"
_NOT_KEPT = (
    "compression",
    "name",
    "view",
    "multiView",
    "Orientation",
    "textureformat",
    "chunkCount",
    "version",
    "type",
    "Software",
)
"""Attributes that speak of the file's storage, not of its picture."""
_NOT_KEPT_PREFIXES = ("oiio:", "openexr:", "cryptomatte/", "acesImageContainer", "tile")
_COLOUR_NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}


@dataclass(frozen=True)
class Window:
    """A rectangle of pixels: its first column and row, its size. Origins may be negative."""

    x: int
    y: int
    width: int
    height: int

    def joined(self, other: Window) -> Window:
        """Returns the smallest window that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Window(x, y, right - x, bottom - y)


@dataclass(frozen=True)
class Attribute:
    """An entry of a header with OpenImageIO's name and type for it."""

    name: str
    type: Any
    value: Any


@dataclass(frozen=True)
class PlateHeader:
    """What a still's header says of its picture.

    Attributes:
        display: Display window.
        data: Data window.
        attributes: What is kept in files made from it: pixel aspect, rate, timecode, colour, camera.
    """

    display: Window
    data: Window
    attributes: tuple[Attribute, ...]

    @property
    def rate(self) -> Fraction | None:
        """Frames per second, or None where the header does not say."""
        value = self.get(RATE)
        if isinstance(value, tuple) and len(value) == 2 and value[0] > 0 and value[1] > 0:
            return Fraction(int(value[0]), int(value[1]))
        return Fraction(value).limit_denominator(1001) if isinstance(value, float) and value > 0 else None

    def get(self, name: str) -> Any:
        """Returns the value of an attribute, or None."""
        return next((attribute.value for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True)
class ExrPlate:
    """The colours of an EXR file, unconverted.

    Attributes:
        header: Its windows and attributes.
        names: R, G, B and, where there is one, A.
        pixels: (h, w, 3 or 4) float32 over the data window; half values are exact in it.
        depths: "half" or "float" per channel.
    """

    header: PlateHeader
    names: tuple[str, ...]
    pixels: NDArray[np.float32]
    depths: tuple[str, ...]


def read_plate_header(path: Path) -> PlateHeader:
    """Reads what the header of an image file says of its picture.

    Raises:
        InputError: The file is missing or no image.
    """
    image, spec = open_image(path)
    image.close()
    return _header(spec)


def read_exr_plate(path: Path) -> ExrPlate | None:
    """Returns an EXR's colours to the bit, or None where it is no EXR with R, G and B that stands upright.

    Raises:
        InputError: The file is missing or damaged.
    """
    image, spec = open_image(path)
    try:
        chosen = colour_channels(spec)
        upright = spec.get_int_attribute("Orientation", 1) == 1
        if image.format_name() != "openexr" or len(chosen) < 3 or not upright:
            return None
        pixels = image.read_image(image.current_subimage(), 0, 0, spec.nchannels, oiio.TypeDesc(oiio.FLOAT))
        if pixels is None or image.has_error:
            raise InputError(f"'{path}' is damaged or cut off: {image.geterror()}. Copy it again from its source.")
    finally:
        image.close()
    formats = spec.channelformats or (spec.format,) * spec.nchannels
    depths = tuple("half" if formats[index].basetype == oiio.HALF else "float" for index in chosen)
    picked = np.asarray(pixels, np.float32).reshape(spec.height, spec.width, -1)[..., chosen]
    return ExrPlate(_header(spec), _COLOUR_NAMES[len(chosen)], np.ascontiguousarray(picked), depths)


def _header(spec: Any) -> PlateHeader:
    attributes = tuple(
        Attribute(entry.name, entry.type, entry.value)
        for entry in spec.extra_attribs
        if entry.name not in _NOT_KEPT and not entry.name.startswith(_NOT_KEPT_PREFIXES)
    )
    return PlateHeader(
        Window(spec.full_x, spec.full_y, spec.full_width, spec.full_height),
        Window(spec.x, spec.y, spec.width, spec.height),
        attributes,
    )
