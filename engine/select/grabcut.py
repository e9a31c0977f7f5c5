"""Selecting by clicks or a box without learned weights: GrabCut (Rother et al. 2004) on a small copy, edges refined.

GrabCut takes seconds on a full frame. It runs here on at most 192 x 192 pixels; a guided filter (He et al. 2010) then
moves its outline onto the edges of the full-size picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
        reach: Without `Hints.reach_px`, a click looks this share of the image's shorter side around itself.
        seed_px: Radius, in working pixels, of what a click says for certain.
        smoothing_px: Gaussian before edges are looked for, in working pixels.
        step_cost: Cost of going one working pixel, against an edge of one unit of Lab a pixel.
        colour_weight: Cost of a unit of Lab away from the clicked colour.
        largest_share: A click selects at most this share of what it looks at.
        regions_tried: How many regions are compared.
        size_preference: Exponent of the region's share: above 0, larger regions are preferred to small spots.
        play: GrabCut may move the outline by this share of the region's size.
        closer_looks: How often a selection that fills little of its window is looked at again, closer.
        closer_margin: Room around it then, as a share of its longer side.
        closest_px: At least this much room, in image pixels.
        edge_radius: Radius of the guided filter in working pixels.
        edge_epsilon: Its regularisation, for values of 0..1.
    """

    working_px: int = 192
    iterations: int = 2
    reach: float = 0.45
    seed_px: float = 3.0
    smoothing_px: float = 1.5
    step_cost: float = 0.5
    colour_weight: float = 0.1
    largest_share: float = 0.6
    regions_tried: int = 40
    size_preference: float = 0.0
    play: float = 0.2
    closer_looks: int = 2
    closer_margin: float = 1.0
    closest_px: float = 24.0
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
    selection = _selected_in(image, hints, box, settings)
    for _ in range(settings.closer_looks):
        closer = _closer(selection, hints, settings)
        if hints.box is not None or closer is None:
            break
        selection = _selected_in(image, hints, closer, settings)
    return selection


