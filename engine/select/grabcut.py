"""Selecting by clicks or a box without learned weights: GrabCut (Rother et al. 2004) on a small copy, edges refined.

GrabCut takes seconds on a full frame. It runs here on at most 192 x 192 pixels; a guided filter (He et al. 2010) then
moves its outline onto the edges of the full-size picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.select.hints import Hints, Rectangle, Selection

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class GrabCutSettings:
    """How a region is cut out.

    Attributes:
        working_px: Longer side of the copy that GrabCut sees.
        iterations: Rounds of GrabCut.
        reach: A click looks this share of the image's shorter side around itself.
        seed_px: Radius, in working pixels, of what a click says for certain.
        colour_spread: Distance in Lab at which a colour is no longer like the clicked one.
        edge_radius: Radius of the guided filter in working pixels.
        edge_epsilon: Its regularisation, for values of 0..1.
    """

    working_px: int = 192
    iterations: int = 2
    reach: float = 0.45
    seed_px: float = 3.0
    colour_spread: float = 28.0
    edge_radius: float = 2.0
    edge_epsilon: float = 1e-3


def grab_cut(image: NDArray[np.uint8], hints: Hints, settings: GrabCutSettings | None = None) -> Selection:
    """Returns the region that clicks and box point at.

    Args:
        image: (H, W, 3) uint8 sRGB.
        hints: At least a point inside or a box.
        settings: How it is cut.

    Raises:
        InputError: There is neither a point inside nor a box, or they lie off the image.
    """
    settings = settings or GrabCutSettings()
    box = _looked_at(image, hints, settings)
    left, top, right, bottom = box
    crop = image[top:bottom, left:right]
    scale = min(1.0, settings.working_px / max(crop.shape[:2]))
    size = (max(8, round(crop.shape[1] * scale)), max(8, round(crop.shape[0] * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    trimap = _trimap(small, hints, box, settings)
    cut = _cut(small, trimap, settings.iterations)
    mask = _refined(crop, cut, settings) if crop.shape[:2] != small.shape[:2] else cut
    return Selection(box, _joined_to_clicks(mask, hints, box))


def _looked_at(image: NDArray[np.uint8], hints: Hints, settings: GrabCutSettings) -> Rectangle:
    height, width = image.shape[:2]
    if hints.box is not None:
        left, top, right, bottom = hints.box
        margin = max(8, round(0.15 * max(right - left, bottom - top)))
    elif hints.inside:
        xs, ys = zip(*hints.inside, strict=True)
        left, top, right, bottom = int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1
        margin = round(settings.reach * min(height, width))
    else:
        raise InputError("Nothing to select from: click inside the region or draw a box around it.")
    seen = max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin)
    if seen[0] >= seen[2] or seen[1] >= seen[3]:
        raise InputError("The selection lies off the image. Click inside it.")
    return seen


def _trimap(small: NDArray[np.uint8], hints: Hints, box: Rectangle, settings: GrabCutSettings) -> NDArray[np.uint8]:
    height, width = small.shape[:2]
    scale_x, scale_y = width / (box[2] - box[0]), height / (box[3] - box[1])

    def placed(point: tuple[float, float]) -> tuple[int, int]:
        x, y = int((point[0] - box[0]) * scale_x), int((point[1] - box[1]) * scale_y)
        return min(width - 1, max(0, x)), min(height - 1, max(0, y))

    trimap = np.full((height, width), cv2.GC_BGD if hints.box is not None else cv2.GC_PR_BGD, np.uint8)
    if hints.box is not None:
        left, top = placed((hints.box[0], hints.box[1]))
        right, bottom = placed((hints.box[2], hints.box[3]))
        trimap[top : bottom + 1, left : right + 1] = cv2.GC_PR_FGD
    else:
        trimap[_like_the_clicks(small, [placed(p) for p in hints.inside], settings)] = cv2.GC_PR_FGD
    radius = max(1, round(settings.seed_px))
    for points, value in ((hints.outside, cv2.GC_BGD), (hints.inside, cv2.GC_FGD)):
        for point in points:
            cv2.circle(trimap, placed(point), radius, int(value), -1)
    return trimap


def _like_the_clicks(small: NDArray[np.uint8], clicks: list[tuple[int, int]], settings: GrabCutSettings) -> Mask:
    """Returns what is like one of the clicked colours and joined to that click: GrabCut's first guess."""
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.5)
    guess = np.zeros(small.shape[:2], bool)
    for x, y in clicks:
        near = lab[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].reshape(-1, 3)
        like = np.linalg.norm(lab - np.median(near, axis=0), axis=2) < settings.colour_spread
        _, components = cv2.connectedComponents(like.astype(np.uint8), connectivity=4)
        if components[y, x]:
            guess |= components == components[y, x]
    return guess


def _cut(small: NDArray[np.uint8], trimap: NDArray[np.uint8], iterations: int) -> Mask:
    wanted = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
    if wanted.all() or not wanted.any():
        return np.asarray(wanted)
    cv2.setRNGSeed(0)
    cv2.grabCut(small, trimap, None, np.zeros((1, 65)), np.zeros((1, 65)), iterations, cv2.GC_INIT_WITH_MASK)
    return np.asarray((trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD))


def _refined(crop: NDArray[np.uint8], cut: Mask, settings: GrabCutSettings) -> Mask:
    """Returns the cut at the size of `crop`, its outline moved onto the edges of the picture."""
    height, width = crop.shape[:2]
    scale = max(height / cut.shape[0], width / cut.shape[1])
    guide = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    soft = cv2.resize(cut.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    side = 2 * max(1, round(settings.edge_radius * scale)) + 1

    def mean(values: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT))

    mean_guide, mean_soft = mean(guide), mean(soft)
    variance = mean(guide * guide) - mean_guide * mean_guide
    slope = (mean(guide * soft) - mean_guide * mean_soft) / (variance + np.float32(settings.edge_epsilon))
    offset = mean_soft - slope * mean_guide
    return np.asarray(mean(slope) * guide + mean(offset) >= 0.5)


def _joined_to_clicks(mask: Mask, hints: Hints, box: Rectangle) -> Mask:
    """Drops pieces that hold no click; without clicks, all but those of a twentieth of the largest and more."""
    count, components, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 1:
        return mask
    if hints.inside:
        kept = {int(components[int(y) - box[1], int(x) - box[0]]) for x, y in hints.inside} - {0}
    else:
        areas = stats[:, cv2.CC_STAT_AREA]
        kept = {index for index in range(1, count) if areas[index] * 20 >= areas[1:].max()}
    return np.isin(components, list(kept)) if kept else mask
