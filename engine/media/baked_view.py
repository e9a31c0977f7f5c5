"""A display view as a table: a tenth of the time, for playback and review videos."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.media.colour_curves import ACESCG_PRIMARIES, matrix_to_rec709
from engine.media.view_transform import ViewTransform

NODES = 49
"""Per axis. On photographs the mean error is under half a code value, see the tests."""
_TOE, _SLOPE, _LIFT, _STOPS, _SHIFT = 0.0078125, 10.5402377416545, 0.0729055341958355, 17.52, 9.72
"""ACEScct (Academy S-2016-001): nodes are spread evenly over stops, with a straight piece through black."""


class BakedView:
    """Looks light up in a table of a view, by linear interpolation in ACEScct.

    Colours outside of AP1 and light above 222 times white are shown as the nearest that the table holds.

    Args:
        view: The view; it is evaluated once for each node.
    """

    def __init__(self, view: ViewTransform) -> None:
        to_rec709 = np.array(matrix_to_rec709(ACESCG_PRIMARIES))
        self._to_ap1 = np.linalg.inv(to_rec709).astype(np.float32)
        axis = _decoded(np.linspace(0, 1, NODES))
        blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
        nodes = np.stack([red, green, blue], axis=3) @ to_rec709.T
        table = view.picture(nodes.reshape(NODES, NODES * NODES, 3).astype(np.float32))
        # Slices of constant blue beside each other, so that OpenCV interpolates red and green as x and y.
        cube = table.reshape(NODES, NODES, NODES, 3).transpose(1, 0, 2, 3)
        self._slices = np.ascontiguousarray(cube.reshape(NODES, NODES * NODES, 3)).astype(np.float32)

    def picture(self, light: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Returns (H, W, 3) float32 scene-linear Rec.709 light as an (H, W, 3) uint8 picture."""
        finite = np.nan_to_num(light, nan=0.0, posinf=1e6, neginf=-1e6)
        codes = _encoded(cv2.transform(finite, self._to_ap1))
        red, green, blue = cv2.split(np.clip(codes, 0, 1) * np.float32(NODES - 1))
        low = np.minimum(np.floor(blue), np.float32(NODES - 2))
        below = cv2.remap(self._slices, low * NODES + red, green, cv2.INTER_LINEAR)
        above = cv2.remap(self._slices, (low + 1) * NODES + red, green, cv2.INTER_LINEAR)
        mixed = below + (above - below) * (blue - low)[..., None]
        return np.asarray(np.rint(mixed), np.uint8)


def _encoded(light: NDArray[np.float32]) -> NDArray[np.float32]:
    stops = (np.log2(np.maximum(light, _TOE)) + np.float32(_SHIFT)) / np.float32(_STOPS)
    return np.asarray(np.where(light > _TOE, stops, light * np.float32(_SLOPE) + np.float32(_LIFT)), np.float32)


def _decoded(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _TOE * _SLOPE + _LIFT
    return np.where(codes > knee, np.exp2(codes * _STOPS - _SHIFT), (codes - _LIFT) / _SLOPE)
