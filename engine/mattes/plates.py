"""The pictures of a clip in the forms that writers ask for."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.mattes.options import ColourOptions
from engine.media.baked_view import BakedView
from engine.media.colour import scene_linear_of, soft_shoulder, srgb_oetf
from engine.media.colour_curves import SPACES
from engine.media.exr_plate import (
    RATE,
    TIMECODE,
    Attribute,
    ExrPlate,
    PlateHeader,
    Window,
    read_exr_plate,
    read_plate_header,
)
from engine.media.plate import Plate
from engine.media.scene_linear import INTEROP_ID, REC709_CHROMATICITIES, check_transfer, scene_linear, transfer_of
from engine.media.source import MediaSource
from engine.media.stills import IMAGE_SUFFIXES
from engine.media.timecode import packed, timecode_at, unpacked, video_timecode
from engine.media.view_transform import ViewTransform

PIXEL_ASPECT = "PixelAspectRatio"
TRANSFER_NAME = "smite/plateTransfer"
_KEPT_OF_IMAGES = (PIXEL_ASPECT, TIMECODE, RATE, "smpte:KeyCode")
"""Of other stills than EXR: their colour entries speak of code values, which do not go into an EXR."""


class Plates:
    """The pictures of a clip.

    Args:
        source: The clip; it stays open while plates are read and is closed by whoever opened it.
        colour: How light becomes a picture and a picture light.

    Raises:
        InputError: The transfer or the view does not exist.
    """

    def __init__(self, source: MediaSource, colour: ColourOptions) -> None:
        self.source = source
        self.transfer = check_transfer(colour.transfer)
        self.view = (
            BakedView(ViewTransform(config=colour.ocio_config, display=colour.display, view=colour.view))
            if colour.ocio_config
            else None
        )

    @cached_property
    def start_timecode(self) -> str:
        """Code of frame 0 where the clip is a video that says so, else ""."""
        path = self.source.file(self.source.numbers[0])
        return "" if path.suffix.lower() in IMAGE_SUFFIXES else video_timecode(path) or ""

    def timecode(self, number: int) -> str:
        """Returns the code of a frame, from the video's start or the still's own header; "" where nothing says it."""
        if self.start_timecode and self.rate is not None:
            return timecode_at(self.start_timecode, number, self.rate)
        code = self.frame(number).header.get(TIMECODE)
        return unpacked(int(code[0])) if isinstance(code, tuple) else ""

    @cached_property
    def rate(self) -> Fraction | None:
        """Frames per second: the video's, or what the header of the first still says."""
        if self.source.info.rate is not None:
            return self.source.info.rate
        return read_plate_header(self.source.file(self.source.numbers[0])).rate

    def frame(self, number: int) -> PlateFrame:
        """Returns the pictures of a frame; nothing is read before it is asked for."""
        return PlateFrame(self, number)


class PlateFrame:
    """One frame of a clip; what was read once is kept as long as the value lives."""

    def __init__(self, plates: Plates, number: int) -> None:
        self._plates = plates
        self._number = number

    @property
    def timecode(self) -> str:
        """The frame's timecode, or "" where nothing says it."""
        return self._plates.timecode(self._number)

    @cached_property
    def own(self) -> Plate:
        """The frame in its own values."""
        return self._plates.source.read_plate(self._number)

    @cached_property
    def is_display_referred(self) -> bool:
        """Whether its code values are those of a display, so that they are taken as they stand."""
        return SPACES[self._plates.source.info.colour_space].decode is None

    @cached_property
    def picture8(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 picture to look at; scene-linear and log plates through the view that was asked for."""
        if self._plates.view is None or self.is_display_referred:
            return self._plates.source.read(self._number)
        return self._plates.view.picture(scene_linear_of(self.own))

    @cached_property
    def picture(self) -> NDArray[Any]:
        """(H, W, 3) uint8 or uint16 picture: display-referred plates to the bit, others as they are looked at.

        Of plates with light the 16-bit picture is the one of `picture8` without its rounding to 8 bits.
        """
        own = self.own
        if self.is_display_referred and own.pixels.dtype in (np.uint8, np.uint16) and own.premultiplied:
            return own.rgb
        if self.is_display_referred or self._plates.view is not None:
            return self.picture8
        shown = srgb_oetf(soft_shoulder(np.nan_to_num(scene_linear_of(own), nan=0.0)))
        return np.asarray(np.rint(shown * 65535), np.uint16)

    @cached_property
    def light(self) -> ExrPlate:
        """The frame for an EXR: EXR plates to the bit, all others as scene-linear Rec.709, tagged as such."""
        path = self._plates.source.file(self._number)
        if path.suffix.lower() == ".exr" and (found := read_exr_plate(path)) is not None:
            return found
        own = self.own
        light = scene_linear(own, transfer=self._plates.transfer)
        height, width = light.shape[:2]
        window = Window(0, 0, width, height)
        name = transfer_of(own.colour_space, self._plates.transfer)
        tags = (
            Attribute("chromaticities", oiio.TypeDesc("float[8]"), REC709_CHROMATICITIES),
            Attribute("colorInteropID", oiio.TypeDesc("string"), INTEROP_ID),
            Attribute(TRANSFER_NAME, oiio.TypeDesc("string"), name),
        )
        depths = ("float",) * 3 if own.pixels.dtype == np.float32 else ("half",) * 3
        return ExrPlate(PlateHeader(window, window, (*self.header.attributes, *tags)), ("R", "G", "B"), light, depths)

    @cached_property
    def header(self) -> PlateHeader:
        """Windows, pixel aspect, rate and timecode of the frame, and of EXR plates all that speaks of the picture."""
        path = self._plates.source.file(self._number)
        info = self._plates.source.info
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            window = Window(0, 0, info.width, info.height)
            return PlateHeader(window, window, self._video_attributes())
        found = read_plate_header(path)
        if path.suffix.lower() == ".exr":
            return found
        window = Window(0, 0, info.width, info.height)
        kept = tuple(row for row in found.attributes if row.name in _KEPT_OF_IMAGES and row.name != PIXEL_ASPECT)
        return PlateHeader(window, window, (*kept, *_pixel_aspect(info.pixel_aspect)))

    def _video_attributes(self) -> tuple[Attribute, ...]:
        info = self._plates.source.info
        rows = list(_pixel_aspect(info.pixel_aspect))
        if info.rate is not None:
            exact = (info.rate.numerator, info.rate.denominator)
            rows.append(Attribute(RATE, oiio.TypeDesc("rational"), exact))
            if self._plates.start_timecode:
                code = packed(timecode_at(self._plates.start_timecode, self._number, info.rate))
                rows.append(Attribute(TIMECODE, oiio.TypeDesc("timecode"), code))
        return tuple(rows)


def _pixel_aspect(aspect: Fraction) -> tuple[Attribute, ...]:
    return (Attribute(PIXEL_ASPECT, oiio.TypeDesc("float"), float(aspect)),) if aspect != 1 else ()
