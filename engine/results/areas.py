"""Areas: where a part never is, or nothing else is, on some frames of a result, whatever backbone and spreading say.

An area is a decision of its own in `review.json`, not a change of pixels: it holds again over whatever a later run
writes, and it can be narrowed and taken away. Its masks lie in `areas/`. What was corrected by hand lies above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.labels import BACKGROUND, LabelMap
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.edits import on_scores, score_box
from engine.results.paste import grown
from engine.results.resample import plate_box, to_plate

Mask = NDArray[np.bool_]
AREAS_FOLDER = "areas"
_MOST_FRAMES = 1_000_000
"""Eleven hours; a damaged file must not be taken for memory to fill."""
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Area:
    """What holds inside a region.

    Attributes:
        id: Name of its masks, never given twice in a result.
        kind: "never": the part is not here; "always": nothing else is (for the background: a garbage matte).
        part: Id of the part, or 0 for the background.
        frame: The frame on which it was drawn.
        frames: The frames on which it holds.
        moving: It has a mask of its own for each frame (tracked or imported); else one mask holds for all.
        kept: Parts that were locked on a frame when the area came to it; their scores stay equal to the bit.
    """

    id: str
    kind: Literal["never", "always"]
    part: int
    frame: int
    frames: frozenset[int]
    moving: bool = False
    kept: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def mask_file(self, frame: int) -> str:
        """Returns where its mask on a frame lies inside the result."""
        return f"{AREAS_FOLDER}/{self.id}/{frame}.png" if self.moving else f"{AREAS_FOLDER}/{self.id}.png"

    @property
    def files(self) -> tuple[str, ...]:
        """Where all of its masks lie inside the result."""
        return tuple(sorted({self.mask_file(frame) for frame in self.frames}))

    def on(self, frames: Iterable[int]) -> Area:
        """Returns the area as it holds on these frames only."""
        held = frozenset(frames)
        return replace(self, frames=held, kept={f: ids for f, ids in self.kept.items() if f in held})

    def to_json(self) -> dict[str, Any]:
        """Returns JSON values; frames as inclusive ranges."""
        kept = {str(frame): sorted(ids) for frame, ids in sorted(self.kept.items()) if ids}
        row = {"id": self.id, "kind": self.kind, "part": self.part, "frame": self.frame, "moving": self.moving}
        return {**row, "frames": _ranges(self.frames), "kept": kept}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Area:
        """Returns what `to_json` gave; raises KeyError, TypeError or ValueError where it is something else."""
        if row["kind"] not in ("never", "always") or not str(row["id"]).isalnum():
            raise ValueError("an area of another kind")
        spans = [(int(first), int(last)) for first, last in row["frames"]]
        if sum(max(0, last - first + 1) for first, last in spans) > _MOST_FRAMES:
            raise ValueError("an area on more frames than a clip has")
        frames = frozenset(n for first, last in spans for n in range(first, last + 1))
        kept = {int(frame): frozenset(int(i) for i in ids) for frame, ids in row["kept"].items()}
        part, frame = int(row["part"]), int(row["frame"])
        return cls(str(row["id"]), row["kind"], part, frame, frames, bool(row["moving"]), kept)


def mask_bytes(mask: Mask) -> bytes:
    """Returns a mask as a black-and-white PNG."""
    data = BytesIO()
    Image.fromarray(np.where(mask, 255, 0).astype(np.uint8)).convert("1").save(data, format="PNG")
    return data.getvalue()


def read_mask(path: Path) -> Mask:
    """Returns an (H, W) mask.

    Raises:
        InputError: It is missing or damaged.
    """
    try:
        with Image.open(path) as image:
            return np.array(image.convert("1"), np.bool_)
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(
            f"The mask of an area, '{path}', cannot be read ({error}). The result is untouched; delete the area."
        ) from error


def with_areas(
    found: tuple[FrameScores, LabelMap], areas: Iterable[Area], folder: Path
) -> tuple[FrameScores, LabelMap]:
    """Returns scores and labels of a frame with the areas in force, in their order; the rest stays equal to the bit.

    Args:
        found: As the run wrote them.
        areas: All of the result.
        folder: The result.

    Raises:
        InputError: A mask is missing, damaged, or of another size.
    """
    frame = found[0].frame
    for area in areas:
        if frame in area.frames:
            path = folder / area.mask_file(frame)
            mask = read_mask(path)
            if mask.shape != found[1].shape:
                raise InputError(f"The area '{path}' belongs to another plate. Delete the area.")
            found = held(found, area, mask)
    return found


def held(found: tuple[FrameScores, LabelMap], area: Area, mask: Mask) -> tuple[FrameScores, LabelMap]:
    """Returns scores and labels of a frame with one area in force; channels of kept parts do not move.

    What the part loses, the other labels share in proportion to their scores; what it gains, they give.
    """
    scores, labels = found
    kept = area.kept.get(scores.frame, _NOTHING)
    if area.part in kept or not mask.any():
        return found
    plate_hw = (labels.shape[0], labels.shape[1])
    rows, columns = plate_box(scores, plate_hw)
    outside = mask.copy()
    outside[rows, columns] = False
    if area.kind == "always" and area.part != BACKGROUND:
        scores = _with_channel(grown(scores, plate_hw) if outside.any() else scores, area.part)
    mask = mask & ~np.isin(labels, sorted(kept))
    shown = labels.copy()
    if area.kind == "always":
        shown[mask] = area.part
    else:
        away = mask & (labels == area.part)
        if away.any():
            shown[away] = _next_best(scores, away, kept | {area.part})
    return replace(scores, values=_moved(scores, area, mask, kept)), shown


def _moved(scores: FrameScores, area: Area, mask: Mask, kept: frozenset[int]) -> NDArray[np.float32]:
    ids = (BACKGROUND, *scores.part_ids)
    others = [index for index, value in enumerate(ids) if value not in kept and value != area.part]
    if area.part not in ids or not others or not mask.any():
        return scores.values
    values, own, box = scores.values.copy(), ids.index(area.part), score_box(mask, scores)
    if any(span.start == span.stop for span in box):
        return values
    weight = on_scores(mask.astype(np.float32), scores, box)
    window = values[(slice(None), *box)]
    share, rest = window[own].copy(), window[others].sum(axis=0)
    if area.kind == "always":
        window[own] = share + weight * rest
        window[others] *= 1 - weight
    else:
        given = weight * share
        spread = np.divide(window[others], rest, out=np.zeros_like(window[others]), where=rest > 0)
        spread[0, rest <= 0] = 1
        window[own] = share - given
        window[others] += given * spread
    return values


def _next_best(scores: FrameScores, away: Mask, barred: frozenset[int]) -> NDArray[np.uint8]:
    """Returns the likeliest label of the pixels in `away` that is not barred; the background where all are."""
    ids = (BACKGROUND, *scores.part_ids)
    allowed = [index for index, value in enumerate(ids) if value not in barred]
    if not allowed:
        return np.zeros(int(away.sum()), np.uint8)
    rows, columns = np.flatnonzero(away.any(axis=1)), np.flatnonzero(away.any(axis=0))
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    planes = np.stack([to_plate(scores.values[index], scores.to_plate, box) for index in allowed])
    best = np.array([ids[index] for index in allowed], np.uint8)[planes.argmax(axis=0)]
    return np.asarray(best[away[box]], np.uint8)


def _with_channel(scores: FrameScores, part: int) -> FrameScores:
    if part in scores.part_ids:
        return scores
    blank = np.zeros((1, *_hw(scores)), np.float32)
    values = np.concatenate([scores.values, blank])
    return replace(scores, values=values, part_ids=(*scores.part_ids, part), confidence=(*scores.confidence, 1.0))


def _hw(scores: FrameScores) -> tuple[int, int]:
    return scores.values.shape[1], scores.values.shape[2]


def _ranges(frames: Iterable[int]) -> list[list[int]]:
    rows: list[list[int]] = []
    for number in sorted(frames):
        if rows and rows[-1][1] == number - 1:
            rows[-1][1] = number
        else:
            rows.append([number, number])
    return rows
