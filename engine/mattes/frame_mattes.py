"""Mattes of the frames of a result: as the artist corrected them, and finished as the recipe says."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.domain.finishing import FinishRecipe
from engine.domain.frames import FrameSource
from engine.mattes.stack import MatteStack, matte_stack
from engine.results.folder import ResultReader

if TYPE_CHECKING:
    from engine.mattes.finishing.chatter import Neighbour
    from engine.mattes.finishing.matting import AlphaNetwork
    from engine.temporal.flow_store import FlowStore

_KEPT = 4
"""Unfinished stacks in memory: a frame that is de-chattered looks at its two neighbours."""

_SEEN = 0.5


class FrameMattes:
    """Mattes of the frames of a result, with the artist's edits in them.

    Args:
        reader: The result.
        recipe: How they are finished; None leaves them as they are.
        plate: The clip, which edges are refined to; without it they are not refined.
        flow: The clip's flow, along which edges are de-chattered; without it they are not.
        network: What finds the alpha of fine edges; without it that is left out.
        beside: Mattes of the same result whose unfinished frames are kept for both.
    """

    def __init__(
        self,
        reader: ResultReader,
        *,
        recipe: FinishRecipe | None = None,
        plate: FrameSource | None = None,
        flow: FlowStore | None = None,
        network: AlphaNetwork | None = None,
        beside: FrameMattes | None = None,
    ) -> None:
        self._reader = reader
        self._recipe = recipe if recipe is not None and not recipe.neutral else None
        self._plate, self._flow, self._network = plate, flow, network
        self.kept: OrderedDict[int, tuple[MatteStack, int]] = OrderedDict() if beside is None else beside.kept

    def of(self, frame: int) -> MatteStack:
        """Returns the mattes of a frame.

        Raises:
            InputError: The frame, or a plate that the recipe needs, is missing or damaged.
        """
        if self._recipe is None:
            scores, labels = self._reader.final(frame)
            return matte_stack(scores, labels)
        from engine.mattes.finishing.finish import Surroundings, finished

        stack, radius = self._plain(frame)
        wants_plate = self._plate is not None and self._recipe.needs_plate
        plate = self._plate.read(frame) if self._plate is not None and wants_plate else None
        around = Surroundings(plate, self._neighbours(frame, stack), radius, self._network)
        return finished(stack, self._reader.parts, self._recipe, around)

    def unfinished(self, frame: int) -> MatteStack:
        """Returns the mattes of a frame as the result has them, kept for the next time.

        Raises:
            InputError: The frame is missing or damaged.
        """
        return self._plain(frame)[0]

    def _plain(self, frame: int) -> tuple[MatteStack, int]:
        """Returns the unfinished mattes of a frame, and the width of a pixel of its scores on the plate."""
        if frame not in self.kept:
            scores, labels = self._reader.final(frame)
            radius = max(1, round(max(scores.to_plate.scale_x, scores.to_plate.scale_y) * 2))
            self.kept[frame] = (matte_stack(scores, labels), radius)
            if len(self.kept) > _KEPT:
                self.kept.popitem(last=False)
        self.kept.move_to_end(frame)
        return self.kept[frame]

    def _neighbours(self, frame: int, stack: MatteStack) -> Mapping[int, Sequence[Neighbour]]:
        """Returns the parts that are de-chattered as the frames before and behind have them, moved onto this one."""
        assert self._recipe is not None
        if self._flow is None or not self._recipe.dechatters:
            return {}
        from engine.mattes.finishing.chatter import Neighbour
        from engine.mattes.finishing.finish import motion_maps, moved

        near = [other for other in self._beside(frame) if other in self._reader.record.frames]
        if len(near) < 2:
            return {}
        wanted = [p.id for p in self._reader.parts if self._recipe.of(p.name).dechatter > 0 and p.id in stack.values]
        found: dict[int, list[Neighbour]] = {value: [] for value in wanted}
        for other in near:
            field, seen = self._motion(frame, other, stack.labels.shape)
            maps = motion_maps(field)
            theirs, _ = self._plain(other)
            for value in wanted:
                found[value].append(Neighbour(moved(theirs.plane(value), maps), seen))
        return found

    def _beside(self, frame: int) -> tuple[int, ...]:
        """Returns the frames before and behind, of those that lie in the same shot."""
        assert self._flow is not None
        cuts = {int(cut) for cut in self._reader.record.clip.get("cuts", ())}
        numbers = list(self._reader.numbers)
        place = numbers.index(frame)
        before = numbers[place - 1] if place > 0 and frame not in cuts else None
        behind = numbers[place + 1] if place + 1 < len(numbers) and numbers[place + 1] not in cuts else None
        return tuple(
            other
            for other in (before, behind)
            if other is not None and self._flow.next_frame(min(frame, other)) == max(frame, other)
        )

    def _motion(
        self, frame: int, other: int, plate_hw: tuple[int, ...]
    ) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
        assert self._flow is not None
        flow = self._flow.between(frame, other)
        size = (plate_hw[1], plate_hw[0])
        scale = np.array([size[0] / flow.field.shape[1], size[1] / flow.field.shape[0]], np.float32)
        field = cv2.resize(flow.field, size, interpolation=cv2.INTER_LINEAR) * scale
        seen = cv2.resize(flow.visibility.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > _SEEN
        return np.asarray(field, np.float32), np.asarray(seen, np.bool_)
