"""Images and masks on their way into a project: sizes, small pictures and labels, without keeping whole images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import FrameSource
from engine.domain.labels import LabelMap, Painted
from engine.domain.parts import Part, PartSet
from engine.domain.project import Project
from engine.errors import InputError
from engine.jobs import Job, Message, Progress, run_to_end
from engine.media.anchors import read_anchors
from engine.media.colour import to_srgb
from engine.media.mask_image import load_mask
from engine.media.mask_sets import LabelledSet, MaskGroup, read_mask_groups
from engine.media.masks import fit_to_image
from engine.media.reference_layouts import MaskFile, find_painted
from engine.media.stills import read_still, read_still_info
from engine.project_io.thumbnails import shrunk

MAX_SIDE_PX = 16_384
MAX_PIXELS = 150_000_000
"""Beyond this an image, its labels and its overlay would take gigabytes; 16K plates are the largest in use."""


@dataclass(frozen=True)
class ImportedImage:
    """An image that was looked at.

    Attributes:
        path: Its file, absolute.
        width: In pixels, upright.
        height: In pixels, upright.
        preview: (h, w, 3) uint8 small picture.
        painted: Its labels in the ids of the project they are imported into, or None.
    """

    path: Path
    width: int
    height: int
    preview: NDArray[np.uint8]
    painted: Painted | None = None


@dataclass(frozen=True)
class Import:
    """What was read.

    Attributes:
        images: In the order given, or in natural order of their names for a folder.
        new_parts: Names of parts that the project must get, in this order, before the labels fit it.
        refused: One sentence for each file that could not be read.
    """

    images: tuple[ImportedImage, ...]
    new_parts: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def read_image(path: Path) -> NDArray[np.uint8]:
    """Returns an image as (H, W, 3) uint8 sRGB.

    Raises:
        InputError: It cannot be read, or is too large to paint on.
    """
    info = read_still_info(path)
    if max(info.width, info.height) > MAX_SIDE_PX or info.width * info.height > MAX_PIXELS:
        raise InputError(
            f"'{path.name}' is {info.width}x{info.height}; images up to {MAX_SIDE_PX} pixels a side and "
            f"{MAX_PIXELS // 1_000_000} megapixels can be painted on. Scale it down and add it again."
        )
    return np.ascontiguousarray(to_srgb(read_still(path)))


def read_stills(paths: Sequence[Path]) -> Job[Import]:
    """Yields progress and returns the images that could be read, with a sentence for each that could not."""
    images, refused = [], []
    for done, path in enumerate(paths):
        yield Progress("Reading images", done, len(paths))
        try:
            images.append(_imported(path, None))
        except InputError as error:
            refused.append(str(error))
    return Import(tuple(images), refused=tuple(refused))


def read_painted(path: Path, project: Project) -> Job[Import]:
    """Yields progress and messages, and returns the painted images of a folder, or the one of an image file.

    Masks follow the project's parts where they fit them. Where they do not, their own parts are matched by name, and
    what the project lacks is named in `new_parts`.

    Raises:
        InputError: Nothing is painted there, or a mask cannot be read.
    """
    layout = find_painted(path)
    groups = [MaskGroup(painted.image.stem, painted.masks) for painted in layout.painted]
    labelled, table, new_parts = yield from _labelled(groups, project)
    images = []
    for done, (painted, labels) in enumerate(zip(layout.painted, labelled.labels, strict=True)):
        yield Progress("Reading references", done, len(layout.painted))
        imported = _imported(painted.image, table[labels])
        images.append(imported)
    if layout.unpainted:
        yield Message(f"{len(layout.unpainted)} images have no mask and are left out.")
    return Import(tuple(images), new_parts)


@dataclass(frozen=True)
class ClipMasks:
    """Painted frames of a clip.

    Attributes:
        painted: By frame number, in the ids of the project they are imported into.
        new_parts: Names of parts that the project must get, in this order, before the labels fit it.
    """

    painted: Mapping[int, Painted]
    new_parts: tuple[str, ...]


def read_clip_masks(path: Path, source: FrameSource, project: Project, *, parts: PartSet | None) -> Job[ClipMasks]:
    """Yields progress and messages, and returns masks that are named like the frames of a clip.

    Args:
        path: A folder of masks, or one of them.
        source: The clip.
        project: Where they go; its parts are met by name.
        parts: The masks' own part table, or None to take it from the project or from the masks.

    Raises:
        InputError: As for `engine.media.anchors.read_anchors`.
    """
    try:
        found = yield from read_anchors(path, source, parts=parts or (project.parts if len(project.parts) else None))
    except InputError:
        if parts is not None or not len(project.parts):
            raise
        found = yield from read_anchors(path, source)
    table, new_parts = _table_to(project, found.parts)
    painted = {n: Painted(table[p.labels], p.coverage) for n, p in found.painted.items()}
    return ClipMasks(painted, new_parts)


def read_mask_for(path: Path, project: Project, width: int, height: int, part_id: int) -> tuple[LabelMap, PartSet]:
    """Returns the labels of one mask file for an image of the project, and the parts they belong to.

    A black and white mask shows the part `part_id`.

    Raises:
        InputError: The mask cannot be read, shows something that is no part, or has another size.
    """
    mask = load_mask(path, parts=project.parts if len(project.parts) else None)
    if mask.kind == "binary":
        labels = (mask.values * np.uint8(part_id)).astype(np.uint8)
        return fit_to_image(labels, width, height, path.name)[0], project.parts
    labelled, table, new_parts = run_to_end(_labelled([MaskGroup(path.stem, (MaskFile(path),))], project))
    parts = project.adding_parts(new_parts).parts
    return fit_to_image(table[labelled.labels[0]], width, height, path.name)[0], parts


def _labelled(
    groups: Sequence[MaskGroup], project: Project
) -> Job[tuple[LabelledSet, NDArray[np.uint8], tuple[str, ...]]]:
    """Returns the labels, the table from their values to the project's ids, and the parts that are new to it."""
    same = np.arange(256, dtype=np.uint8)
    if len(project.parts):
        try:
            return (yield from read_mask_groups(groups, parts=project.parts, partial=False)), same, ()
        except InputError:
            binary = [f for g in groups for f in g.files if f.part is None and load_mask(f.path).kind == "binary"]
            if binary:
                raise
    labelled = yield from read_mask_groups(groups, parts=None, partial=False)
    return labelled, *_table_to(project, labelled.parts)


def _table_to(project: Project, parts: PartSet) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Returns the (256,) table from other parts' ids to the project's, by name, and the parts that are new to it."""
    table = np.arange(256, dtype=np.uint8)
    new_parts = tuple(part.name for part in parts if _same_part(part, project.parts) is None)
    grown = project.adding_parts(new_parts).parts
    for part in parts:
        target = _same_part(part, grown)
        assert target is not None
        table[part.id] = target.id
    return table, new_parts


def _same_part(part: Part, parts: PartSet) -> Part | None:
    wanted = {part.name.lower(), part.channel.lower()}
    return next((p for p in parts if {p.name.lower(), p.channel.lower()} & wanted), None)


def _imported(path: Path, labels: LabelMap | None) -> ImportedImage:
    image = read_image(path)
    painted = None
    if labels is not None:
        painted = Painted(fit_to_image(labels, image.shape[1], image.shape[0], path.stem)[0])
    return ImportedImage(path.absolute(), image.shape[1], image.shape[0], shrunk(image), painted)
