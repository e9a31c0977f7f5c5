"""The component rule: which islands of an object are believed (feasibility study 2, item 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.frame_view import FrameView
from engine.quick.objects import object_mask
from engine.quick.painted import PaintedFrame

_SUPPORT = 0.25  # mean sum(P C) of a component that the painted frames vouch for; this and what follows: study 2
_PROBABILITY = 0.5
_LOOSE_PROBABILITY = 0.6
_LOOSE_REACH = 15
_LOCATED = 0.55
_BOOST = 1.2
_LEAST_AREA = 0.12
_WHOLE = 0.8  # of the typical area: what is found at that size needs no boost, which only swells it (chair by 8 %)
_LEAST_AREA_AT_BORDER = 0.002  # .006 in the study; what just comes into the frame is smaller still
_SLIVER = 4  # pixels across; of what comes into the frame the colours are compared with those of a piece, not of all
_SLIVER_AREA = 64  # pixels; fewer have no colours to speak of
_SLIVER_PROBABILITY = 0.75
_LEAST_LIKENESS = 0.6
_HALF_VOUCHED = 0.1  # where painted frames vouch this much, a change of light may change the colours
_HALF_VALUE = 0.5  # with the next two: what belongs to an object although something unknown lies between
_GREATEST_AREA = 1.25
_GAP = 0.4  # of the side of a square as large as the object
_BINS = 8


@dataclass(frozen=True)
class ObjectLook:
    """What an object looked like where it was painted.

    Attributes:
        group: Its channels.
        area: Typical area in working pixels, 0 where it was never painted.
        histogram: (8, 8, 8) float32 colour histogram in Lab, summing to 1.
    """

    group: tuple[int, ...]
    area: float
    histogram: NDArray[np.float32]


@dataclass(frozen=True)
class Ruling:
    """What the rule decided.

    Attributes:
        probabilities: (K+1, h, w) float32, background first, with the unbelieved islands given to the background.
        located: For each object, whether the painted frames vouch for where it is; None where it is absent.
    """

    probabilities: NDArray[np.float32]
    located: tuple[bool | None, ...]


def object_looks(painted: Sequence[PaintedFrame], groups: Sequence[tuple[int, ...]]) -> tuple[ObjectLook, ...]:
    """Returns the look of each object over the painted frames."""
    looks = []
    for group in groups:
        areas = []
        total = np.zeros((_BINS,) * 3, np.float32)
        for reference in painted:
            mask = object_mask(reference, group) > 0
            if mask.any():
                areas.append(float(np.count_nonzero(mask)))
                total += _histogram(reference.view, mask)
        looks.append(
            ObjectLook(
                group, float(np.median(areas)) if areas else 0.0, np.asarray(total / max(len(areas), 1), np.float32)
            )
        )
    return tuple(looks)


def rule(
    frame: FrameView, probabilities: NDArray[np.float32], support: NDArray[np.float32], looks: Sequence[ObjectLook]
) -> Ruling:
    """Keeps the components of each object that are believed.

    Args:
        frame: The frame.
        probabilities: (K+1, h, w) float32, background first.
        support: (K, h, w) float32: P C of each part: what the painted frames vouch for.
        looks: The objects.
    """
    result = probabilities.copy()
    trust = np.clip(support.sum(0), 0.0, 1.0)
    located: list[bool | None] = []
    for look in looks:
        parts = list(look.group)
        foreground = probabilities[parts].sum(0)
        vouched = support[[k - 1 for k in parts]].sum(0)
        strength, kept, found = _believed(frame, foreground, vouched, trust, look)
        located.append(found)
        result[parts] *= np.where(kept, strength, np.float32(0.0))
    foreground = result[1:].sum(0)
    excess = np.maximum(foreground, 1.0)
    result[1:] /= excess
    result[0] = 1.0 - foreground / excess
    return Ruling(result, tuple(located))


def _believed(
    frame: FrameView,
    foreground: NDArray[np.float32],
    vouched: NDArray[np.float32],
    trust: NDArray[np.float32],
    look: ObjectLook,
) -> tuple[NDArray[np.float32], NDArray[np.bool_], bool | None]:
    """Returns a factor for the object's probability, where it is kept, and whether the object is located."""
    count, names, stats = _islands(foreground > _PROBABILITY)
    support = _means(vouched, names, count)
    strength = np.ones_like(foreground)
    if count > 1 and support[1:].max() >= _LOCATED:
        kept = _supported(foreground, names, stats, support)
        return strength, kept[names] | _near(kept[names], foreground), True
    chosen = _most_alike(frame, foreground, vouched, look)
    if chosen is None or (np.count_nonzero(chosen) < _WHOLE * look.area and not _cut_off(chosen)):
        strength = 1.0 + np.float32(_BOOST) * (1.0 - trust)
        chosen = _most_alike(frame, np.minimum(foreground * strength, 1.0), vouched, look)
    if chosen is None:
        return strength, np.zeros(foreground.shape, bool), None
    return strength, chosen | _near(chosen, foreground), False


