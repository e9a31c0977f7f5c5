"""Footage that the media tests make for themselves. Every frame carries its own index as a pattern of bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenImageIO as oiio  # noqa: N813
from numpy.typing import NDArray

BITS = 10
WIDTH, HEIGHT = 16 * BITS, 96


def indexed_frame(index: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """An RGB frame whose upper half shows `index` in binary, the highest bit left; the lower half is coloured."""
    image = np.zeros((height, width, 3), np.uint8)
    for bit in range(BITS):
        value = 235 if index >> (BITS - 1 - bit) & 1 else 20
        image[: height // 2, bit * width // BITS : (bit + 1) * width // BITS] = value
    image[height // 2 :, : width // 2] = (200, 40, 40)
    image[height // 2 :, width // 2 :] = (40, 40, 200)
    return image


def index_of(image: NDArray[np.uint8]) -> int:
    """The index that a decoded frame shows."""
    height, width = image.shape[:2]
    bits = [
        image[: height // 3, bit * width // BITS + 2 : (bit + 1) * width // BITS - 2].mean() > 128
        for bit in range(BITS)
    ]
    return int("".join("1" if bit else "0" for bit in bits), 2)


@dataclass(frozen=True)
class Recipe:
    """How a test video is encoded."""

    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    options: dict[str, str] = field(default_factory=lambda: {"bf": "3", "g": "120", "sc_threshold": "0"})
    rotation: float | None = None
    mirrored: bool = False
    times: Sequence[int] | None = None
    aspect: Fraction | None = None
    tags: dict[str, int] = field(default_factory=dict)


def write_video(path: Path, frames: Sequence[NDArray[np.uint8]], recipe: Recipe | None = None) -> Path:
    """Encodes frames; `times` of the recipe are in milliseconds (variable rate), else 25 frames a second."""
    recipe = recipe or Recipe()
    with av.open(str(path), "w") as container:
        stream = container.add_stream(recipe.codec, rate=25)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = recipe.pix_fmt
        stream.options = recipe.options
        for name, value in recipe.tags.items():
            setattr(stream.codec_context, name, value)
        if recipe.aspect is not None:
            stream.codec_context.sample_aspect_ratio = recipe.aspect
        if recipe.times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if recipe.rotation is not None:
            stream.set_display_rotation(recipe.rotation, hflip=recipe.mirrored)
        for at, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(image), "rgb24" if image.ndim == 3 and image.shape[2] == 3 else "rgba"
            )
            frame.pts = at if recipe.times is None else recipe.times[at]
            frame.time_base = Fraction(1, 25) if recipe.times is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def indexed_video(path: Path, count: int, recipe: Recipe | None = None) -> Path:
    """A video of `count` indexed frames."""
    return write_video(path, [indexed_frame(i) for i in range(count)], recipe)


@dataclass(frozen=True)
class Still:
    """How a test image is written."""

    kind: str = "uint8"
    channels: tuple[str, ...] = ()
    display: tuple[int, int, int, int] | None = None
    origin: tuple[int, int] = (0, 0)
    attributes: dict[str, object] = field(default_factory=dict)


def write_still(path: Path, pixels: NDArray[np.generic], still: Still | None = None) -> Path:
    """Writes an image by OpenImageIO; `display` is x, y, width, height of the display window."""
    still = still or Still(kind=str(pixels.dtype).replace("float32", "float"))
    flat = pixels if pixels.ndim == 3 else pixels[..., None]
    spec = oiio.ImageSpec(flat.shape[1], flat.shape[0], flat.shape[2], still.kind)
    if still.channels:
        spec.channelnames = still.channels
    spec.x, spec.y = still.origin
    if still.display is not None:
        spec.full_x, spec.full_y, spec.full_width, spec.full_height = still.display
    else:
        spec.full_width, spec.full_height = flat.shape[1], flat.shape[0]
    for name, value in still.attributes.items():
        spec.attribute(name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    out = oiio.ImageOutput.create(str(path))
    assert out is not None, oiio.geterror()
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(np.ascontiguousarray(flat)), out.geterror()
    out.close()
    return path


def solid(width: int, height: int, value: object = (10, 20, 30)) -> NDArray[np.uint8]:
    """An image of one colour."""
    return np.full((height, width, 3), value, np.uint8)
