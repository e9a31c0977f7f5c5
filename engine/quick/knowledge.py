"""What is known before the first frame is scored: painted frames of the clip and of the profile, objects, looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.task import ClipTask
from engine.quick.components import ObjectLook, object_looks
from engine.quick.frame_view import FrameView
from engine.quick.objects import touching_groups
from engine.quick.painted import PaintedFrame, canonical_ids, soft_labels
from engine.temporal.flow_store import FlowStore


@dataclass(frozen=True)
class Knowledge:
    """Painted frames and the objects on them.

    Attributes:
        painted: Painted frames of the clip, ascending, then stills.
        groups: Channels of each object.
        looks: Look of each object.
    """

    painted: tuple[PaintedFrame, ...]
    groups: tuple[tuple[int, ...], ...]
    looks: tuple[ObjectLook, ...]

    @classmethod
    def of(cls, painted: Sequence[PaintedFrame]) -> Knowledge:
        """Finds the objects on painted frames."""
        groups = touching_groups(painted)
        return cls(tuple(painted), groups, object_looks(painted, groups))


def painted_frames(task: ClipTask, flow: FlowStore) -> list[PaintedFrame]:
    """Returns the anchors of a task at working size, ascending."""
    ids = canonical_ids(task.parts)
    return [
        PaintedFrame(frame, FrameView(flow.image(frame)), soft_labels(painted, ids, flow.working_size))
        for frame, painted in sorted(task.anchors.items())
    ]
