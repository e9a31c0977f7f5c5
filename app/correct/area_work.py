"""Areas and imported mattes on disk, off the window's thread."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.correct import areas
from engine.correct.areas import Drawn, Kind
from engine.correct.change import Change
from engine.correct.imported import MATTE_SUFFIXES, MatteFiles, area_masks, correct_with, find_mattes
from engine.errors import InputError
from engine.media.matte_import import matte_channels
from engine.results.areas import Mask, read_mask
from engine.results.folder import ResultReader

__all__ = ["MATTE_SUFFIXES", "AreaWish", "Kind", "MatteFiles"]


@dataclass(frozen=True)
class AreaWish:
    """What shall hold, and where.

    Attributes:
        result: Result folder.
        kind: "never" or "always".
        part: Id of the part, 0 for the background (garbage matte).
        frame: The frame it was drawn on.
        frames: The frames on which it shall hold.
    """

    result: Path
    kind: Kind
    part: int
    frame: int
    frames: tuple[int, ...]


def place_drawn(wish: AreaWish, mask: Mask) -> Change:
    """Places an area that stands still; raises InputError where it may not be."""
    drawn = Drawn(wish.kind, wish.part, wish.frame, {wish.frame: mask})
    return areas.place(ResultReader(wish.result), drawn, wish.frames)


def place_tracked(wish: AreaWish, folder: Path) -> Change:
    """Places an area from the masks that were tracked into a folder, which goes; raises InputError where it may not."""
    try:
        masks = {int(path.stem): read_mask(path) for path in folder.glob("*.png") if path.stem.isdigit()}
        drawn = Drawn(wish.kind, wish.part, wish.frame, masks)
        return areas.place(ResultReader(wish.result), drawn, wish.frames)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place_imported(wish: AreaWish, found: MatteFiles, *, inverted: bool) -> Change:
    """Places an area whose masks are mattes that were made elsewhere; one alone holds on all frames of the wish.

    Raises:
        InputError: A matte cannot be used, or the area may not be.
    """
    reader = ResultReader(wish.result)
    masks = area_masks(found, reader.record.plate_hw, inverted=inverted)
    return areas.place(reader, Drawn(wish.kind, wish.part, min(masks), masks), wish.frames)


def correct_imported(result: Path, found: MatteFiles, part: int) -> Change:
    """Makes a part look as its mattes say; raises InputError where it cannot."""
    return correct_with(ResultReader(result), found, part)


def narrow(result: Path, area_id: str, frames: Sequence[int]) -> Change:
    """Makes an area hold on other frames; raises InputError where it cannot."""
    return areas.narrow(ResultReader(result), area_id, frames)


def remove(result: Path, area_id: str) -> Change:
    """Takes an area away; raises InputError where it is locked."""
    return areas.remove(ResultReader(result), area_id)


def mattes_in(paths: Sequence[Path], numbers: Sequence[int]) -> tuple[MatteFiles, tuple[str, ...]]:
    """Returns the mattes that were chosen, and the channels of the first image where it has several.

    Raises:
        InputError: None of them is of a frame of the clip.
    """
    found = find_mattes(paths, numbers)
    if found.places:
        return found, ()
    try:
        channels = matte_channels(next(iter(found.files.values())))
    except InputError:
        return found, ()
    plain = len(channels) == 1 or set(channels) <= {"R", "G", "B", "A", "Y"}
    return found, () if plain else channels
