"""True and found label maps, paired by frame number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.domain.frames import frame_number, frames_text
from engine.domain.labels import LabelMap, size_text
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.media.mask_image import load_mask
from engine.media.masks import found_parts, labels_of, merged
from engine.media.reference_layouts import MaskFile, list_masks, mask_folder_of


@dataclass(frozen=True)
class LabelFolder:
    """A folder of label maps: one file a frame, or sub-folders with one binary mask for each part.

    Attributes:
        path: The folder, for messages.
        files: The files of each frame number.
    """

    path: Path
    files: dict[int, tuple[MaskFile, ...]]

    @classmethod
    def opened(cls, path: Path, what: str) -> LabelFolder:
        """Lists a folder; `what` names its content in messages.

        Raises:
            InputError: It does not exist, or holds no label maps with a frame number in their names.
        """
        if not path.is_dir():
            raise InputError(f"There is no folder '{path}' with {what}. Check the path.")
        grouped: dict[int, tuple[MaskFile, ...]] = {}
        for file in list_masks(mask_folder_of(path)):
            number = frame_number(file.path.stem)
            if number is not None:
                grouped[number] = (*grouped.get(number, ()), file)
        if not grouped:
            raise InputError(f"'{path}' holds no {what}: no .png or .npy file with a frame number in its name.")
        for number, files in grouped.items():
            _check_files(number, files)
        return cls(path, grouped)

    def read(self, number: int, parts: PartSet) -> LabelMap:
        """Returns the label map of one frame in the ids of `parts`.

        Raises:
            InputError: A file is damaged, or shows something that is no part.
        """
        layers: list[tuple[int, LabelMap]] = []
        for file in self.files[number]:
            mask = load_mask(file.path, parts=None if file.part else parts)
            if mask.kind == "binary" and (file.part or not mask.values.any()):
                layers.append((parts.by_name(file.part).id if file.part else 1, mask.values))
            else:
                return labels_of(mask, parts)
        sizes = {size_text(layer) for _, layer in layers}
        if len(sizes) > 1:
            raise InputError(f"The masks of frame {number} in '{self.path}' have the sizes {', '.join(sorted(sizes))}.")
        return merged(layers)

    def parts(self, numbers: Iterable[int]) -> PartSet:
        """Returns the parts that the masks of some frames show, when nobody named them.

        Raises:
            InputError: A file is damaged, or the masks follow different rules.
        """
        files = [file for number in numbers for file in self.files[number]]
        names = sorted({file.part for file in files if file.part})
        if names:
            return PartSet.from_names(names)
        return found_parts(load_mask(file.path) for file in files)


def shared_frames(truth: LabelFolder, found: LabelFolder, excluded: frozenset[int]) -> Sequence[int]:
    """Returns the frame numbers that both folders hold and that are not excluded, ascending.

    Raises:
        InputError: There are none.
    """
    both = sorted(truth.files.keys() & found.files.keys())
    kept = [number for number in both if number not in excluded]
    if not both:
        raise InputError(
            f"Truth holds frames {frames_text(sorted(truth.files))}, the result {frames_text(sorted(found.files))}: "
            "they share none. Frames are paired by the last number in their names."
        )
    if not kept:
        raise InputError(
            f"All frames that truth and result share ({frames_text(both)}) are excluded. Exclude fewer frames."
        )
    return kept


def check_same_size(truth: LabelMap, found: LabelMap, number: int) -> None:
    """Raises InputError unless both label maps have the same size."""
    if truth.shape != found.shape:
        raise InputError(
            f"Frame {number}: the truth is {size_text(truth)}, the result {size_text(found)}. "
            "Nothing was measured; bring the truth to the size of the result without smoothing (nearest neighbour)."
        )


def _check_files(number: int, files: tuple[MaskFile, ...]) -> None:
    whole = [file.path.name for file in files if file.part is None]
    if whole and len(files) > 1:
        raise InputError(
            f"Frame {number} has several label maps: {', '.join(sorted(f.path.name for f in files))}. Keep one of them."
        )


def present(labels: LabelMap) -> frozenset[int]:
    """Returns the values that occur in a label map."""
    return frozenset(int(value) for value in np.flatnonzero(np.bincount(labels.ravel(), minlength=256)))
