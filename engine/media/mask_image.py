"""Mask files as they come, before anyone knows which part table they follow.

What a file is taken for:

- `.npy`: a 2-D array of whole numbers 0..255 is an index mask (255 not painted); booleans are a binary mask.
- Palette PNG: an index mask, 255 not painted.
- Grey or 1-bit PNG: with only 0 and one other value, a binary mask. With more values, an index mask if they are the ids
  of the given parts, or - where no parts are given - if they are small (up to 32) or run 1, 2, 3 ... without 255;
  otherwise an antialiased binary mask, cut at 128. 16-bit files that use more than 8 bits are scaled to 8 first.
- RGB PNG with R = G = B: as grey. Otherwise colour-coded: each flat colour is a part, black is background.
- PNG with alpha: where alpha is 255 throughout, as without it. Where the visible pixels have few flat colours, these
  are parts and transparent pixels (alpha below 128) background; where they are a picture, alpha is one binary part.

Pixels between two flat colours (antialiasing) go to the nearest one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tokenize import TokenError
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.labels import UNKNOWN
from engine.domain.parts import Colour, PartSet
from engine.errors import READING_FAULTS, InputError

MASK_SUFFIXES = (".png", ".npy")

CUT = 128
_MAX_PLAUSIBLE_INDEX = 32
_MAX_FLAT_COLOURS = 64
_MAX_COLOURS = 20_000
"""With more different colours, an image is a picture."""
_MIXTURE_SHARE = 0.1
"""A mixture has at most this share of the pixels of either colour that it lies between."""
_MIXTURE_SLACK = 6.0
"""Distance (Euclidean, 8-bit RGB) of a mixture from the line between its two colours."""
_MIN_FLAT_PIXELS = 3


@dataclass(frozen=True)
class MaskImage:
    """What one mask file shows.

    Attributes:
        path: The file, for messages.
        kind: "index": values are part ids, 255 not painted. "binary": 0 and 1. "colours": values are the keys of
            `colours`, which mean nothing beyond this file.
        values: (H, W) uint8.
        colours: Colour of each value, where the file has one.
    """

    path: Path
    kind: Literal["index", "binary", "colours"]
    values: NDArray[np.uint8]
    colours: Mapping[int, Colour] = field(default_factory=dict)


def load_mask(path: Path, *, parts: PartSet | None = None) -> MaskImage:
    """Reads a mask file.

    Args:
        path: A .png or .npy file.
        parts: The parts it should follow, or None where they are still to be found.

    Raises:
        InputError: The file is missing, empty, cut off, or not a mask.
    """
    if not path.is_file():
        raise InputError(f"The mask '{path}' does not exist.")
    if path.stat().st_size == 0:
        raise InputError(f"The mask '{path}' is empty (0 bytes). Save it again.")
    if path.suffix.lower() == ".npy":
        return _from_array(path, _load_npy(path))
    try:
        with Image.open(path, formats=("PNG",)) as image:
            image.load()
            return _from_png(path, image, parts)
    except READING_FAULTS + (SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"The mask '{path}' is damaged or no PNG ({error}). Save it again as PNG.") from error


def _load_npy(path: Path) -> NDArray[Any]:
    try:
        # Mapped first: a head may claim more than the file holds, and that is not to be taken from memory.
        with np.errstate(over="raise"):
            return np.array(np.load(path, mmap_mode="r", allow_pickle=False))
    except READING_FAULTS + (SyntaxError, TokenError) as error:  # numpy takes its head for a Python literal
        raise InputError(f"The mask '{path}' is no NumPy array of numbers. Save it with numpy.save.") from error


def _from_array(path: Path, array: NDArray[Any]) -> MaskImage:
    array = np.squeeze(array)
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"The mask '{path}' must be a 2-D array of labels; its shape is {array.shape}.")
    if array.dtype == np.bool_:
        return MaskImage(path, "binary", array.astype(np.uint8))
    if not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        raise InputError(f"The mask '{path}' must hold whole numbers 0 to 255; its type is {array.dtype}.")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255 and np.array_equal(array, np.floor(array))):
        raise InputError(f"The mask '{path}' must hold whole numbers 0 to 255; it holds {low:g} to {high:g}.")
    return MaskImage(path, "index", array.astype(np.uint8))


def _from_png(path: Path, image: Image.Image, parts: PartSet | None) -> MaskImage:
    if image.mode == "P":
        return _from_palette(path, image)
    if image.mode == "1":
        return MaskImage(path, "binary", np.asarray(image).astype(np.uint8))
    if image.mode in ("L", "I", "I;16"):
        return _from_grey(path, _to_8_bit(np.asarray(image)), parts)
    if image.mode in ("LA", "RGBA", "La", "RGBa"):
        return _from_alpha(path, np.asarray(image.convert("RGBA")), parts)
    return _from_rgb(path, np.asarray(image.convert("RGB")), parts)


def _from_palette(path: Path, image: Image.Image) -> MaskImage:
    values = np.asarray(image, dtype=np.uint8)
    table = np.asarray(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    colours = {int(v): _colour(table[v]) for v in np.unique(values) if 0 < v < UNKNOWN and v < len(table)}
    return MaskImage(path, "index", values, colours)


def _to_8_bit(grey: NDArray[Any]) -> NDArray[np.uint8]:
    wide = grey.astype(np.int64)
    return np.asarray(wide if wide.max(initial=0) <= 255 else (wide + CUT) // 257, np.uint8)


def _from_grey(path: Path, grey: NDArray[np.uint8], parts: PartSet | None) -> MaskImage:
    values = [int(v) for v in np.unique(grey) if v]
    ids = None if parts is None else set(parts.ids)
    if len(values) <= 1:
        # One value only: an index mask that shows one part if it can be an id, else black and white.
        is_index = not values or (values[0] in ids if ids is not None else values[0] < CUT)
        return MaskImage(path, "index", grey) if is_index else MaskImage(path, "binary", (grey > 0).astype(np.uint8))
    if _are_indices(values, ids):
        return MaskImage(path, "index", grey)
    return MaskImage(path, "binary", (grey >= CUT).astype(np.uint8))


def _are_indices(values: list[int], ids: set[int] | None) -> bool:
    """Returns whether two or more grey values are part ids rather than the soft edge of a binary mask."""
    inner = [value for value in values if value != UNKNOWN]
    few_and_small = inner[-1] <= _MAX_PLAUSIBLE_INDEX
    gapless = UNKNOWN not in values and inner == list(range(1, len(inner) + 1))
    if ids is not None and set(inner) <= ids:
        return True
    # Unknown indices must reach the check that refuses them, so small values stay indices beside a part table too.
    return few_and_small or gapless


def _from_alpha(path: Path, rgba: NDArray[np.uint8], parts: PartSet | None) -> MaskImage:
    alpha = rgba[..., 3]
    if alpha.min() == 255:
        return _from_rgb(path, rgba[..., :3], parts)
    visible = alpha >= CUT
    rgb = np.where(visible[..., None], rgba[..., :3], 0).astype(np.uint8)
    flat = _flat_colours(rgb, parts)
    # White or black under alpha is how one matte is usually saved.
    if flat is None or len(flat) <= 1:
        colours = {} if not flat else {1: flat[0]}
        return MaskImage(path, "binary", visible.astype(np.uint8), colours)
    return MaskImage(path, "colours", _nearest_colour(rgb, flat), dict(enumerate(flat, start=1)))


def _from_rgb(path: Path, rgb: NDArray[np.uint8], parts: PartSet | None) -> MaskImage:
    if bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 1] == rgb[..., 2]).all()):
        return _from_grey(path, rgb[..., 0], parts)
    flat = _flat_colours(rgb, parts)
    if flat is None:
        raise InputError(f"'{path}' is a picture, not a mask: it has too many colours. Save masks with flat colours.")
    return MaskImage(path, "colours", _nearest_colour(rgb, flat), dict(enumerate(flat, start=1)))


def _flat_colours(rgb: NDArray[np.uint8], parts: PartSet | None) -> list[Colour] | None:
    """Returns the flat colours but black, by value, or None where the image is a picture.

    Taken from the most frequent on, a colour is flat unless it is a mixture of two that are flat already.
    """
    packed = (rgb[..., 0].astype(np.uint32) << 16) | (rgb[..., 1].astype(np.uint32) << 8) | rgb[..., 2]
    codes, counts = np.unique(packed, return_counts=True)
    if len(codes) > _MAX_COLOURS:
        return None
    known = [] if parts is None else [part.colour for part in parts]
    table = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.float64)
    flat, weights, rare = [(0, 0, 0)], [rgb.size], []
    for at in np.argsort(-counts, kind="stable"):
        colour = _colour(table[at])
        if colour == (0, 0, 0) or (colour not in known and _is_mixture(table[at], counts[at], flat, weights)):
            continue
        if counts[at] < _MIN_FLAT_PIXELS and colour not in known:
            rare.append(colour)
            continue
        flat.append(colour)
        weights.append(int(counts[at]))
        if len(flat) > _MAX_FLAT_COLOURS:
            return None
    # Where edges are antialiased, a rare colour is a corner of three parts; elsewhere it is a part of few pixels.
    antialiased = len(codes) > len(flat) + len(rare)
    found = flat[1:] if antialiased else flat[1:] + rare
    return sorted(found) if len(found) <= _MAX_FLAT_COLOURS else None


def _is_mixture(colour: NDArray[np.float64], count: int, flat: list[Colour], weights: list[int]) -> bool:
    """Returns whether a colour lies between two flat ones, both of them far more frequent."""
    ends = np.asarray([c for c, weight in zip(flat, weights, strict=True) if count < _MIXTURE_SHARE * weight], float)
    if len(ends) < 2:
        return False
    first, second = np.triu_indices(len(ends), 1)
    start, along = ends[first], ends[second] - ends[first]
    position = ((colour - start) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9)
    nearest = start + np.clip(position, 0.0, 1.0)[:, None] * along
    return bool((np.linalg.norm(colour - nearest, axis=1) <= _MIXTURE_SLACK).any())


def _nearest_colour(rgb: NDArray[np.uint8], colours: list[Colour]) -> NDArray[np.uint8]:
    """Returns 0 for black and 1 + i for the i-th colour, whichever is nearest."""
    best = np.zeros(rgb.shape[:2], np.uint8)
    nearest = (rgb.astype(np.int32) ** 2).sum(axis=2)
    for value, colour in enumerate(colours, start=1):
        distance = ((rgb.astype(np.int32) - np.asarray(colour, np.int32)) ** 2).sum(axis=2)
        closer = distance < nearest
        best[closer] = value
        nearest = np.where(closer, distance, nearest)
    return best


def _colour(values: Any) -> Colour:
    return (int(values[0]), int(values[1]), int(values[2]))
