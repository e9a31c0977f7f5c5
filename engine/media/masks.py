"""Masks as label maps: which part each value means, what is unknown, and the size of the image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap, part_ids_in
from engine.domain.parts import Colour, PartSet, colour_hex
from engine.errors import InputError
from engine.media.mask_image import MaskImage, load_mask

SIZE_SLACK_PX = 2
"""A mask may differ from its image by this much per axis; some data sets round odd sizes down."""

_COLOUR_SLACK = 40.0
"""How far (Euclidean, 8-bit RGB) a mask's colour may lie from its part's."""


def read_mask(path: Path, *, parts: PartSet, partial: bool) -> LabelMap:
    """Reads one mask file as a label map of these parts.

    Args:
        path: A .png or .npy file (`engine.media.mask_image` says what is taken for what).
        parts: The part table.
        partial: Parts that the mask does not show are unknown there, not background.

    Returns:
        (H, W) uint8: 0 background, part ids, 255 not painted.

    Raises:
        InputError: The file cannot be read, or shows something that is no part of the table.
    """
    labels = labels_of(load_mask(path, parts=parts), parts)
    return as_partial(labels, parts) if partial else labels


def labels_of(mask: MaskImage, parts: PartSet) -> LabelMap:
    """Returns a mask's label map in the ids of `parts`.

    A binary mask is the only part of the table. Colours go to the part of the nearest colour.

    Raises:
        InputError: An index or colour is no part's, or a binary mask meets a table of several parts.
    """
    if mask.kind == "index":
        unknown = sorted(set(part_ids_in(mask.values)) - set(parts.ids))
        if unknown:
            listed = ", ".join(str(value) for value in unknown)
            raise InputError(
                f"The mask '{mask.path}' holds the index {listed}, which is no part. Known: {parts.describe()}. "
                "Add it to the parts or repaint it."
            )
        return mask.values
    if mask.kind == "binary":
        if len(parts) != 1:
            raise InputError(
                f"The mask '{mask.path}' is black and white, so it shows one part, but there are {len(parts)} "
                f"({parts.describe()}). Put it into a folder named after its part, or name it <image>_<part>.png."
            )
        return (mask.values * np.uint8(parts.ids[0])).astype(np.uint8)
    table = np.zeros(256, np.uint8)
    for value, colour in mask.colours.items():
        table[value] = _part_of_colour(mask.path, colour, parts)
    return table[mask.values]


def as_partial(labels: LabelMap, parts: PartSet) -> LabelMap:
    """Returns labels whose background is unknown, unless every part is shown (then nothing can be hidden in it)."""
    if set(part_ids_in(labels)) >= set(parts.ids):
        return labels
    return np.where(labels == BACKGROUND, np.uint8(UNKNOWN), labels).astype(np.uint8)


def found_parts(masks: Iterable[MaskImage]) -> PartSet:
    """Returns the parts that masks show when nobody named them: part1, part2 ... by index or colour.

    Indices stay what they are. Colours get ids in the order of their values, which does not depend on the order of the
    files. Binary masks are part 1. Parts take the colour of the mask's palette where all of them have one of their own.

    Raises:
        InputError: Some masks are colour-coded and others hold indices, so that the parts cannot be told.
    """
    shown: dict[int, Colour | None] = {}
    coded: set[Colour] = set()
    for mask in masks:
        if mask.kind == "colours":
            coded.update(mask.colours[value] for value in part_ids_in(mask.values))
        elif mask.kind == "binary":
            shown.setdefault(1, mask.colours.get(1))
        else:
            for value in part_ids_in(mask.values):
                shown.setdefault(value, mask.colours.get(value))
    if coded and shown:
        raise InputError(
            "Some masks are colour-coded and others hold part numbers. Give the parts with their colours, or save all "
            "masks in one way."
        )
    if coded:
        shown = dict(enumerate(sorted(coded), start=1))
    colours = list(shown.values())
    own = None not in colours and len(set(colours)) == len(colours) and (0, 0, 0) not in colours and not _grey(colours)
    rows = [
        {"id": value, "name": f"part{value}", "colour": colour_hex(colour) if own and colour else None}
        for value, colour in sorted(shown.items())
    ]
    return PartSet.from_rows(rows)


def merged(layers: Sequence[tuple[int, LabelMap]]) -> LabelMap:
    """Returns one label map of binary masks, each with its part id; where they overlap the smaller one wins.

    Args:
        layers: (part id, (H, W) uint8 mask, not 0 where the part is), all of one size.
    """
    result = np.zeros(layers[0][1].shape, np.uint8)
    for part_id, mask in sorted(layers, key=lambda layer: -int(np.count_nonzero(layer[1]))):
        result[mask != 0] = part_id
    return result


def fit_to_image(labels: LabelMap, width: int, height: int, name: str) -> tuple[LabelMap, str | None]:
    """Returns labels at the size of their image, and a sentence where they had to be cropped or extended.

    At most `SIZE_SLACK_PX` columns or rows are cut off or repeated, at the right and the bottom.

    Raises:
        InputError: The sizes differ by more.
    """
    rows, columns = labels.shape
    if (columns, rows) == (width, height):
        return labels, None
    sizes = f"The mask of '{name}' is {columns}x{rows}, its image {width}x{height}"
    if abs(columns - width) > SIZE_SLACK_PX or abs(rows - height) > SIZE_SLACK_PX:
        raise InputError(f"{sizes}. Save the mask at the size of its image.")
    extra = ((0, max(0, height - rows)), (0, max(0, width - columns)))
    fitted = np.pad(labels[:height, :width], extra, mode="edge")
    return fitted, f"{sizes}: its right and bottom edges were fitted."


def _part_of_colour(path: Path, colour: Colour, parts: PartSet) -> int:
    distances = [(float(np.linalg.norm(np.subtract(colour, part.colour))), part.id) for part in parts]
    distance, part_id = min(distances)
    if distance > _COLOUR_SLACK:
        known = ", ".join(f"{colour_hex(part.colour)} {part.name}" for part in parts)
        raise InputError(
            f"The mask '{path}' holds the colour {colour_hex(colour)}, which is no part's. Known: {known}."
        )
    return part_id


def _grey(colours: Sequence[Colour | None]) -> bool:
    """Returns whether the palette is a grey ramp, which tells nothing about parts."""
    return all(colour is not None and colour[0] == colour[1] == colour[2] for colour in colours)
