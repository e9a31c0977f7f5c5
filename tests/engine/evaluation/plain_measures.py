"""J and F pixel by pixel from their definitions: the oracle for the fast forms."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def plain_j(found: Mask, truth: Mask) -> float:
    union = int((found | truth).sum())
    return int((found & truth).sum()) / union if union else 1.0


def plain_edge_points(mask: Mask) -> list[tuple[int, int]]:
    height, width = mask.shape
    points = []
    for y in range(height):
        for x in range(width):
            neighbours = [(y, x + 1), (y + 1, x), (y + 1, x + 1)]
            inside = [(row, column) for row, column in neighbours if row < height and column < width]
            if any(mask[row, column] != mask[y, x] for row, column in inside):
                points.append((y, x))
    return points


def plain_f(found: Mask, truth: Mask) -> float:
    reach = math.ceil(0.008 * math.sqrt(found.shape[0] ** 2 + found.shape[1] ** 2))
    edge, true_edge = plain_edge_points(found), plain_edge_points(truth)
    if not edge or not true_edge:
        return 1.0 if not edge and not true_edge else 0.0
    precision = _matched(edge, true_edge, reach)
    recall = _matched(true_edge, edge, reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _matched(points: list[tuple[int, int]], others: list[tuple[int, int]], reach: int) -> float:
    near = [any((y - v) ** 2 + (x - u) ** 2 <= reach**2 for v, u in others) for y, x in points]
    return sum(near) / len(near)
