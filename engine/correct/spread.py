"""Spread: a corrected frame is carried along the motion to its neighbours and fused with what is there, untrained.

For a pixel of a frame at distance d of the corrected one, with V the product of the flow's visibilities on the way
(`engine.temporal.flow_chain`), M the corrected area of the source (soft at its rim) where the pixel comes from, and e
how sure the result is there (its best score less its second):

    w = V * M * falloff(d)        falloff(d) = 1 - (1 - TAIL) * d / reach
    fused = (w * carried + (1 - w) * e * existing) / (w + (1 - w) * e)

so that where a track is lost, or the result is sure and the correction far, the result stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.correct.corrections import Corrections
from engine.domain.frames import FrameRange
from engine.domain.labels import LabelMap
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.resample import scores_on_plate
from engine.results.review import read_review
from engine.temporal.flow import pixel_grid
from engine.temporal.flow_chain import STEP_TRUST, Chain, walk
from engine.temporal.flow_store import FlowStore

Floats = NDArray[np.float32]

TAIL = 0.75
"""Weight that is left at the end of the reach: above one half, so that a visible correction gets that far."""
RIM_PX = 3
"""By how many working pixels the corrected area is widened, softly, so that its edges travel with it."""
_LEAST_WEIGHT = 0.05
_LEAST_GAIN = 0.02


@dataclass(frozen=True)
class SpreadSettings:
    """How far a correction goes.

    Attributes:
        reach: Frames on either side, at least 1; ignored with `to_anchor`.
        to_anchor: Up to the next painted, locked or hand-corrected frame on either side.
        parts: Ids of the parts that may change; None is all of them.
    """

    reach: int = 10
    to_anchor: bool = False
    parts: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.reach < 1:
            raise InputError(f"A correction spreads over at least 1 frame; got {self.reach}.")


@dataclass(frozen=True)
class SpreadFrame:
    """What spreading makes of one frame.

    Attributes:
        frame: Its number.
        edit: What would be corrected, within what locks and chosen parts allow.
        changed: Share of the plate's pixels that get another label.
    """

    frame: int
    edit: FrameEdit
    changed: float


@dataclass(frozen=True)
class _Source:
    """The corrected frame at plate size: (K+1, H, W) scores, and where it was corrected, (H, W) in [0, 1]."""

    values: tuple[int, ...]
    planes: Floats
    area: Floats


def frames_in_reach(reader: ResultReader, frame: int, settings: SpreadSettings) -> tuple[list[int], list[int]]:
    """Returns the frames before and behind `frame` that a correction reaches, nearest first.

    None lies across a cut, and none at or behind a locked, painted or hand-corrected frame.

    Raises:
        InputError: The result has no such frame.
    """
    record = reader.record
    if frame not in record.frames:
        raise InputError(f"The result '{reader.folder}' has no frame {frame}. It holds {_span(reader.numbers)}.")
    barriers = barrier_frames(reader) - {frame}
    cuts = sorted(int(cut) for cut in record.clip.get("cuts", ()))
    start = max((cut for cut in cuts if cut <= frame), default=None)
    stop = min((cut for cut in cuts if cut > frame), default=None)
    routes = []
    for numbers in (reversed([n for n in reader.numbers if n < frame]), [n for n in reader.numbers if n > frame]):
        route = []
        for number in numbers:
            outside = (start is not None and number < start) or (stop is not None and number >= stop)
            too_far = not settings.to_anchor and abs(number - frame) > settings.reach
            if outside or too_far or number in barriers:
                break
            route.append(number)
        routes.append(route)
    return routes[0], routes[1]


def barrier_frames(reader: ResultReader) -> frozenset[int]:
    """Returns the frames that spreading neither changes nor passes: painted, locked, or corrected by hand."""
    painted = {int(number) for number in reader.record.fingerprint.get("anchors", {})}
    by_hand = set()
    for number in reader.edited:
        edit = reader.edit(number)
        if edit is not None and edit.by_hand:
            by_hand.add(number)
    return frozenset(painted | by_hand | read_review(reader.folder).frames)


def spread(reader: ResultReader, flow: FlowStore, frame: int, settings: SpreadSettings) -> Iterator[SpreadFrame]:
    """Yields what becomes of the frames in reach, nearest first on each side; nothing is written.

    What was corrected on `frame` is carried; a frame without an edit is carried as a whole.

    Args:
        reader: The result.
        flow: Optical flow of the clip, at working size.
        frame: The corrected frame.
        settings: How far, and which parts.

    Raises:
        InputError: There is no such frame, or a file cannot be read.
    """
    routes = frames_in_reach(reader, frame, settings)
    source = _source(reader, frame)
    limits = Corrections(reader)
    for route in routes:
        farthest = len(route) if settings.to_anchor else settings.reach
        missing = _on_the_way(flow, frame, route)
        for step, (number, chain) in enumerate(walk(flow, frame, missing), start=1):
            if number not in route:
                continue
            weight = 1 - (1 - TAIL) * min(abs(number - frame) / max(farthest, 1), 1.0)
            final = reader.final(number)
            edit = _carried(final, source, _Arrival(chain, step, weight), f"spread from {frame}")
            layer = None if edit is None else _within(limits, number, edit, settings)
            if layer is not None:
                yield SpreadFrame(number, layer, float((layer.touched & (layer.labels != final[1])).mean()))


@dataclass(frozen=True)
class _Arrival:
    chain: Chain
    steps: int
    falloff: float


def _within(limits: Corrections, frame: int, edit: FrameEdit, settings: SpreadSettings) -> FrameEdit | None:
    """Returns what of an edit may be written, as an edit of its own that names the parts it leaves alone."""
    layer = limits.allowed(frame, edit, settings.parts)
    if layer is None:
        return None
    same = (layer.labels == edit.labels) & (layer.coverage == edit.coverage)
    return replace(edit.without(~same), kept=(limits.still_parts(frame, settings.parts),))


def _source(reader: ResultReader, frame: int) -> _Source:
    scores, labels = reader.final(frame)
    height, width = labels.shape
    planes = _planes(scores_on_plate(scores, (height, width), labels), labels, (0, *scores.part_ids))
    edit = reader.edit(frame)
    if edit is None:
        return _Source((0, *scores.part_ids), planes, np.ones((height, width), np.float32))
    area = edit.touched.astype(np.uint8)
    side = 2 * RIM_PX + 1
    widened = cv2.dilate(area, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return _Source((0, *scores.part_ids), planes, cv2.blur(widened.astype(np.float32), (RIM_PX, RIM_PX)))


def _planes(soft: tuple[tuple[slice, slice], Floats], labels: LabelMap, values: Sequence[int]) -> Floats:
    box, stack = soft
    planes = np.stack([(labels == value).astype(np.float32) for value in values])
    planes[(slice(None), *box)] = stack
    return planes


def _carried(final: tuple[FrameScores, LabelMap], source: _Source, arrival: _Arrival, origin: str) -> FrameEdit | None:
    """Returns the edit that the source makes of a frame, or None where nothing of it arrives."""
    scores, labels = final
    height, width = labels.shape
    x, y, visible = _positions(arrival, (height, width))
    area = cv2.remap(source.area, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    weight = visible * area * np.float32(arrival.falloff)
    box = _box(weight > _LEAST_WEIGHT)
    if box is None:
        return None
    weight = weight[box]
    values = (0, *scores.part_ids)
    existing = _planes(scores_on_plate(scores, (height, width), labels), labels, values)[(slice(None), *box)]
    carried = np.zeros_like(existing)
    for value, plane in zip(source.values, source.planes, strict=True):
        if value in values:
            carried[values.index(value)] = cv2.remap(
                plane, x[box], y[box], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
    return _edit_of(_fused(existing, carried, weight), existing, (weight > _LEAST_WEIGHT, box, values, labels), origin)


def _fused(existing: Floats, carried: Floats, weight: Floats) -> Floats:
    ordered = np.partition(existing, existing.shape[0] - 2, axis=0) if existing.shape[0] > 1 else existing
    sure = ordered[-1] - ordered[-2] if existing.shape[0] > 1 else np.ones_like(weight)
    stays = (1 - weight) * np.maximum(sure, np.float32(1e-3))
    return np.asarray((weight * carried + stays * existing) / (weight + stays), np.float32)


def _edit_of(
    fused: Floats,
    existing: Floats,
    where: tuple[NDArray[np.bool_], tuple[slice, slice], tuple[int, ...], LabelMap],
    origin: str,
) -> FrameEdit:
    """Returns label and coverage that bring the winning channel from `existing` to `fused`."""
    reached, box, values, labels = where
    best = fused.argmax(axis=0)
    after = np.take_along_axis(fused, best[None], axis=0)[0]
    before = np.take_along_axis(existing, best[None], axis=0)[0]
    gain = np.clip((after - before) / np.maximum(1 - before, 1e-6), 0, 1)
    shown = np.array(values, np.uint8)[best]
    changed = reached & ((shown != labels[box]) | (after - before > _LEAST_GAIN))
    edit = FrameEdit.empty((labels.shape[0], labels.shape[1]), origin)
    edit.labels[box][changed] = shown[changed]
    edit.coverage[box][changed] = np.maximum(np.rint(gain * 255), 1).astype(np.uint8)[changed]
    return edit


def _positions(arrival: _Arrival, plate_hw: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """Returns, for each plate pixel, x and y in the source plate's pixel indices, and the visibility on the way."""
    height, width = plate_hw
    rows, columns = arrival.chain.confidence.shape
    visible = np.minimum(arrival.chain.confidence * np.float32(STEP_TRUST**-arrival.steps), np.float32(1))
    field = arrival.chain.field
    if (rows, columns) != plate_hw:
        ratio = np.array([width / columns, height / rows], np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR) * ratio
        visible = cv2.resize(visible, (width, height), interpolation=cv2.INTER_LINEAR)
    target = field + pixel_grid(height, width)
    return np.ascontiguousarray(target[..., 0]), np.ascontiguousarray(target[..., 1]), visible


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice] | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _on_the_way(flow: FlowStore, frame: int, route: Sequence[int]) -> list[int]:
    """Returns all frames of the clip that lie on the way, also those the result lacks."""
    if not route:
        return []
    first, last = min(frame, route[-1]), max(frame, route[-1])
    between = [number for number in flow.frames_between(first, last) if number != frame]
    return between[::-1] if route[-1] < frame else between


def _span(numbers: Sequence[int]) -> str:
    return str(FrameRange(numbers[0], numbers[-1] + 1)) if numbers else "none yet"
