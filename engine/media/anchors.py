"""Anchors: painted frames of a clip, read from label files that are named like its frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import FrameSource, frame_number, frames_text
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.jobs import Job, Message
from engine.media.label_png import read_label_png
from engine.media.mask_sets import MaskGroup, read_mask_groups
from engine.media.masks import fit_to_image
from engine.media.reference_layouts import MaskFile, list_masks, mask_folder_of, part_suffix

COVERAGE_FOLDER = ".coverage"
"""Beside label files: the coverage of each painted pixel (the brush's hardness), as a grey PNG of the same name."""


@dataclass(frozen=True)
class AnchorSet:
    """Painted frames of one clip by number, and the parts that they show."""

    parts: PartSet
    painted: Mapping[int, Painted]


def read_anchors(
    path: Path, source: FrameSource, *, parts: PartSet | None = None, partial: bool = False
) -> Job[AnchorSet]:
    """Yields progress and messages, and returns the painted frames of a clip.

    A label file belongs to the frame whose number is the last run of digits in its stem; in a clip of one frame without
    a number, to the frame of the same stem. Masks for each part lie in folders named after the parts, or are called
    <frame's stem>_<part>.png.

    Args:
        path: A folder of label PNGs or .npy files (or a reference folder that holds one), or one label file.
        source: The clip.
        parts: The part table, or None to take it from the masks.
        partial: Parts that a frame's masks do not show are unknown there, not background.

    Raises:
        InputError: There are no masks, some are for no frame of the clip, have another size, show something that is no
            part, or nothing is painted in any of them.
    """
    by_frame = _by_frame(_files(path), source)
    _check_frames(by_frame, source)
    groups = [MaskGroup(source.stem(number), tuple(by_frame[number])) for number in sorted(by_frame)]
    labelled = yield from read_mask_groups(groups, parts=parts, partial=partial)
    painted = {}
    for number, labels in zip(sorted(by_frame), labelled.labels, strict=True):
        name = f"{source.info.name} {number}"
        fitted, remark = fit_to_image(labels, source.info.width, source.info.height, name)
        if remark:
            yield Message(remark, "warning")
        painted[number] = Painted(fitted, _coverage(by_frame[number], fitted.shape))
    return AnchorSet(labelled.parts, painted)


def _coverage(files: list[MaskFile], shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """Returns the coverage that lies beside a frame's one label file, or None where there is none of that size."""
    kept = files[0].path.parent / COVERAGE_FOLDER / files[0].path.name
    if len(files) != 1 or not kept.is_file():
        return None
    coverage = read_label_png(kept)
    return coverage if coverage.shape == shape else None


def _files(path: Path) -> list[MaskFile]:
    if path.is_file():
        return [MaskFile(path)]
    if not path.is_dir():
        raise InputError(f"'{path}' does not exist. Give a folder of label PNGs named like the clip's frames.")
    files = list_masks(mask_folder_of(path))
    if not files:
        raise InputError(
            f"'{path}' holds no masks (png, npy). Give a folder of label PNGs named like the clip's frames."
        )
    return files


def _by_frame(files: list[MaskFile], source: FrameSource) -> dict[int, list[MaskFile]]:
    stems = {source.stem(number): number for number in source.numbers}
    by_frame: dict[int, list[MaskFile]] = {}
    for file in files:
        stem, part = file.path.stem, file.part
        if stem not in stems and (split := part_suffix(stem, stems)):
            stem, part = split[0], part or split[1]
        number = stems.get(stem, frame_number(stem))
        if number is None:
            raise InputError(f"The mask '{file.path}' has no frame number in its name. Name it like its frame.")
        by_frame.setdefault(number, []).append(MaskFile(file.path, part))
    return by_frame


def _check_frames(by_frame: Mapping[int, list[MaskFile]], source: FrameSource) -> None:
    strangers = sorted(set(by_frame) - set(source.numbers))
    if strangers:
        numbers = source.numbers
        first = by_frame[strangers[0]][0].path.name
        raise InputError(
            f"Masks for frames {frames_text(strangers)} (first: '{first}') belong to no frame of '{source.info.name}', "
            f"which holds {frames_text(numbers)}. Rename them to the frames they were painted on, or remove them."
        )
