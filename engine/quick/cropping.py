"""Subject crop: quick works where the subject stays, so that a small subject in a large plate gets more pixels.

One box serves the whole clip: the union of where drafts see the subject, with a generous margin. A crop is a clip of
its own, so flow is computed on it, at its own working size: that of the whole plate would be as coarse as the result
without a crop. Scores come back to the plate by their affine map.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.domain.frames import ClipInfo, FrameSource
from engine.domain.labels import BACKGROUND, UNKNOWN, Painted
from engine.domain.scores import FrameScores
from engine.domain.settings import CropMode
from engine.domain.task import ClipTask, ScoringJob
from engine.temporal.flow_store import working_size


@dataclass(frozen=True)
class QuickCropSettings:
    """How the box is chosen.

    Attributes:
        margin: Share of the box's longer side that is added on each side: drafts lose fast objects by about as much.
        least_gain: In mode "auto", by what factor a working pixel must shrink in each direction.
        believed: Confidence of a draft from which on it is taken to have found the subject.
        lost_share: In mode "auto", share of frames without a believed subject from which on it may be anywhere.
        smallest_px: Shortest side of a box.
    """

    margin: float = 0.25
    least_gain: float = 1.3
    believed: float = 0.3
    lost_share: float = 0.1
    smallest_px: int = 128


class SubjectFinder:
    """Collects where drafts see the subject, and names the box of the clip."""

    def __init__(self, task: ClipTask, settings: QuickCropSettings | None = None) -> None:
        """Begins with what was painted."""
        self._settings = settings or QuickCropSettings()
        self._plate = (task.source.info.width, task.source.info.height)
        self._mode: CropMode = task.settings.crop
        painted = [_foreground_box((p.labels != BACKGROUND) & (p.labels != UNKNOWN)) for p in task.anchors.values()]
        self._boxes = [box for box in painted if box is not None]
        self._seen = self._lost = 0

    @property
    def is_useful(self) -> bool:
        """Whether a crop is wanted and could pay, whatever the drafts show."""
        smallest = (0, 0, self._settings.smallest_px, self._settings.smallest_px)
        return bool(self._boxes) and (self._mode == "on" or (self._mode == "auto" and self._pays(smallest)))

    def add(self, draft: FrameScores) -> None:
        """Takes in the draft of a frame."""
        self._seen += 1
        self._lost += max(draft.confidence, default=0.0) < self._settings.believed
        box = _foreground_box(draft.values[0] < 0.5)
        if box is not None:
            place = draft.to_plate
            left, right = (place.offset_x + place.scale_x * x for x in (box[0], box[2]))
            top, bottom = (place.offset_y + place.scale_y * y for y in (box[1], box[3]))
            self._boxes.append((int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))))

    def box(self) -> Rect | None:
        """Returns the clip's box in plate pixels, or None to work on whole frames."""
        if not self.is_useful:
            return None
        box = self._grown()
        if self._mode == "on":
            return box
        lost = self._lost > self._settings.lost_share * max(self._seen, 1)
        return box if self._pays(box) and not lost else None

    def _grown(self) -> Rect:
        edges = np.array(self._boxes)
        left, top = (int(edge) for edge in edges[:, :2].min(0))
        right, bottom = (int(edge) for edge in edges[:, 2:].max(0))
        margin = self._settings.margin * max(right - left, bottom - top)
        left, right = _widened(left, right, margin, self._settings.smallest_px, self._plate[0])
        top, bottom = _widened(top, bottom, margin, self._settings.smallest_px, self._plate[1])
        return left, top, right, bottom

    def _pays(self, box: Rect) -> bool:
        whole = working_size(*self._plate)[0] / self._plate[0]
        size = (min(box[2] - box[0], self._plate[0]), min(box[3] - box[1], self._plate[1]))
        return working_size(*size)[0] / size[0] >= self._settings.least_gain * whole


class CroppedClip:
    """A box of a clip as a clip of its own."""

    def __init__(self, source: FrameSource, box: Rect) -> None:
        """Shows `box` (plate pixels) of each frame; closing it leaves `source` open."""
        left, top, right, bottom = box
        self._source, self._box = source, box
        self.info: ClipInfo = replace(
            source.info,
            width=right - left,
            height=bottom - top,
            content_id=f"{source.info.content_id}-{left}-{top}-{right}-{bottom}",
        )

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the frames that exist, ascending."""
        return self._source.numbers

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns the box of a frame."""
        return _cut(self._source.read(number), self._box)

    def stem(self, number: int) -> str:
        """Returns the file stem of the frame."""
        return self._source.stem(number)

    def close(self) -> None:
        """Does nothing: the clip belongs to others."""


def cropped(task: ClipTask, box: Rect) -> ClipTask:
    """Returns the same task on a box of the plate."""
    anchors = {
        number: Painted(_cut(painted.labels, box), None if painted.coverage is None else _cut(painted.coverage, box))
        for number, painted in task.anchors.items()
    }
    return replace(task, source=CroppedClip(task.source, box), anchors=anchors)


def on_plate(scoring: ScoringJob[None], box: Rect) -> ScoringJob[None]:
    """Yields what `scoring` yields of a box, its scores in plate pixels."""
    with closing(scoring):
        for item in scoring:
            if isinstance(item, FrameScores):
                place = item.to_plate
                moved = replace(place, offset_x=place.offset_x + box[0], offset_y=place.offset_y + box[1])
                yield replace(item, to_plate=moved)
            else:
                yield item


def _cut(plane: NDArray[np.uint8], box: Rect) -> NDArray[np.uint8]:
    left, top, right, bottom = box
    return np.ascontiguousarray(plane[top:bottom, left:right])


def _foreground_box(foreground: NDArray[np.bool_]) -> Rect | None:
    rows, columns = np.flatnonzero(foreground.any(1)), np.flatnonzero(foreground.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _widened(start: int, stop: int, margin: float, least: int, limit: int) -> tuple[int, int]:
    """Returns the interval with the margin on both sides, at least `least` long, inside 0..limit."""
    extra = max(int(np.ceil(margin)), (least - (stop - start) + 1) // 2)
    return max(0, start - extra), min(limit, stop + extra)
