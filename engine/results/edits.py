"""The edit layer of a result: what was corrected on a frame lies beside what the backbone said, never in its place.

One PNG a frame in `edits/`: the first channel is the label (255 where nothing was corrected), the second its coverage,
and a text says where the correction comes from. Corrections that were to leave some parts alone have a third channel,
an index into a list of the parts that keep their scores. The frame as it is shown and exported is composed when it is
read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.atomic import output_error, replacing
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.scores import FrameScores
from engine.errors import READING_FAULTS, InputError
from engine.results.paste import grown
from engine.results.resample import plate_box, to_scores

EDITS_FOLDER = "edits"
_ORIGIN = "origin"
_KEPT = "kept"
_COMPRESSION = 4
_BY_HAND = ("brush", "import")


@dataclass(frozen=True)
class FrameEdit:
    """What was corrected on one frame.

    Attributes:
        labels: (H, W) uint8 at plate size; 255 where nothing was corrected.
        coverage: (H, W) uint8: how much of the pixel the label takes; 0 where nothing was corrected.
        origin: Where it comes from: "brush", "spread from 1043", "swap" ...
        kept: Sets of part ids whose scores stay equal to the bit, also under corrected pixels.
        layer: (H, W) uint8: which of `kept` goes for a pixel; None where the first goes for all.
    """

    labels: LabelMap
    coverage: NDArray[np.uint8]
    origin: str = "brush"
    kept: tuple[frozenset[int], ...] = (frozenset(),)
    layer: NDArray[np.uint8] | None = None

    @property
    def touched(self) -> NDArray[np.bool_]:
        """(H, W) bool, the corrected pixels."""
        return np.asarray(self.labels != UNKNOWN, np.bool_)

    @property
    def by_hand(self) -> bool:
        """It comes, in part at least, from the brush or from imported mattes."""
        return any(word.startswith(_BY_HAND) for word in self.origin.split(", "))

    @classmethod
    def empty(cls, plate_hw: tuple[int, int], origin: str = "brush") -> FrameEdit:
        """Returns an edit that corrects nothing."""
        return cls(np.full(plate_hw, UNKNOWN, np.uint8), np.zeros(plate_hw, np.uint8), origin)

    def over(self, below: FrameEdit | None) -> FrameEdit:
        """Returns this edit on top of an earlier one of the same frame."""
        if below is None:
            return self
        touched = self.touched
        said = below.origin.split(", ")
        origin = below.origin if self.origin in said else ", ".join([*said, self.origin])
        kept = tuple(dict.fromkeys((*below.kept, *self.kept)))
        places = np.array([kept.index(parts) for parts in self.kept], np.uint8)
        layer = np.where(touched, places[self.layers], below.layers) if len(kept) > 1 else None
        return FrameEdit(
            np.where(touched, self.labels, below.labels),
            np.where(touched, self.coverage, below.coverage),
            origin,
            kept,
            layer,
        )

    @property
    def layers(self) -> NDArray[np.uint8]:
        """(H, W) uint8, `layer` written out."""
        return np.zeros(self.labels.shape, np.uint8) if self.layer is None else self.layer

    def without(self, pixels: NDArray[np.bool_]) -> FrameEdit:
        """Returns the edit with nothing corrected where `pixels`, (H, W) bool, is True."""
        labels = np.where(pixels, np.uint8(UNKNOWN), self.labels)
        return replace(self, labels=labels, coverage=np.where(pixels, np.uint8(0), self.coverage))


class EditStore:
    """The edits of a result folder, by file stem of their frame."""

    def __init__(self, result: Path) -> None:
        self._folder = result / EDITS_FOLDER

    def stems(self) -> frozenset[str]:
        """Returns the stems of the frames that have edits."""
        return frozenset(path.stem for path in self._folder.glob("*.png") if not path.name.startswith("."))

    def read(self, stem: str) -> FrameEdit | None:
        """Returns a frame's edit, or None where it has none.

        Raises:
            InputError: It is there but cannot be read.
        """
        path = self._folder / f"{stem}.png"
        try:
            with Image.open(path) as image:
                if image.mode not in ("LA", "RGB"):
                    raise InputError(f"The edit '{path}' is of another form ({image.mode}). The result is untouched.")
                pixels, origin = np.array(image, np.uint8), str(image.info.get(_ORIGIN, "brush"))
                kept = tuple(frozenset(int(i) for i in ids) for ids in json.loads(image.info.get(_KEPT, "[[]]")))
                if pixels.shape[2] == 3 and (pixels[..., 2].max(initial=0) >= len(kept)):
                    raise ValueError("a layer is missing")
        except FileNotFoundError:
            return None
        except READING_FAULTS + (SyntaxError, Image.DecompressionBombError) as error:
            raise InputError(
                f"The edit '{path}' cannot be read ({error}). The result is untouched; remove this file to see it."
            ) from error
        planes = [np.ascontiguousarray(pixels[..., index]) for index in range(pixels.shape[2])]
        return FrameEdit(planes[0], planes[1], origin, kept, planes[2] if len(planes) == 3 else None)

    def write(self, stem: str, edit: FrameEdit | None) -> None:
        """Keeps a frame's edit whole or not at all; None, or one that corrects nothing, clears it.

        Raises:
            OutputError: The folder cannot be written to.
        """
        path = self._folder / f"{stem}.png"
        if edit is None or not edit.touched.any():
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise output_error(error, path) from error
            return
        planes = [edit.labels, edit.coverage]
        if edit.layer is not None:
            planes.append(edit.layer)
        image = Image.fromarray(np.dstack(planes))
        note = PngInfo()
        note.add_text(_ORIGIN, edit.origin)
        note.add_text(_KEPT, json.dumps([sorted(parts) for parts in edit.kept]))
        with replacing(path) as temporary:
            image.save(temporary, format="PNG", compress_level=_COMPRESSION, pnginfo=note)

    def move(self, stem: str, other: str) -> None:
        """Lays a frame's edit over that of another frame and clears the first.

        Raises:
            InputError: There is none, or the other frame's cannot be read.
            OutputError: The folder cannot be written to.
        """
        edit = self.read(stem)
        if edit is None:
            raise InputError(f"The frame '{stem}' has no edit that could be moved.")
        self.write(other, edit.over(self.read(other)))
        self.write(stem, None)


def composed(scores: FrameScores, labels: LabelMap, edit: FrameEdit | None) -> tuple[FrameScores, LabelMap]:
    """Returns scores and labels of a frame with its edit in them; what was not corrected stays equal to the bit.

    Args:
        scores: What the backbone says.
        labels: (H, W) its label map.
        edit: The correction, or None.

    Raises:
        InputError: The edit is of another size.
    """
    if edit is None:
        return scores, labels
    touched = edit.touched
    if touched.shape != labels.shape:
        raise InputError(
            f"The edit of frame {scores.frame} is {touched.shape[1]}x{touched.shape[0]}, the plate "
            f"{labels.shape[1]}x{labels.shape[0]}. The edit is kept; it belongs to another plate."
        )
    if not touched.any():
        return scores, labels
    plate_hw = (labels.shape[0], labels.shape[1])
    whole = _with_channels(_reaching(scores, touched, plate_hw), edit)
    return _mixed(whole, edit), np.where(touched, edit.labels, labels)


def _reaching(scores: FrameScores, touched: NDArray[np.bool_], plate_hw: tuple[int, int]) -> FrameScores:
    rows, columns = plate_box(scores, plate_hw)
    outside = touched.copy()
    outside[rows, columns] = False
    return grown(scores, plate_hw) if outside.any() else scores


def _with_channels(scores: FrameScores, edit: FrameEdit) -> FrameScores:
    """Returns the scores with channels for parts that only the edit shows."""
    shown = {int(value) for value in np.unique(edit.labels)} - {BACKGROUND, UNKNOWN}
    new = tuple(sorted(shown - set(scores.part_ids)))
    if not new:
        return scores
    blank = np.zeros((len(new), *scores.values.shape[1:]), np.float32)
    return replace(
        scores,
        values=np.concatenate([scores.values, blank]),
        part_ids=(*scores.part_ids, *new),
        confidence=(*scores.confidence, *(1.0 for _ in new)),
    )


def _mixed(scores: FrameScores, edit: FrameEdit) -> FrameScores:
    values, layers = scores.values.copy(), edit.layers
    mixed = replace(scores, values=values, reason=f"corrected ({edit.origin}); {scores.reason}")
    for index, kept in enumerate(edit.kept):
        pixels = edit.touched & (layers == index)
        if pixels.any():
            _mix_in(mixed, edit, pixels, kept)
    return mixed


def _mix_in(scores: FrameScores, edit: FrameEdit, pixels: NDArray[np.bool_], kept: frozenset[int]) -> None:
    """Mixes the labels of `pixels` into the scores, in place; channels of the parts in `kept` do not move."""
    ids = (BACKGROUND, *scores.part_ids)
    moving = [index for index, value in enumerate(ids) if value not in kept]
    box = score_box(pixels, scores)
    if any(span.start == span.stop for span in box):
        return
    weight = np.where(pixels, edit.coverage.astype(np.float32) / 255, np.float32(0))
    covered = on_scores(weight, scores, box)
    changed = covered > 0
    window = scores.values[(slice(None), *box)]
    room = window[moving][:, changed].sum(axis=0)
    columns = window[moving][:, changed] * (1 - covered[changed])
    for row, label in enumerate(ids[index] for index in moving):
        share = np.where(edit.labels == label, weight, np.float32(0))
        if share.any():
            columns[row] += on_scores(share, scores, box)[changed] * (room if kept else np.float32(1))
    total = columns.sum(axis=0, keepdims=True)
    # Where the kept parts have the whole pixel there is nothing to share.
    scaled = np.divide(columns * room, total, out=np.zeros_like(columns), where=total > 0)
    for row, index in enumerate(moving):
        window[index][changed] = scaled[row] if kept else columns[row] / total[0]


def score_box(pixels: NDArray[np.bool_], scores: FrameScores) -> tuple[slice, slice]:
    """Returns the rows and columns of the scores that lie under the pixels; empty slices where none do."""
    place, (rows, columns) = scores.to_plate, scores.values.shape[1:]
    y, x = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))

    def reach(first: int, last: int, scale: float, offset: float, size: int) -> slice:
        start = min(max(int(np.floor((first - offset) / scale)), 0), size)
        return slice(start, min(max(int(np.ceil((last + 1 - offset) / scale)), start), size))

    return (
        reach(int(y[0]), int(y[-1]), place.scale_y, place.offset_y, rows),
        reach(int(x[0]), int(x[-1]), place.scale_x, place.offset_x, columns),
    )


def on_scores(plane: NDArray[np.float32], scores: FrameScores, box: tuple[slice, slice]) -> NDArray[np.float32]:
    """Returns an (H, W) plate plane averaged over the score pixels of a box."""
    place = scores.to_plate
    moved = replace(
        place,
        offset_x=place.offset_x + box[1].start * place.scale_x,
        offset_y=place.offset_y + box[0].start * place.scale_y,
    )
    return to_scores(plane, moved, (box[0].stop - box[0].start, box[1].stop - box[1].start))
