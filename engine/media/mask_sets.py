"""The masks of several images read together, so that part ids agree between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap, part_ids_in, size_text
from engine.domain.parts import Part, PartSet
from engine.errors import InputError
from engine.jobs import Job, Message, Progress
from engine.media.mask_image import MaskImage, load_mask
from engine.media.masks import as_partial, found_parts, labels_of, merged
from engine.media.reference_layouts import MaskFile

_TINY_PX = 16
"""Parts with fewer painted pixels in all masks are kept, with a warning."""


@dataclass(frozen=True)
class MaskGroup:
    """The masks of one image.

    Attributes:
        name: What messages call the image.
        files: One mask for all parts, or one for each part.
    """

    name: str
    files: tuple[MaskFile, ...]


@dataclass(frozen=True)
class LabelledSet:
    """Part table and one label map for each group of masks."""

    parts: PartSet
    labels: tuple[LabelMap, ...]


def read_mask_groups(groups: Sequence[MaskGroup], *, parts: PartSet | None, partial: bool) -> Job[LabelledSet]:
    """Yields progress and returns the label map of each group, in one part table.

    Args:
        groups: The masks of each image.
        parts: The part table, or None to take it from the masks: by index, colour, or the names of per-part masks.
        partial: Parts that an image's masks do not show are unknown there, not background.

    Raises:
        InputError: A mask cannot be read, shows something that is no part, or nothing is painted in any of them.
    """
    loaded: list[list[MaskImage]] = []
    for done, group in enumerate(groups):
        _check_group(group)
        yield Progress("Reading masks", done, len(groups))
        loaded.append([load_mask(file.path, parts=None if file.part else parts) for file in group.files])
    table = parts if parts is not None else _table(groups, loaded)
    if len(table) == 0:
        raise _nothing_painted(groups)
    labels = []
    for group, masks in zip(groups, loaded, strict=True):
        whole = _group_labels(group, masks, table)
        labels.append(as_partial(whole, table) if partial else whole)
    painted = {value for each in labels for value in part_ids_in(each)}
    if not painted:
        raise _nothing_painted(groups)
    absent = [part.name for part in table if part.id not in painted]
    if absent:
        yield Message(f"No mask shows {', '.join(absent)}: nothing can be learned of it.", "warning")
    yield from _tiny_parts(table, labels)
    return LabelledSet(table, tuple(labels))


def _tiny_parts(parts: PartSet, labels: Sequence[LabelMap]) -> Job[None]:
    counts = np.sum([np.bincount(each.ravel(), minlength=256) for each in labels], axis=0)
    for part in parts:
        if 0 < counts[part.id] < _TINY_PX:
            yield Message(f"{part.name} is painted on {counts[part.id]} px in all; it may be lost.", "warning")


def _table(groups: Sequence[MaskGroup], loaded: Sequence[Sequence[MaskImage]]) -> PartSet:
    names = {file.part for group in groups for file in group.files if file.part}
    whole = [mask for g, masks in zip(groups, loaded, strict=True) if g.files[0].part is None for mask in masks]
    if names and whole:
        raise InputError(
            f"Some images have one mask for each part ({', '.join(sorted(names))}), others one mask for all, such as "
            f"'{whole[0].path}'. Give the part names, or save all masks in one way."
        )
    return PartSet.from_names(sorted(names)) if names else found_parts(whole)


def _check_group(group: MaskGroup) -> None:
    whole = [file for file in group.files if file.part is None]
    if len(group.files) > 1 and whole:
        listed = ", ".join(f"'{file.path.name}'" for file in group.files)
        raise InputError(
            f"'{group.name}' has several masks: {listed}. Keep one for all parts, or only the ones for each part."
        )


def _group_labels(group: MaskGroup, masks: Sequence[MaskImage], parts: PartSet) -> LabelMap:
    if group.files[0].part is None:
        return labels_of(masks[0], parts)
    layers = []
    for file, mask in zip(group.files, masks, strict=True):
        if mask.values.shape != masks[0].values.shape:
            raise InputError(
                f"'{mask.path}' is {size_text(mask.values)}, but '{masks[0].path.name}' is "
                f"{size_text(masks[0].values)}. All masks of an image must have its size."
            )
        layers.append((_part_called(file.part or "", file.path, parts).id, _one_part(mask)))
    labels = merged([(part_id, np.where(layer == UNKNOWN, 0, layer).astype(np.uint8)) for part_id, layer in layers])
    for _, layer in layers:
        labels[(labels == BACKGROUND) & (layer == UNKNOWN)] = UNKNOWN
    return labels


def _one_part(mask: MaskImage) -> LabelMap:
    """Returns 1 where the mask shows its part, 255 where it says unknown."""
    shown = part_ids_in(mask.values)
    if len(shown) > 1:
        raise InputError(
            f"'{mask.path}' should show one part, but holds the values {', '.join(map(str, shown))}. "
            "Name it like its image if it shows all parts."
        )
    return np.where(mask.values == UNKNOWN, UNKNOWN, mask.values != 0).astype(np.uint8)


def _part_called(name: str, path: Path, parts: PartSet) -> Part:
    lowered = name.strip().lower()
    for spelling in (lambda p: p.name == name, lambda p: lowered in (p.name.lower(), p.channel.lower())):
        found = next((part for part in parts if spelling(part)), None)
        if found is not None:
            return found
    raise InputError(f"The mask '{path}' belongs to '{name}', which is no part. Known: {parts.describe()}.")


def _nothing_painted(groups: Sequence[MaskGroup]) -> InputError:
    count = len(groups)
    masks = f"The mask of '{groups[0].name}' is" if count == 1 else f"All {count} masks are"
    return InputError(f"{masks} nothing but background. Paint at least one part.")