def _selected_in(image: NDArray[np.uint8], hints: Hints, box: Rectangle, settings: GrabCutSettings) -> Selection:
    left, top, right, bottom = box
    crop = image[top:bottom, left:right]
    scale = min(1.0, settings.working_px / max(crop.shape[:2]))
    size = (max(8, round(crop.shape[1] * scale)), max(8, round(crop.shape[0] * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    cut = _cut(small, _trimap(small, hints, box, settings), settings.iterations)
    mask = _refined(crop, cut, settings) if crop.shape[:2] != small.shape[:2] else cut
    return Selection(box, _joined_to_clicks(mask, hints, box))


def _closer(selection: Selection, hints: Hints, settings: GrabCutSettings) -> Rectangle | None:
    """Returns the part of the window to look at more closely, or None where the selection fills enough of it."""
    rows, columns = np.nonzero(selection.mask)
    if not rows.size:
        return None
    left, top, right, bottom = selection.box
    xs = [float(left + columns.min()), float(left + columns.max() + 1), *(x for x, _ in hints.inside)]
    ys = [float(top + rows.min()), float(top + rows.max() + 1), *(y for _, y in hints.inside)]
    margin = max(settings.closest_px, settings.closer_margin * max(max(xs) - min(xs), max(ys) - min(ys)))
    closer = (
        max(left, int(min(xs) - margin)),
        max(top, int(min(ys) - margin)),
        min(right, int(max(xs) + margin)),
        min(bottom, int(max(ys) + margin)),
    )
    area = (closer[2] - closer[0]) * (closer[3] - closer[1])
    return closer if area < 0.5 * (right - left) * (bottom - top) else None


def _looked_at(image: NDArray[np.uint8], hints: Hints, settings: GrabCutSettings) -> Rectangle:
    height, width = image.shape[:2]
    if hints.box is not None:
        left, top, right, bottom = hints.box
        margin = max(8, round(0.15 * max(right - left, bottom - top)))
    elif hints.inside:
        xs, ys = zip(*hints.inside, strict=True)
        left, top, right, bottom = int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1
        margin = round(hints.reach_px or settings.reach * min(height, width))
    else:
        raise InputError("Nothing to select from: click inside the region or draw a box around it.")
    seen = max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin)
    if seen[0] >= seen[2] or seen[1] >= seen[3]:
        raise InputError("The selection lies off the image. Click inside it.")
    return seen


@dataclass(frozen=True)
class Clicks:
    """Clicks in working pixels: columns and rows."""

    inside: tuple[tuple[int, int], ...]
    outside: tuple[tuple[int, int], ...]


def _trimap(small: NDArray[np.uint8], hints: Hints, box: Rectangle, settings: GrabCutSettings) -> NDArray[np.uint8]:
    height, width = small.shape[:2]
    scale_x, scale_y = width / (box[2] - box[0]), height / (box[3] - box[1])

    def placed(point: tuple[float, float]) -> tuple[int, int]:
        x, y = int((point[0] - box[0]) * scale_x), int((point[1] - box[1]) * scale_y)
        return min(width - 1, max(0, x)), min(height - 1, max(0, y))

    clicks = Clicks(tuple(map(placed, hints.inside)), tuple(map(placed, hints.outside)))
    trimap = np.full((height, width), cv2.GC_BGD, np.uint8)
    if hints.box is not None:
        left, top = placed((hints.box[0], hints.box[1]))
        right, bottom = placed((hints.box[2], hints.box[3]))
        trimap[top : bottom + 1, left : right + 1] = cv2.GC_PR_FGD
        if not clicks.inside:
            # Small boxes lose everything to the background without something that is certain.
            clicks = replace(clicks, inside=(((left + right) // 2, (top + bottom) // 2),))
    else:
        guess = _like_the_clicks(small, clicks, settings)
        reach = max(3.0, settings.play * float(np.sqrt(guess.sum())))
        away = cv2.distanceTransform((~guess).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        trimap[away <= reach] = cv2.GC_PR_BGD
        trimap[guess] = cv2.GC_PR_FGD
    radius = max(1, round(settings.seed_px))
    for points, value in ((clicks.outside, cv2.GC_BGD), (clicks.inside, cv2.GC_FGD)):
        for point in points:
            cv2.circle(trimap, point, radius, int(value), -1)
    return trimap


def _like_the_clicks(small: NDArray[np.uint8], clicks: Clicks, settings: GrabCutSettings) -> Mask:
    """Returns GrabCut's first guess: what is nearer to the clicks inside than to those outside, grown to an edge.

    Distance is measured over the picture: it costs to cross edges and to leave the clicked colour. Of the regions
    within growing distances the one is taken whose outline lies on the strongest edges.
    """
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lab = cv2.GaussianBlur(lab, (0, 0), settings.smoothing_px)
    edge = _gradient(lab)
    distance = _distance_from(clicks.inside, lab, edge, settings)
    allowed = np.ones(distance.shape, bool)
    if clicks.outside:
        allowed = distance < _distance_from(clicks.outside, lab, edge, settings)
    return _best_outlined(distance, allowed, edge, settings)


def _distance_from(
    clicks: tuple[tuple[int, int], ...], lab: NDArray[np.float32], edge: NDArray[np.float32], settings: GrabCutSettings
) -> NDArray[np.float64]:
    from skimage.graph import MCP_Geometric  # 0.3 s, which the window's start does not have

    colour = np.min([np.linalg.norm(lab - _median_near(lab, x, y), axis=2) for x, y in clicks], axis=0)
    cost = settings.step_cost + edge + settings.colour_weight * colour
    distance, _ = MCP_Geometric(cost).find_costs([(y, x) for x, y in clicks])
    return np.asarray(distance, np.float64)


def _best_outlined(
    distance: NDArray[np.float64], allowed: Mask, edge: NDArray[np.float32], settings: GrabCutSettings
) -> Mask:
    best, best_score = distance <= np.quantile(distance, 0.02), -1.0
    kernel = np.ones((3, 3), np.uint8)
    for share in np.linspace(0.02, settings.largest_share, settings.regions_tried):
        region = ((distance <= np.quantile(distance, share)) & allowed).astype(np.uint8)
        # The border of the window is no edge: an outline along it counts as flat.
        rim = (region - cv2.erode(region, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)).astype(bool)
        if not rim.any():
            continue
        inner = rim.copy()
        inner[0], inner[-1], inner[:, 0], inner[:, -1] = False, False, False, False
        score = float(edge[inner].sum() / rim.sum()) * share**settings.size_preference
        if score > best_score:
            best, best_score = region.astype(bool), score
    return best


def _gradient(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = [
        cv2.Sobel(channel, cv2.CV_32F, dx, dy, scale=1 / 8) ** 2
        for channel in cv2.split(lab)
        for dx, dy in ((1, 0), (0, 1))
    ]
    return np.asarray(np.sqrt(sum(squares)), np.float32)


def _median_near(lab: NDArray[np.float32], x: int, y: int) -> NDArray[np.float32]:
    near = lab[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].reshape(-1, 3)
    return np.asarray(np.median(near, axis=0))


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
