"""How well a painted frame, warped onto a frame, explains each of its pixels (feasibility study 2, item 3)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.frame_view import FrameView

_BASE_TOLERANCE = 5.0  # levels of 8-bit Lab; with the next three from the study
_GRADIENT_TOLERANCE = 1.2
_GRADIENT_SLACK = 2.0
_LIGHT_WEIGHT = 0.7
_GAIN_RANGE = (0.6, 1.6)
_TRIMMING_ROUNDS = 3
_KEPT_SHARE = 0.7
_COARSE_SIGMA = (
    6.0  # half-size pixels; with the next, of 4 to 8 and 6 to 10 the middle: turning wheels gain, occluders do not
)
_COARSE_TOLERANCE = 8.0
_SAMPLES = 6000
_FEWEST_SAMPLES = 30


def explained(
    frame: FrameView,
    painted: FrameView,
    half_map: NDArray[np.float32],
    valid: NDArray[np.bool_],
    *,
    corner: tuple[int, int] = (0, 0),
    fit_on: NDArray[np.bool_] | None = None,
) -> NDArray[np.float32]:
    """Returns q, (bh, bw) float32 in [0, 1], for a box of the half-size frame.

    Args:
        frame: The frame to explain.
        painted: The painted frame.
        half_map: (bh, bw, 2) float32: where each pixel of the box lies in the half-size painted frame.
        valid: (bh, bw) bool: where the map means anything.
        corner: Row and column of the box in the half-size frame.
        fit_on: (bh, bw) bool: where light is compared; `valid` where None.
    """
    rows = slice(corner[0], corner[0] + half_map.shape[0])
    columns = slice(corner[1], corner[1] + half_map.shape[1])
    here = frame.half_lab[rows, columns]
    there = cv2.remap(painted.half_lab, half_map, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    edges = cv2.remap(painted.half_gradient, half_map, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    scale, offset = _light_change(here, there, valid if fit_on is None else fit_on)
    difference = cv2.GaussianBlur(here - there * scale - offset, (0, 0), 0.6)
    tolerance = np.minimum(frame.half_gradient[rows, columns], edges + _GRADIENT_SLACK)
    tolerance = _BASE_TOLERANCE + _GRADIENT_TOLERANCE * tolerance
    difference *= difference
    distance = _LIGHT_WEIGHT * difference[..., 0] + difference[..., 1] + difference[..., 2]
    likeness = cv2.exp(distance / (-2.0 * tolerance * tolerance))
    likeness = cv2.GaussianBlur(likeness, (0, 0), 1.0)
    likeness[~valid] = 0.0
    return np.asarray(likeness, np.float32)


def explained_coarsely(
    frame: FrameView,
    painted: FrameView,
    half_map: NDArray[np.float32],
    inside: NDArray[np.bool_],
    *,
    corner: tuple[int, int] = (0, 0),
) -> NDArray[np.float32]:
    """Returns how well mean colours agree, (bh, bw) float32 in [0, 1], 0 outside an object.

    What turns, is smeared by motion or ripples keeps the mean colours of its surroundings, though no pixel agrees; an
    occluder of another colour does not. Means are taken over the object's own pixels.

    Args:
        frame: The frame to explain.
        painted: The painted frame.
        half_map: (bh, bw, 2) float32: where each pixel of the box lies in the half-size painted frame.
        inside: (bh, bw) bool: the object.
        corner: Row and column of the box in the half-size frame.
    """
    rows = slice(corner[0], corner[0] + half_map.shape[0])
    columns = slice(corner[1], corner[1] + half_map.shape[1])
    here = frame.half_lab[rows, columns]
    there = cv2.remap(painted.half_lab, half_map, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    scale, offset = _light_change(here, there, inside)
    own = inside.astype(np.float32)
    share = np.maximum(cv2.GaussianBlur(own, (0, 0), _COARSE_SIGMA), np.float32(1e-3))[..., None]
    difference = cv2.GaussianBlur((here - there * scale - offset) * own[..., None], (0, 0), _COARSE_SIGMA) / share
    difference *= difference
    distance = _LIGHT_WEIGHT * difference[..., 0] + difference[..., 1] + difference[..., 2]
    return np.asarray(np.exp(distance / (-2.0 * _COARSE_TOLERANCE**2)) * own, np.float32)


def _light_change(
    here: NDArray[np.float32], there: NDArray[np.float32], where: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the gain and offset, (3,) each, that turn `there` into `here` on most of `where`."""
    index = np.flatnonzero(where)
    if len(index) < _FEWEST_SAMPLES:
        return np.ones(3, np.float32), np.zeros(3, np.float32)
    index = index[:: max(1, len(index) // _SAMPLES)]
    target, given = here.reshape(-1, 3)[index], there.reshape(-1, 3)[index]
    scale, offset = np.ones(3, np.float32), np.zeros(3, np.float32)
    kept = np.ones(len(index), bool)
    for _ in range(_TRIMMING_ROUNDS):
        ratio = np.median(target[kept, 0] / np.maximum(given[kept, 0], 8.0))
        scale[0] = np.clip(ratio, *_GAIN_RANGE)
        offset = np.median(target[kept] - given[kept] * scale, axis=0).astype(np.float32)
        residual = np.abs(target - given * scale - offset).sum(1)
        kept = residual <= np.quantile(residual, _KEPT_SHARE)
    return scale, offset
