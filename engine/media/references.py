"""References: painted images read from a folder, in any of the layouts that such folders have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.reference import Reference
from engine.jobs import Job, Message, Progress
from engine.media.colour import AUTO, to_srgb
from engine.media.mask_sets import MaskGroup, read_mask_groups
from engine.media.masks import fit_to_image
from engine.media.reference_layouts import Layout, find_painted
from engine.media.stills import read_still

_NAMED_FILES = 3


@dataclass(frozen=True)
class ReferenceSet:
    """Painted images and the parts that they show.

    Attributes:
        parts: The given part table, or the one that was found in the masks.
        references: In natural order of their names; at least one.
    """

    parts: PartSet
    references: tuple[Reference, ...]


def read_references(
    path: Path, *, parts: PartSet | None = None, partial: bool = False, colour_space: str = AUTO
) -> Job[ReferenceSet]:
    """Yields progress and messages, and returns the references in a folder, or the one of an image file.

    Layouts: x.png or x.npy beside x.jpg; images/ + masks/; JPEGImages/ + Annotations/; one mask for each part as
    masks/<part>/<stem>.png or <stem>_<part>.png. Masks pair with images by stem, else by number; .npy masks whose stems
    have nothing in common with the images pair in natural order. Images without a mask are left out.

    Args:
        path: The folder or the image.
        parts: The part table, or None to take it from the masks.
        partial: Parts that an image's masks do not show are unknown there, not background.
        colour_space: Input colour space of the images.

    Raises:
        InputError: Nothing is painted there, a file cannot be read, a mask has another size than its image, or it shows
            something that is no part.
    """
    layout = find_painted(path)
    yield from _messages(layout)
    groups = [MaskGroup(painted.image.stem, painted.masks) for painted in layout.painted]
    labelled = yield from read_mask_groups(groups, parts=parts, partial=partial)
    references = []
    for done, (painted, labels) in enumerate(zip(layout.painted, labelled.labels, strict=True)):
        yield Progress("Reading references", done, len(layout.painted))
        image = to_srgb(read_still(painted.image, colour_space=colour_space))
        name = painted.image.stem
        fitted, remark = fit_to_image(labels, image.shape[1], image.shape[0], name)
        if remark:
            yield Message(remark, "warning")
        references.append(Reference(name, image, Painted(fitted)))
    return ReferenceSet(labelled.parts, tuple(references))


def _messages(layout: Layout) -> Job[None]:
    if layout.by_order:
        yield Message("Images and .npy masks have different names; they were paired in their order.", "warning")
    if layout.unpainted:
        yield Message(f"Images without a mask are left out: {_some(layout.unpainted)}.")
    if layout.stray:
        yield Message(f"Masks without an image are left out: {_some(layout.stray)}.", "warning")


def _some(paths: tuple[Path, ...]) -> str:
    listed = ", ".join(path.name for path in paths[:_NAMED_FILES])
    more = len(paths) - _NAMED_FILES
    return f"{listed} and {more} more" if more > 0 else listed
