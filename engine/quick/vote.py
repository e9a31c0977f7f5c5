"""The soft vote: a frame's scores averaged with its neighbours' along the flow (study 2, item 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.temporal.flow import Flow, pixel_grid
from engine.temporal.flow_store import FlowStore

_STEP_WEIGHT = 0.85
_LEAST_VISIBILITY = 0.5
_SURE = 0.97  # the winning class below which a pixel is voted on
_MARGIN = 4


@dataclass(frozen=True)
class VoteSettings:
    """How the vote is taken.

    Attributes:
        reach: Frames to each side, 3 in the study.
    """

    reach: int = 3


def voted(
    frame: int,
    scores: Mapping[int, NDArray[np.float32]],
    frames: Sequence[int],
    flow: FlowStore,
    settings: VoteSettings,
) -> NDArray[np.float32]:
    """Returns the (K+1, h, w) scores of `frame`, averaged along the flow where they are unsure.

    Args:
        frame: The frame.
        scores: (K+1, h, w) float32 of the frame and of those neighbours that are known.
        frames: Existing frames of the scene, ascending.
        flow: Flow of the clip.
        settings: How the vote is taken.
    """
    own = scores[frame]
    box = _unsure_box(own)
    if box is None:
        return own
    rows, columns = box
    total = own[:, rows, columns].copy()
    weight = np.ones(total.shape[1:], np.float32)
    place = frames.index(frame)
    for direction in (-1, 1):
        for hops, (neighbour, step) in enumerate(_along(place, direction, frames, flow, settings.reach, box), start=1):
            if neighbour not in scores:
                break
            share = np.where(step.visibility > _LEAST_VISIBILITY, step.visibility, 0.0) * np.float32(_STEP_WEIGHT**hops)
            total += _sampled(scores[neighbour], step.field, box) * share
            weight += share
    unsure = own[:, rows, columns].max(0) < _SURE
    result = own.copy()
    result[:, rows, columns] = np.where(unsure, total / weight, own[:, rows, columns])
    return result


def _along(
    place: int, direction: int, frames: Sequence[int], flow: FlowStore, reach: int, box: tuple[slice, slice]
) -> Iterator[tuple[int, Flow]]:
    """Yields the neighbours one after the other with the composed flow from the box of the frame to each."""
    field: NDArray[np.float32] | None = None
    visibility: NDArray[np.float32] | None = None
    rows, columns = box
    grid = _grid(box)
    for hop in range(1, reach + 1):
        target = place + direction * hop
        if not 0 <= target < len(frames):
            return
        step = flow.between(frames[target - direction], frames[target])
        if field is None or visibility is None:
            field, visibility = step.field[rows, columns], step.visibility[rows, columns]
        else:
            at = field + grid
            field = field + cv2.remap(step.field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            visibility = visibility * cv2.remap(step.visibility, at, None, cv2.INTER_LINEAR, borderValue=0.0)
        yield frames[target], Flow(field, visibility)


def _sampled(scores: NDArray[np.float32], field: NDArray[np.float32], box: tuple[slice, slice]) -> NDArray[np.float32]:
    at = field + _grid(box)
    return np.stack([cv2.remap(plane, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in scores])


def _grid(box: tuple[slice, slice]) -> NDArray[np.float32]:
    rows, columns = box
    grid = pixel_grid(rows.stop - rows.start, columns.stop - columns.start)
    return grid + np.array([columns.start, rows.start], np.float32)


def _unsure_box(scores: NDArray[np.float32]) -> tuple[slice, slice] | None:
    unsure = scores.max(0) < _SURE
    rows, columns = np.flatnonzero(unsure.any(1)), np.flatnonzero(unsure.any(0))
    if not len(rows):
        return None
    height, width = unsure.shape
    return (
        slice(max(0, int(rows[0]) - _MARGIN), min(height, int(rows[-1]) + 1 + _MARGIN)),
        slice(max(0, int(columns[0]) - _MARGIN), min(width, int(columns[-1]) + 1 + _MARGIN)),
    )
