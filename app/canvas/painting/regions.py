"""Regions of a label map: filling, holes, growing, shrinking, smoothing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box
from app.canvas.painting.nearest import nearest_label, other_label
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap

Mask = NDArray[np.bool_]


def connected(labels: LabelMap, x: int, y: int) -> Mask:
    """Returns the pixels joined to column `x`, row `y` by edges (not corners) through its own label."""
    flooded = np.zeros((labels.shape[0] + 2, labels.shape[1] + 2), np.uint8)
    # The image itself is not written to: FLOODFILL_MASK_ONLY.
    cv2.floodFill(labels, flooded, (x, y), 0, 0, 0, 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8))
    inside: Mask = flooded[1:-1, 1:-1] > 0
    return inside


def holes(part: Mask) -> Mask:
    """Returns the pixels outside `part` that it encloses: those not joined to the border of the image by edges."""
    outside = np.zeros((part.shape[0] + 2, part.shape[1] + 2), np.uint8)
    outside[1:-1, 1:-1] = part
    flooded = np.zeros((outside.shape[0] + 2, outside.shape[1] + 2), np.uint8)
    cv2.floodFill(outside, flooded, (0, 0), 2, 0, 0, 4)
    enclosed: Mask = outside[1:-1, 1:-1] == 0
    return enclosed


def grown(part: Mask, distance_px: float) -> Mask:
    """Returns `part` with everything within `distance_px` of it; a negative distance shrinks it.

    The border of the image does not eat into a part that touches it.
    """
    if distance_px >= 0:
        if not part.any():
            return part.copy()
        near: Mask = np.asarray(_distance(~part) <= distance_px)
        return near
    if part.all():
        return part.copy()
    far: Mask = np.asarray(_distance(part) > -distance_px)
    return far


def smoothed(part: Mask, radius_px: float) -> Mask:
    """Returns `part` with an outline freed of teeth and notches smaller than about `radius_px`.

    A Gaussian of the mask, cut at one half: straight edges stay where they are.
    """
    blurred = cv2.GaussianBlur(part.astype(np.float32), (0, 0), max(radius_px, 0.1), borderType=cv2.BORDER_REPLICATE)
    inside: Mask = np.asarray(blurred >= 0.5)
    return inside


def closed_rim(labels: LabelMap, coverage: NDArray[np.uint8], filled: Mask, label: int) -> Mask:
    """Returns the soft pixels of `label` whose rest lay in `filled`, which is about to become `label` too.

    Left alone they would stay half covered, a faint seam around the filled region.
    """
    soft: Mask = (labels == label) & (coverage < 255)
    if not soft.any():
        return soft
    _, index = cv2.distanceTransformWithLabels(
        (labels == label).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    other = labels != label
    in_filled = np.zeros(int(index.max()) + 1, bool)
    in_filled[index[other]] = filled[other]
    rim: Mask = soft & in_filled[index]
    return rim


@dataclass(frozen=True)
class Reshaped:
    """What becomes of a label map when one part takes a new shape.

    Attributes:
        box: Where it may differ.
        labels: (box.height, box.width) the new labels there.
        hardened: (box.height, box.width) pixels that are covered wholly from now on; holds all that changed label.
    """

    box: Box
    labels: LabelMap
    hardened: Mask


def reshape(labels: LabelMap, part: int, wanted: Mask, box: Box, writable: NDArray[np.uint8]) -> Reshaped:
    """Gives `part` the shape `wanted` inside `box`, as far as the rules allow.

    Pixels that the part leaves go to the nearest other label, or to background where that one may not change.

    Args:
        labels: (H, W) uint8, not changed.
        part: The part.
        wanted: (box.height, box.width) its new shape there.
        box: The part and whatever it may grow into.
        writable: (256,) uint8 from `Rules.writable`.
    """
    old = labels[box.slices]
    new = old.copy()
    allowed = np.take(writable, old) > 0
    new[wanted & allowed] = part
    left = (old == part) & ~wanted & allowed
    if left.any():
        nearest = nearest_label(old, (old != part) & (old != UNKNOWN), np.flatnonzero(left))
        heir = np.full(int(left.sum()), BACKGROUND, np.uint8) if nearest is None else nearest
        new[left] = np.where(np.take(writable, heir) > 0, heir, np.uint8(BACKGROUND))
    return Reshaped(box, new, new != old)


def soft_edge(labels: LabelMap, coverage: NDArray[np.uint8], part: int) -> Mask:
    """Returns the soft pixels of `part`'s outline, on both sides of it."""
    soft = coverage < 255
    if not soft.any():
        return soft
    edge: Mask = soft & ((labels == part) | (other_label(labels, coverage) == part))
    return edge


def _distance(mask: Mask) -> NDArray[np.float32]:
    """Returns the distance of each pixel of `mask` to the nearest one outside it, in pixels."""
    distance: NDArray[np.float32] = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance
