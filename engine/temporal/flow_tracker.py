"""The built-in point tracker: points follow the dense flow from frame to frame, forward and backward."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.tracks import PointTracks
from engine.errors import InputError
from engine.jobs import Job, Progress
from engine.temporal.flow import Flow, inside
from engine.temporal.flow_store import FlowStore

VISIBLE = 0.5
"""Least forward-backward visibility of a step (feasibility study 2, item 6): 0.5 is an error of about 0.8 px."""

_FLOWS_IN_MEMORY = 16


class FlowTracker:
    """Follows points along the flow of a `FlowStore`; fills the `PointTracker` protocol.

    A point is visible as long as the flow of each step towards it agreed with the flow back and stayed in the frame.
    Once hidden it stays hidden: flow alone cannot tell where a point comes out again.
    """

    def __init__(self, store: FlowStore) -> None:
        """Opens a tracker on the flow of one clip; like the store it is not for sharing between threads."""
        self._store = store
        self._flows: OrderedDict[tuple[int, int], Flow] = OrderedDict()

    def track(self, query_frame: int, xy: NDArray[np.float32], frames: Sequence[int]) -> Job[PointTracks]:
        """Yields progress and returns tracks of the points through `frames`.

        Args:
            query_frame: Source number of the frame on which the points lie; one of `frames`.
            xy: (N, 2) float32 plate pixels with centres at +0.5.
            frames: Ascending source numbers, none of them across a cut from `query_frame`. Flow is followed through
                the frames between them too.

        Raises:
            InputError: `query_frame` is not among `frames`, or a frame is missing or cannot be decoded.
        """
        if query_frame not in frames:
            raise InputError(f"Points were placed on frame {query_frame}, which is not among the frames to track.")
        plate_to_work = self._plate_to_work()
        start = np.asarray(xy, np.float32) * plate_to_work - np.float32(0.5)
        rows = {frame: row for row, frame in enumerate(frames)}
        positions = np.zeros((len(frames), len(start), 2), np.float32)
        visible = np.zeros((len(frames), len(start)), np.bool_)
        width, height = self._store.working_size
        positions[rows[query_frame]] = start
        visible[rows[query_frame]] = inside(start, height, width)
        done = 0
        for route in self._routes(query_frame, frames):
            at, seen, last = start, visible[rows[query_frame]].copy(), query_frame
            for frame in route:
                at, seen = _step(at, seen, self._flow(last, frame))
                last = frame
                if frame in rows:
                    positions[rows[frame]], visible[rows[frame]] = at, seen
                done += 1
                yield Progress("tracking", done, frames[-1] - frames[0])
        xy_plate = (positions + np.float32(0.5)) / plate_to_work
        return PointTracks(query_frame, tuple(frames), xy_plate.astype(np.float32), visible)

    def _plate_to_work(self) -> NDArray[np.float32]:
        info, (width, height) = self._store.source.info, self._store.working_size
        return np.array([width / info.width, height / info.height], np.float32)

    def _routes(self, query_frame: int, frames: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        """Returns the frames to walk through, forward and backward, in the order of the walk."""
        on_the_way = set(self._store.frames_between(frames[0], frames[-1]))
        missing = sorted(set(frames) - on_the_way)
        if missing:
            raise InputError(f"Frame {missing[0]} does not exist in this clip, so nothing can be tracked to it.")
        forward = [frame for frame in sorted(on_the_way) if frame > query_frame]
        backward = [frame for frame in sorted(on_the_way, reverse=True) if frame < query_frame]
        return forward, backward

    def _flow(self, frame: int, neighbour: int) -> Flow:
        key = (frame, neighbour)
        if key not in self._flows:
            self._flows[key] = self._store.between(frame, neighbour)
            if len(self._flows) > _FLOWS_IN_MEMORY:
                self._flows.popitem(last=False)
        self._flows.move_to_end(key)
        return self._flows[key]


def _step(
    at: NDArray[np.float32], seen: NDArray[np.bool_], flow: Flow
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Returns where (N, 2) working pixels go with one step of flow, and which of them are still visible."""
    height, width = flow.visibility.shape
    # OpenCV's remap takes at most 32767 points a side, so the list of points becomes a block.
    columns = 1024
    padded = np.zeros((-(-len(at) // columns) * columns, 2), np.float32)
    padded[: len(at)] = at
    block = padded.reshape(-1, columns, 2)
    motion = cv2.remap(flow.field, block, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    trust = cv2.remap(flow.visibility, block, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    moved = at + motion.reshape(-1, 2)[: len(at)]
    still = seen & (trust.reshape(-1)[: len(at)] > VISIBLE) & inside(moved, height, width)
    return moved.astype(np.float32), still
