"""Live-wire: the cheapest path along the edges of a picture (intelligent scissors, Mortensen & Barrett 1995)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_WINDOW = 193
_LOOK_AHEAD = 12
_STRAIGHT_MAY_COST = 1.1


@dataclass(frozen=True)
class WireSettings:
    """What an edge is worth.

    Attributes:
        smoothing_px: Gaussian before the gradient, in working pixels.
        flat_cost: Cost of a pixel without any edge, against 0.02 on the strongest edge nearby.
    """

    smoothing_px: float = 1.0
    flat_cost: float = 1.0


class LiveWire:
    """Paths from one anchor to the places around it.

    The search covers 193 x 193 working pixels around the anchor, each of `step` x `step` image pixels: about 10 ms,
    after which each path costs next to nothing.
    """

    def __init__(
        self,
        image: NDArray[np.uint8],
        anchor: tuple[float, float],
        step: float,
        settings: WireSettings | None = None,
    ) -> None:
        """Searches around `anchor`.

        Args:
            image: (H, W, 3) uint8 sRGB.
            anchor: (x, y) image pixels, centres at +0.5.
            step: Image pixels to a working pixel, 1 or more.
            settings: What an edge is worth.
        """
        from skimage.graph import MCP_Geometric  # 0.3 s, which the window's start does not have

        settings = settings or WireSettings()
        self.anchor = anchor
        self.step = max(1.0, step)
        half = _WINDOW // 2
        self._left = anchor[0] - (half + 0.5) * self.step
        self._top = anchor[1] - (half + 0.5) * self.step
        self._size = (image.shape[1], image.shape[0])
        cost = _edge_cost(_resampled(image, self._left, self._top, self.step), settings)
        self._cost = cost
        self._search = MCP_Geometric(cost)
        self._from_anchor, _ = self._search.find_costs([(half, half)])

    def reaches(self, x: float, y: float) -> bool:
        """Says whether a place lies inside the window that was searched."""
        column, row = self._cell(x, y)
        return 0 <= column < _WINDOW and 0 <= row < _WINDOW

    def path(self, x: float, y: float) -> list[tuple[float, float]]:
        """Returns the points from the anchor to (x, y), both included; a straight line where it does not reach."""
        if not self.reaches(x, y):
            return [self.anchor, (x, y)]
        column, row = self._cell(x, y)
        cells = np.asarray(self._search.traceback((row, column)))
        points = np.stack((cells[:, 1], cells[:, 0]), axis=1)
        # Steps of the grid are taken out: 0.75 of a working pixel is below what the search resolves.
        lean = cv2.approxPolyDP(points.astype(np.int32)[:, None], 0.75, False)[:, 0]
        placed = (self._pulled_straight(lean) + 0.5) * self.step + (self._left, self._top)
        inner = [(float(px), float(py)) for px, py in np.clip(placed[1:-1], 0, self._size)]
        return [self.anchor, *inner, (x, y)]

    def _pulled_straight(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        """Leaves out (column, row) cells where a straight line costs hardly more.

        Paths on a grid run in eight directions: across flat ground they would go round two sides of a triangle.
        """
        kept = [0]
        while kept[-1] < len(cells) - 1:
            here = kept[-1]
            furthest = min(len(cells) - 1, here + _LOOK_AHEAD)
            kept.append(next(k for k in range(furthest, here, -1) if k == here + 1 or self._straight(cells, here, k)))
        return cells[kept]

    def _straight(self, cells: NDArray[np.int32], start: int, end: int) -> bool:
        a, b = cells[start], cells[end]
        length = float(np.hypot(*(b - a)))
        line = np.round(np.linspace(a, b, max(2, int(length) + 1))).astype(np.intp)
        straight = float(self._cost[line[:, 1], line[:, 0]].mean()) * length
        along = float(self._from_anchor[b[1], b[0]] - self._from_anchor[a[1], a[0]])
        return straight <= _STRAIGHT_MAY_COST * abs(along)

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int((x - self._left) // self.step), int((y - self._top) // self.step)


def _resampled(image: NDArray[np.uint8], left: float, top: float, step: float) -> NDArray[np.float32]:
    """Returns the (193, 193, 3) window of `image`, each cell the mean of about `step` x `step` pixels."""
    side = _WINDOW * step
    x0, y0 = int(np.floor(left)) - 2, int(np.floor(top)) - 2
    x1, y1 = int(np.ceil(left + side)) + 2, int(np.ceil(top + side)) + 2
    height, width = image.shape[:2]
    inner = image[max(0, y0) : min(height, y1), max(0, x0) : min(width, x1)]
    padding = (max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width))
    padded = cv2.copyMakeBorder(inner, *padding, borderType=cv2.BORDER_REPLICATE).astype(np.float32)
    if step > 1:
        padded = cv2.blur(padded, (round(step), round(step)))
    offset = step / 2 - 0.5
    matrix = np.array(((step, 0, left - x0 + offset), (0, step, top - y0 + offset)), np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(padded, matrix, (_WINDOW, _WINDOW), flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _edge_cost(window: NDArray[np.float32], settings: WireSettings) -> NDArray[np.float64]:
    smooth = cv2.GaussianBlur(window, (0, 0), settings.smoothing_px)
    strength = np.zeros(window.shape[:2], np.float32)
    for channel in cv2.split(smooth):
        across = cv2.Sobel(channel, cv2.CV_32F, 1, 0)
        down = cv2.Sobel(channel, cv2.CV_32F, 0, 1)
        np.maximum(strength, np.hypot(across, down), out=strength)
    # The strongest two per cent count as full edges, so that a single highlight does not dwarf the rest.
    full = max(float(np.percentile(strength, 98)), 1e-3)
    edge = np.minimum(strength / full, 1)
    return 0.02 + settings.flat_cost * (1 - np.asarray(edge, np.float64)) ** 2
