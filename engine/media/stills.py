"""Image files, read by OpenImageIO: channels by name, display window, orientation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.errors import InputError
from engine.media.colour import AUTO, CINEON, LINEAR, SRGB
from engine.media.colour_curves import linear_space_of
from engine.media.plate import Plate

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx")

# Exif 2.32, tag 0x0112: (swap rows and columns first, flip left-right, flip top-bottom).
_ORIENTATIONS: dict[int, tuple[bool, bool, bool]] = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}


@dataclass(frozen=True)
class StillInfo:
    """What the header of an image file says.

    Attributes:
        width: Pixels across the display window, upright.
        height: Pixels down the display window, upright.
        pixel_aspect: Width of a pixel divided by its height, upright.
        colour_space: The space that 'auto' stands for in this file.
    """

    width: int
    height: int
    pixel_aspect: Fraction
    colour_space: str


def read_still_info(path: Path) -> StillInfo:
    """Reads an image's header.

    Raises:
        InputError: The file is missing, empty, cut off or no image.
    """
    image, spec = open_image(path)
    image.close()
    swapped = _orientation(spec)[0]
    width, height = (spec.full_height, spec.full_width) if swapped else (spec.full_width, spec.full_height)
    return StillInfo(width, height, _pixel_aspect(spec), _auto_space(path, spec))


def read_still(path: Path, *, colour_space: str = AUTO) -> Plate:
    """Reads an image in its own values, cut or padded with black to its display window and turned upright.

    Args:
        path: A png, jpg, tif, exr or dpx file.
        colour_space: Name of its space; 'auto' takes EXR and other float files as scene-linear in the primaries that
            their chromaticities name (Rec.709 where they name none), DPX that is tagged as printing density or
            logarithmic as Cineon, everything else as sRGB.

    Raises:
        InputError: The file is missing, empty, cut off or no image.
    """
    image, spec = open_image(path)
    try:
        pixels = image.read_image(image.current_subimage(), 0, 0, spec.nchannels, _read_type(spec))
        if pixels is None or image.has_error:
            raise InputError(
                f"'{path}' is damaged or cut off: {_reason(image.geterror())}. Copy it again from its source."
            )
    finally:
        image.close()
    chosen = colour_channels(spec)
    picked = np.asarray(pixels).reshape(spec.height, spec.width, -1)
    if chosen != list(range(spec.nchannels)):
        picked = picked[..., chosen]
    upright = _turn(_to_display_window(picked, spec), _orientation(spec))
    return Plate(
        pixels=np.ascontiguousarray(upright),
        colour_space=_auto_space(path, spec) if colour_space == AUTO else colour_space,
        premultiplied=len(chosen) in (1, 3) or not spec.get_int_attribute("oiio:UnassociatedAlpha", 0),
        pixel_aspect=_pixel_aspect(spec),
    )


def open_image(path: Path) -> tuple[Any, Any]:
    """Returns an open OpenImageIO input at the subimage that holds the colours, and its spec."""
    if not path.is_file():
        raise InputError(f"'{path}' does not exist.")
    if path.stat().st_size == 0:
        raise InputError(f"'{path}' is empty (0 bytes). Copy it again from its source.")
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    image = oiio.ImageInput.open(str(path), config)
    if image is None:
        raise InputError(f"'{path}' cannot be read as an image: {_reason(oiio.geterror())}.")
    subimage = 0
    while image.seek_subimage(subimage, 0):
        if not image.spec().deep and len(colour_channels(image.spec())) >= 3:
            return image, image.spec()
        subimage += 1
    image.geterror()  # running past the last subimage leaves a message behind
    if image.spec().deep:
        image.close()
        raise InputError(f"'{path}' is a deep image. Flatten it, or render a flat copy.")
    image.seek_subimage(0, 0)
    return image, image.spec()


def _reason(message: str) -> str:
    lines = [line.strip().rstrip(".") for line in message.splitlines() if line.strip()]
    return lines[-1] if lines else "unknown format"


def _read_type(spec: Any) -> Any:
    if spec.format.basetype in (oiio.UINT8, oiio.UINT16):
        return oiio.TypeDesc(spec.format.basetype)
    return oiio.TypeDesc(oiio.FLOAT)


def colour_channels(spec: Any) -> list[int]:
    """Returns the indices of R, G, B and alpha, or of grey and alpha; layers are looked at in the order of the file."""
    names = [name.lower() for name in spec.channelnames]
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    layers.sort(key=lambda layer: layer != "")
    for triple in (("r", "g", "b"), ("red", "green", "blue")):
        for layer in layers:
            prefix = f"{layer}." if layer else ""
            if all(prefix + channel in names for channel in triple):
                found = [names.index(prefix + channel) for channel in triple]
                alpha = next((names.index(prefix + a) for a in ("a", "alpha") if prefix + a in names), None)
                return found if alpha is None else [*found, alpha]
    grey = next((names.index(name) for name in ("y", "i", "l", "grey", "gray") if name in names), 0)
    alpha_at = int(spec.alpha_channel)
    return [grey] if alpha_at < 0 or alpha_at == grey else [grey, alpha_at]


def _to_display_window(pixels: NDArray[Any], spec: Any) -> NDArray[Any]:
    """Returns pixels at the size of the display window: overscan cut off, missing data black."""
    window = (spec.x, spec.y, spec.width, spec.height)
    display = (spec.full_x, spec.full_y, spec.full_width, spec.full_height)
    if window == display:
        return pixels
    left, top = max(window[0], display[0]), max(window[1], display[1])
    right = min(window[0] + window[2], display[0] + display[2])
    bottom = min(window[1] + window[3], display[1] + display[3])
    framed = np.zeros((display[3], display[2], pixels.shape[2]), pixels.dtype)
    if right > left and bottom > top:
        framed[top - display[1] : bottom - display[1], left - display[0] : right - display[0]] = pixels[
            top - window[1] : bottom - window[1], left - window[0] : right - window[0]
        ]
    return framed


def _orientation(spec: Any) -> tuple[bool, bool, bool]:
    return _ORIENTATIONS.get(spec.get_int_attribute("Orientation", 1), _ORIENTATIONS[1])


def _turn(pixels: NDArray[Any], orientation: tuple[bool, bool, bool]) -> NDArray[Any]:
    swap, flip_x, flip_y = orientation
    turned = pixels.swapaxes(0, 1) if swap else pixels
    return turned[:: -1 if flip_y else 1, :: -1 if flip_x else 1]


def _pixel_aspect(spec: Any) -> Fraction:
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    if not np.isfinite(aspect) or aspect <= 0:
        return Fraction(1)
    exact = Fraction(aspect).limit_denominator(1000)
    return 1 / exact if _orientation(spec)[0] else exact


def _auto_space(path: Path, spec: Any) -> str:
    if path.suffix.lower() == ".dpx":
        transfer = spec.get_string_attribute("dpx:Transfer").lower()
        return CINEON if transfer in ("printing density", "logarithmic") else SRGB
    if spec.format.basetype not in (oiio.HALF, oiio.FLOAT, oiio.DOUBLE):
        return SRGB
    primaries = spec.getattribute("chromaticities")
    named = linear_space_of(tuple(primaries)) if primaries is not None and len(primaries) == 8 else None
    return named or LINEAR
