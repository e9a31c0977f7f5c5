"""The reference linter: slips of the brush that would cost quality, found before anything is learned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap, part_ids_in
from engine.domain.parts import PartSet

WarningKind = Literal["island", "stray", "missing", "sides", "small", "duplicate", "empty"]


@dataclass(frozen=True)
class LinterSettings:
    """When the linter speaks.

    Attributes:
        stray_px: A piece of a part with at most this many pixels is a slip of the brush.
        hole_share: A hole up to this share of the part that surrounds it is a forgotten spot.
        hole_px: A hole up to this many pixels always is one.
        attention_cell: Smallest side that a part should have, as a share of the image's longer side: one cell of the
            64 x 64 attention map that SMITE looks at (8 px at 512; SMITE, 4.1).
        duplicate_difference: Mean absolute difference (0..255) of two small grey pictures below which two references
            teach the same.
        common_share: A part that more than this share of the references shows is expected in all of them.
    """

    stray_px: int = 24
    hole_share: float = 0.02
    hole_px: int = 64
    attention_cell: float = 1 / 64
    duplicate_difference: float = 2.0
    common_share: float = 0.5


@dataclass(frozen=True)
class LinterWarning:
    """One thing to look at.

    Attributes:
        kind: What it is.
        reference_id: Where it is.
        rect: The place on that reference, or None for the whole of it.
        text: One sentence for the artist.
    """

    kind: WarningKind
    reference_id: str
    rect: Rect | None
    text: str


@dataclass(frozen=True)
class LintedReference:
    """What the linter reads of a reference.

    Attributes:
        id: The reference.
        name: As sentences call it.
        labels: Its labels.
        preview: (h, w, 3) uint8 small picture of it.
    """

    id: str
    name: str
    labels: LabelMap
    preview: NDArray[np.uint8]


def lint_reference(
    reference: LintedReference, parts: PartSet, settings: LinterSettings = LinterSettings()
) -> list[LinterWarning]:
    """Returns what is odd about one reference by itself: specks, forgotten spots, parts too small to be seen."""
    present = part_ids_in(reference.labels)
    if not present:
        return [LinterWarning("empty", reference.id, None, f"Nothing is painted on '{reference.name}' yet.")]
    warnings: list[LinterWarning] = []
    known = {part.id: part.name for part in parts}
    for part_id in present:
        if part_id in known:
            mask = (reference.labels == part_id).astype(np.uint8)
            warnings += _strays(reference, mask, known[part_id], settings)
            warnings += _islands(reference, mask, known[part_id], settings)
            warnings += _too_small(reference, mask, known[part_id], settings)
    return warnings


def lint_set(
    references: Sequence[LintedReference],
    parts: PartSet,
    mirror_pairs: Sequence[tuple[int, int]] = (),
    settings: LinterSettings = LinterSettings(),
) -> list[LinterWarning]:
    """Returns what is odd between references: missing parts, left and right mixed up, the same picture twice."""
    painted = [r for r in references if part_ids_in(r.labels)]
    present = {r.id: set(part_ids_in(r.labels)) for r in painted}
    warnings: list[LinterWarning] = []
    for part in parts:
        without = [r for r in painted if part.id not in present[r.id] and UNKNOWN not in r.labels[::8, ::8]]
        count = len(painted) - sum(part.id not in present[r.id] for r in painted)
        if count > settings.common_share * len(painted):
            shown = f"{count} of {len(painted)} references"
            warnings += [
                LinterWarning("missing", r.id, None, f"'{r.name}' has no {part.name}, but {shown} do.") for r in without
            ]
    warnings += _sides(painted, parts, mirror_pairs or side_pairs(parts))
    warnings += _duplicates(references, settings)
    return warnings


def side_pairs(parts: PartSet) -> tuple[tuple[int, int], ...]:
    """Returns the ids of parts whose names differ only by left and right."""
    by_name = {part.name.lower(): part.id for part in parts}
    pairs = []
    for name, part_id in by_name.items():
        swapped = re.sub(r"(?<![a-z])left(?![a-z])", "right", name)
        if swapped != name and swapped in by_name:
            pairs.append((part_id, by_name[swapped]))
    return tuple(pairs)


def part_areas(labels: LabelMap) -> dict[int, int]:
    """Returns the number of pixels of each part id that occurs; unknown (255) counts too, background does not."""
    counts = cv2.calcHist([np.ascontiguousarray(labels)], [0], None, [256], [0, 256]).ravel()
    return {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value != BACKGROUND}


def _strays(
    reference: LintedReference, mask: NDArray[np.uint8], name: str, settings: LinterSettings
) -> list[LinterWarning]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    pieces = [stats[i] for i in range(1, count)]
    largest = max(int(piece[cv2.CC_STAT_AREA]) for piece in pieces)
    return [
        LinterWarning(
            "stray",
            reference.id,
            _rect(piece),
            f"A speck of {name} ({_pixels(piece)}) stands alone on '{reference.name}'.",
        )
        for piece in pieces
        if int(piece[cv2.CC_STAT_AREA]) <= settings.stray_px < largest
    ]


def _islands(
    reference: LintedReference, mask: NDArray[np.uint8], name: str, settings: LinterSettings
) -> list[LinterWarning]:
    """Spots of background that one part surrounds: most often a place that the brush missed."""
    x, y, width, height = cv2.boundingRect(mask)
    inside = mask[y : y + height, x : x + width]
    # Background only: another part inside this one (an eye in a face) is meant.
    gaps = ((inside == 0) & (reference.labels[y : y + height, x : x + width] == BACKGROUND)).astype(np.uint8)
    count, marks, stats, _ = cv2.connectedComponentsWithStats(gaps, connectivity=4)
    limit = max(settings.hole_px, settings.hole_share * int(inside.sum()))
    found = []
    for index in range(1, count):
        left, top, wide, high, area = (int(value) for value in stats[index])
        touches_border = left == 0 or top == 0 or left + wide == width or top + high == height
        if area <= limit and not touches_border and _surrounded(marks, index, stats[index], inside):
            rect = (left + x, top + y, left + x + wide, top + y + high)
            text = f"An unpainted spot ({_pixels(stats[index])}) lies inside {name} on '{reference.name}'."
            found.append(LinterWarning("island", reference.id, rect, text))
    return found


def _surrounded(marks: NDArray[np.int32], index: int, piece: NDArray[np.int32], mask: NDArray[np.uint8]) -> bool:
    left, top, width, height = (int(value) for value in piece[:4])
    window = (slice(top - 1, top + height + 1), slice(left - 1, left + width + 1))
    gap = (marks[window] == index).astype(np.uint8)
    rim = cv2.dilate(gap, np.ones((3, 3), np.uint8)) - gap
    return bool((mask[window][rim > 0] == 1).all())


def _too_small(
    reference: LintedReference, mask: NDArray[np.uint8], name: str, settings: LinterSettings
) -> list[LinterWarning]:
    cell = settings.attention_cell * max(mask.shape)
    area = int(np.count_nonzero(mask))
    if area >= cell * cell:
        return []
    x, y, width, height = cv2.boundingRect(mask)
    text = (
        f"{name.capitalize()} on '{reference.name}' is smaller than what SMITE can see of this image "
        f"({area} of {round(cell * cell)} px). Crop to the subject, or use Quick."
    )
    return [LinterWarning("small", reference.id, (x, y, x + width, y + height), text)]


def _sides(
    references: Sequence[LintedReference], parts: PartSet, pairs: Sequence[tuple[int, int]]
) -> list[LinterWarning]:
    """A pair whose order in one reference is against that of most others is a mix-up."""
    warnings = []
    for first, second in pairs:
        order = {r.id: _order(r.labels, first, second) for r in references}
        known = [value for value in order.values() if value]
        if len(known) < 3 or abs(sum(known)) < len(known) - 2 or sum(known) == 0:
            continue
        usual = 1 if sum(known) > 0 else -1
        names = (parts.by_id(first).name, parts.by_id(second).name)
        warnings += [
            LinterWarning(
                "sides",
                r.id,
                _around(r.labels, first, second),
                f"{names[0].capitalize()} and {names[1]} stand the other way round on '{r.name}' than elsewhere.",
            )
            for r in references
            if order[r.id] == -usual
        ]
    return warnings


def _order(labels: LabelMap, first: int, second: int) -> int:
    """Returns 1 where `first` lies left of `second` in the picture, -1 the other way, 0 where it cannot be told."""
    left, right = np.flatnonzero((labels == first).any(axis=0)), np.flatnonzero((labels == second).any(axis=0))
    if not left.size or not right.size:
        return 0
    return int(np.sign(right.mean() - left.mean()))


def _around(labels: LabelMap, first: int, second: int) -> Rect:
    x, y, width, height = cv2.boundingRect(((labels == first) | (labels == second)).astype(np.uint8))
    return (x, y, x + width, y + height)


def _duplicates(references: Sequence[LintedReference], settings: LinterSettings) -> list[LinterWarning]:
    small = [
        cv2.resize(cv2.cvtColor(r.preview, cv2.COLOR_RGB2GRAY), (32, 32), interpolation=cv2.INTER_AREA).astype(np.int16)
        for r in references
    ]
    warnings = []
    for index, reference in enumerate(references):
        for other in range(index):
            if float(np.abs(small[index] - small[other]).mean()) < settings.duplicate_difference:
                text = f"'{reference.name}' shows almost the same picture as '{references[other].name}'."
                warnings.append(LinterWarning("duplicate", reference.id, None, text))
                break
    return warnings


def _rect(piece: NDArray[np.int32]) -> Rect:
    left, top, width, height = (int(value) for value in piece[:4])
    return (left, top, left + width, top + height)


def _pixels(piece: NDArray[np.int32] | Mapping[int, int]) -> str:
    area = int(piece[cv2.CC_STAT_AREA])
    return "1 pixel" if area == 1 else f"{area} pixels"
