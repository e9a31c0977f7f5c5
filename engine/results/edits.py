"""The edit layer of a result: what was corrected on a frame lies beside what the backbone said, never in its place.

One PNG a frame in `edits/`: grey is the label (255 where nothing was corrected), alpha its coverage, and a text says
where the correction comes from. The frame as it is shown and exported is composed when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.atomic import output_error, replacing
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.paste import grown
from engine.results.resample import plate_box, to_scores

EDITS_FOLDER = "edits"
_ORIGIN = "origin"
_COMPRESSION = 4


@dataclass(frozen=True)
class FrameEdit:
    """What was corrected on one frame.

    Attributes:
        labels: (H, W) uint8 at plate size; 255 where nothing was corrected.
        coverage: (H, W) uint8: how much of the pixel the label takes; 0 where nothing was corrected.
        origin: Where it comes from: "brush", "spread from 1043", "swap" ...
    """

    labels: LabelMap
    coverage: NDArray[np.uint8]
    origin: str = "brush"

    @property
    def touched(self) -> NDArray[np.bool_]:
        """(H, W) bool, the corrected pixels."""
        return np.asarray(self.labels != UNKNOWN, np.bool_)

    @classmethod
    def empty(cls, plate_hw: tuple[int, int], origin: str = "brush") -> FrameEdit:
        """Returns an edit that corrects nothing."""
        return cls(np.full(plate_hw, UNKNOWN, np.uint8), np.zeros(plate_hw, np.uint8), origin)

    def over(self, below: FrameEdit | None) -> FrameEdit:
        """Returns this edit on top of an earlier one of the same frame."""
        if below is None:
            return self
        touched = self.touched
        origin = self.origin if self.origin == below.origin else f"{below.origin}, {self.origin}"
        return FrameEdit(
            np.where(touched, self.labels, below.labels),
            np.where(touched, self.coverage, below.coverage),
            origin,
        )


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
                if image.mode != "LA":
                    raise InputError(f"The edit '{path}' is of another form ({image.mode}). The result is untouched.")
                pixels, origin = np.array(image, np.uint8), str(image.info.get(_ORIGIN, "brush"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(
                f"The edit '{path}' cannot be read ({error}). The result is untouched; remove this file to see it."
            ) from error
        return FrameEdit(np.ascontiguousarray(pixels[..., 0]), np.ascontiguousarray(pixels[..., 1]), origin)

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
        image = Image.fromarray(np.dstack([edit.labels, edit.coverage]))
        note = PngInfo()
        note.add_text(_ORIGIN, edit.origin)
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
    score_hw = (scores.values.shape[1], scores.values.shape[2])
    weight = np.where(edit.touched, edit.coverage.astype(np.float32) / 255, np.float32(0))
    covered = to_scores(weight, scores.to_plate, score_hw)
    changed = covered > 0
    values = scores.values.copy()
    columns = values[:, changed] * (1 - covered[changed])
    for index, label in enumerate((BACKGROUND, *scores.part_ids)):
        share = np.where(edit.labels == label, weight, np.float32(0))
        if share.any():
            columns[index] += to_scores(share, scores.to_plate, score_hw)[changed]
    values[:, changed] = columns / columns.sum(axis=0, keepdims=True)
    return replace(scores, values=values, reason=f"corrected ({edit.origin}); {scores.reason}")
