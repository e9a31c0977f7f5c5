"""Mattes made elsewhere: channels of EXRs, frames of matte videos, grey PNGs, as soft masks and painted frames."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND, UNKNOWN, Painted, size_text
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.media.clip import VIDEO_SUFFIXES, open_clip
from engine.media.stills import open_image

Matte = NDArray[np.float32]


def matte_channels(path: Path) -> tuple[str, ...]:
    """Returns the names of the channels that an image may give a matte from.

    Raises:
        InputError: It cannot be read.
    """
    image, spec = open_image(path)
    image.close()
    return tuple(spec.channelnames)


def read_matte(path: Path, channel: str | None = None) -> Matte:
    """Returns one channel of an image as a (H, W) float32 matte in [0, 1], over the display window.

    Args:
        path: An exr, tif or png file.
        channel: Its name ("wheel.A"); None takes the only one, else A, else Y, else R where R = G = B.

    Raises:
        InputError: It cannot be read, has no such channel, or is a picture.
    """
    image, spec = open_image(path)
    try:
        names = tuple(spec.channelnames)
        pixels = image.read_image(0, 0, 0, spec.nchannels, oiio.FLOAT)
        if pixels is None:
            raise InputError(f"'{path}' cannot be read ({image.geterror()}). Save it again.")
    finally:
        image.close()
    planes = np.asarray(pixels, np.float32).reshape(spec.height, spec.width, spec.nchannels)
    plane = planes[..., _place_of(path, names, channel, planes)]
    whole = np.zeros((spec.full_height, spec.full_width), np.float32)
    top, left = spec.y - spec.full_y, spec.x - spec.full_x
    rows = slice(max(top, 0), min(top + spec.height, spec.full_height))
    columns = slice(max(left, 0), min(left + spec.width, spec.full_width))
    if rows.stop > rows.start and columns.stop > columns.start:
        whole[rows, columns] = plane[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return np.asarray(np.clip(np.nan_to_num(whole, nan=0.0, posinf=1.0, neginf=0.0), 0, 1), np.float32)


def read_video_matte(path: Path, frame: int) -> Matte:
    """Returns a frame of a black-and-white matte video as a (H, W) float32 matte in [0, 1].

    Raises:
        InputError: It is no video that can be read, or has no such frame.
    """
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise InputError(f"'{path}' is no video. Known: {', '.join(suffix[1:] for suffix in VIDEO_SUFFIXES)}.")
    source = open_clip(path)
    try:
        image = source.read(frame)
    finally:
        source.close()
    return np.asarray(image.max(axis=2).astype(np.float32) / 255)


def painted_from_mattes(mattes: Mapping[str, Matte], parts: PartSet, *, partial: bool) -> Painted:
    """Returns what mattes of some parts say of a frame: the strongest label of each pixel, and how much it covers.

    Args:
        mattes: By part name, all of one size.
        parts: The part table.
        partial: Where no matte is strongest the pixel is unknown, not background.

    Raises:
        InputError: There is none, a part is unknown, or the sizes differ.
    """
    if not mattes:
        raise InputError("There is no matte to import.")
    ids = [parts.by_name(name).id for name in mattes]
    planes = list(mattes.values())
    for name, plane in mattes.items():
        if plane.shape != planes[0].shape:
            raise InputError(f"The matte of '{name}' is {size_text(plane)}, the others {size_text(planes[0])}.")
    stack = np.stack([np.clip(1 - np.sum(planes, axis=0), 0, 1), *planes])
    best = stack.argmax(axis=0)
    labels = np.array([UNKNOWN if partial else BACKGROUND, *ids], np.uint8)[best]
    strongest = np.take_along_axis(stack, best[None], axis=0)[0]
    coverage = np.rint(np.clip(strongest, 0, 1) * 255).astype(np.uint8)
    return Painted(labels, None if (coverage == 255).all() else coverage)


def _place_of(path: Path, names: tuple[str, ...], channel: str | None, planes: NDArray[np.float32]) -> int:
    if channel is not None:
        if channel not in names:
            raise InputError(f"'{path}' has no channel '{channel}'. It has {', '.join(names)}.")
        return names.index(channel)
    if len(names) == 1:
        return 0
    for wanted in ("A", "Y"):
        if wanted in names and not (wanted == "A" and planes[..., names.index("A")].min() == 1):
            return names.index(wanted)
    if {"R", "G", "B"} <= set(names):
        red, green, blue = (planes[..., names.index(name)] for name in "RGB")
        if np.array_equal(red, green) and np.array_equal(green, blue):
            return names.index("R")
    raise InputError(f"'{path}' has the channels {', '.join(names)}. Say which one is the matte.")