def _cut_off(component: NDArray[np.bool_]) -> bool:
    """Returns whether the frame's border cuts through: then it has a reason to be small."""
    return bool(component[[0, -1]].any() or component[:, [0, -1]].any())


def _supported(
    foreground: NDArray[np.float32],
    names: NDArray[np.int32],
    stats: NDArray[np.int32],
    support: NDArray[np.float32],
) -> NDArray[np.bool_]:
    count = len(support)
    mean = _means(foreground, names, count)
    kept = (support >= _SUPPORT) & (mean > _PROBABILITY)
    kept[0] = False
    area = stats[:, cv2.CC_STAT_AREA]
    largest = float(area[kept].max()) if kept.any() else 0.0
    away = cv2.distanceTransform((~kept[names]).astype(np.uint8), cv2.DIST_L2, 3) > _LOOSE_REACH
    far = _means(away.astype(np.float32), names, count)
    loose = ~kept & (far < 0.5) & (area <= 0.5 * largest) & (mean > _LOOSE_PROBABILITY)
    loose[0] = False
    return np.asarray(kept | loose)


def _most_alike(
    frame: FrameView, foreground: NDArray[np.float32], vouched: NDArray[np.float32], look: ObjectLook
) -> NDArray[np.bool_] | None:
    """Returns the component that looks most like the object, with its other half, or None where it is absent."""
    count, names, stats = _islands(foreground > _PROBABILITY)
    mean = _means(foreground, names, count)
    support = _means(vouched, names, count)
    height, width = foreground.shape
    values: dict[int, float] = {}
    for name in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[name])
        at_border = left == 0 or top == 0 or left + wide == width or top + high == height
        if area < (_LEAST_AREA_AT_BORDER if at_border else _LEAST_AREA) * look.area:
            continue
        if mean[name] <= _LOOSE_PROBABILITY:
            continue
        own = _histogram(frame, names == name)
        alike = float(np.sqrt(own * look.histogram).sum())
        vouching = 1.0 + min(1.0, float(support[name]) / _SUPPORT)
        sliver = (
            at_border
            and min(wide, high) >= _SLIVER
            and area >= _SLIVER_AREA
            and mean[name] > _SLIVER_PROBABILITY
            and _contained(own, area / max(look.area, 1.0), look) > _LEAST_LIKENESS
        )
        if alike > _LEAST_LIKENESS or support[name] > _HALF_VOUCHED or sliver:
            size = min(1.0, area / max(look.area, 1.0))
            values[name] = float(np.sqrt(size) * mean[name] ** 2 * alike * vouching)
    if not values:
        return None
    return _with_other_half(names, stats, values, look)


def _contained(own: NDArray[np.float32], share: float, look: ObjectLook) -> float:
    """Returns how much of a component's colours the object has, however little of the object it is."""
    return float(np.minimum(share * own, look.histogram).sum() / share)


def _with_other_half(
    names: NDArray[np.int32], stats: NDArray[np.int32], values: dict[int, float], look: ObjectLook
) -> NDArray[np.bool_]:
    """Returns the best component and what may be the rest of the object behind an occluder: near, and not too much.

    The study keeps one; an object that a post cuts in two then loses half.
    """
    order = sorted(values, key=lambda name: -values[name])
    kept: NDArray[np.bool_] = names == order[0]
    area = int(stats[order[0], cv2.CC_STAT_AREA])
    for name in order[1:]:
        area += int(stats[name, cv2.CC_STAT_AREA])
        if values[name] < _HALF_VALUE * values[order[0]] or area > _GREATEST_AREA * look.area:
            break
        away = cv2.distanceTransform((~kept).astype(np.uint8), cv2.DIST_L2, 3)
        if float(away[names == name].min()) <= _GAP * np.sqrt(look.area):
            kept = kept | (names == name)
    return kept


def _near(kept: NDArray[np.bool_], foreground: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Returns the soft rim around what is kept: pixels below the threshold that touch no other island."""
    rim = cv2.dilate(kept.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return np.asarray(rim & (foreground <= _PROBABILITY))


def _islands(mask: NDArray[np.bool_]) -> tuple[int, NDArray[np.int32], NDArray[np.int32]]:
    count, names, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return count, names, stats


def _means(plane: NDArray[np.float32], names: NDArray[np.int32], count: int) -> NDArray[np.float32]:
    total = np.bincount(names.ravel(), plane.ravel(), minlength=count)
    number = np.bincount(names.ravel(), minlength=count)
    return np.asarray(total / np.maximum(number, 1), np.float32)


def _histogram(frame: FrameView, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Returns an (8, 8, 8) histogram of Lab; a and b are spread over the middle half of their range."""
    ranges = [0, 256, 64, 192, 64, 192]
    bins = cv2.calcHist([frame.lab], [0, 1, 2], mask.astype(np.uint8), [_BINS] * 3, ranges)
    return np.asarray(bins / max(float(bins.sum()), 1.0), np.float32)
