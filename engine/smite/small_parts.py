"""Parts that are smaller than what attention can tell apart, said once each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.domain.edits import Rect
from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.jobs import Message


class SmallParts:
    """Watches how large parts are on the plate, and reports each that falls below one attention cell once."""

    def __init__(self, parts: PartSet, side: int) -> None:
        """Begins to watch.

        Args:
            parts: For names.
            side: Cells of a frame's box along each side; maps carry nothing finer.
        """
        self._parts = parts
        self._side = side
        self._reported: set[int] = set()

    def painted(self, frame: int, labels: LabelMap, box: Rect) -> Iterator[Message]:
        """Yields a message for each small part of a painted frame (H, W)."""
        counts = np.bincount(labels.ravel(), minlength=256)
        yield from self._messages(frame, {part.id: float(counts[part.id]) for part in self._parts}, box)

    def scored(self, scores: FrameScores, box: Rect) -> Iterator[Message]:
        """Yields a message for each part that wins less than a cell of a scored frame."""
        winners: NDArray[np.intp] = scores.values.argmax(axis=0)
        counts = np.bincount(winners.ravel(), minlength=len(scores.part_ids) + 1)
        pixel = scores.to_plate.scale_x * scores.to_plate.scale_y
        areas = {part_id: counts[channel] * pixel for channel, part_id in enumerate(scores.part_ids, start=1)}
        yield from self._messages(scores.frame, areas, box)

    def _messages(self, frame: int, areas: dict[int, float], box: Rect) -> Iterator[Message]:
        wide, tall = (box[2] - box[0]) / self._side, (box[3] - box[1]) / self._side
        for part_id, area in areas.items():
            if 0 < area < wide * tall and part_id not in self._reported:
                self._reported.add(part_id)
                yield Message(
                    f"'{self._parts.by_id(part_id).name}' is smaller in frame {frame} than what SMITE can tell apart "
                    f"there ({wide:.0f}x{tall:.0f} px), so its outline is a guess. Paint it on more frames, or use "
                    "--crop on or the quick backbone.",
                    "warning",
                )
