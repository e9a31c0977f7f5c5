"""The soft vote: a frame's scores averaged with its neighbours' along the flow (study 2, item 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.temporal.flow_store import FlowStore

_STEP_WEIGHT = 0.85
_LEAST_VISIBILITY = 0.5
_SURE = 0.97  # the winning class below which a pixel is voted on
_ROW = 256


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
    unsure = own.max(0) < _SURE
    rows, columns = np.nonzero(unsure)
    if not len(rows):
        return own
    total = own[:, rows, columns].copy()
    weight = np.ones(len(rows), np.float32)
    place = frames.index(frame)
    start = np.stack([columns, rows], axis=-1).astype(np.float32)
    for direction in (-1, 1):
        for hops, (neighbour, points) in enumerate(_along(place, direction, frames, flow, settings.reach, start), 1):
            if neighbour not in scores:
                break
            share = np.where(points.visibility > _LEAST_VISIBILITY, points.visibility, 0.0)
            share *= np.float32(_STEP_WEIGHT**hops)
            for channel, plane in enumerate(scores[neighbour]):
                total[channel] += _sampled(plane, points.xy) * share
            weight += share
    result = own.copy()
    result[:, rows, columns] = total / weight
    return result


@dataclass(frozen=True)
class _Points:
    """Where the unsure pixels lie on a neighbour.

    Attributes:
        xy: (n, 2) float32 pixels.
        visibility: (n,) float32 in [0, 1].
    """

    xy: NDArray[np.float32]
    visibility: NDArray[np.float32]


def _along(
    place: int, direction: int, frames: Sequence[int], flow: FlowStore, reach: int, start: NDArray[np.float32]
) -> Iterator[tuple[int, _Points]]:
    """Yields the neighbours one after the other with the pixels of the frame carried to each."""
    points = _Points(start, np.ones(len(start), np.float32))
    for hop in range(1, reach + 1):
        target = place + direction * hop
        if not 0 <= target < len(frames):
            return
        step = flow.between(frames[target - direction], frames[target])
        seen = points.visibility * _sampled(step.visibility, points.xy, border=cv2.BORDER_CONSTANT)
        points = _Points(points.xy + _sampled(step.field, points.xy), seen)
        yield frames[target], points


def _sampled(
    plane: NDArray[np.float32], xy: NDArray[np.float32], *, border: int = cv2.BORDER_REPLICATE
) -> NDArray[np.float32]:
    """Returns (n,) or (n, C) values of an (h, w) or (h, w, C) plane at (n, 2) points."""
    # OpenCV maps may be at most 32767 long, so the points are laid out in rows.
    count = len(xy)
    padded = np.zeros((-(-count // _ROW) * _ROW, 2), np.float32)
    padded[:count] = xy
    found = cv2.remap(plane, padded.reshape(-1, _ROW, 2), None, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(found.reshape(-1, *plane.shape[2:])[:count])
