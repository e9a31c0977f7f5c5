"""The magnet of lasso and polygon: a point moves to the strongest edge near it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.pointer import Pointer
from app.canvas.tools.tool import ToolHost

_FAINTEST_EDGE = 24.0
_RADIUS_SCREEN_PX = 10


def magnetic(host: ToolHost, pointer: Pointer) -> tuple[float, float]:
    """Returns where the pointer counts: on the strongest edge within ten screen pixels while the magnet is on."""
    image = host.document.image
    if not host.magnet or image is None:
        return pointer.x, pointer.y
    radius = min(64.0, max(2.0, _RADIUS_SCREEN_PX / host.viewport.zoom))
    return snapped(image, pointer.x, pointer.y, radius)


def snapped(image: NDArray[np.uint8], x: float, y: float, radius: float) -> tuple[float, float]:
    """Returns the strongest edge of the image near (x, y), near ones preferred; the place itself where there is none.

    Args:
        image: (H, W, 3) uint8 sRGB.
        x: Image column, pixel centres at +0.5.
        y: Image row.
        radius: How far to look, in image pixels.
    """
    height, width = image.shape[:2]
    reach = int(np.ceil(radius)) + 2
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    crop = image[top : min(height, int(y) + reach + 1), left : min(width, int(x) + reach + 1)]
    if min(crop.shape[:2]) < 3:
        return x, y
    grey = cv2.GaussianBlur(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), (0, 0), 1.0).astype(np.float32)
    strength = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    rows, columns = np.indices(strength.shape)
    distance = np.hypot(columns + left + 0.5 - x, rows + top + 0.5 - y)
    score = np.where(distance <= radius, strength * (1 - 0.5 * distance / radius), 0)
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    if strength[row, column] < _FAINTEST_EDGE:
        return x, y
    return float(column + left) + 0.5, float(row + top) + 0.5
