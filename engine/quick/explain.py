"""How well a painted frame, warped onto a frame, explains each of its pixels (feasibility study 2, item 3)."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class TextureSettings:
    """How patterns are compared, not of the study; chosen on drive, light, caps and chair of `tests/footage`.

    The study's q compares colours with a tolerance that grows along edges. On rough ground it takes everything of the
    right brightness for the ground, and in new light it takes nothing for what it is. Patterns tell both apart.

    Attributes:
        sigma: Reach of the window in half-size pixels.
        noise: Variance in squared levels below which there is no pattern, only noise.
        different: Correlation at which patterns differ for certain, and at which they do no longer.
        same: Correlation from which patterns begin to be the same in another light, and at which they are.
        chroma_tolerance: Levels by which mean colours may then differ.
    """

    sigma: float = 2.5
    noise: float = 4.0
    different: tuple[float, float] = (0.3, 0.9)
    same: tuple[float, float] = (0.6, 0.9)
    chroma_tolerance: float = 8.0


@dataclass(frozen=True)
class Explanation:
    """How well a painted frame explains the pixels of a box.

    Attributes:
        likeness: (bh, bw) float32 in [0, 1], q: 1 where colours agree, or patterns do in another light.
        pattern: (bh, bw) float32 in [0, 1]: 0 where either has a pattern that the other does not have.
    """

    likeness: NDArray[np.float32]
    pattern: NDArray[np.float32]


def explained(
    frame: FrameView,
    painted: FrameView,
    half_map: NDArray[np.float32],
    valid: NDArray[np.bool_],
    *,
    corner: tuple[int, int] = (0, 0),
    fit_on: NDArray[np.bool_] | None = None,
    texture: TextureSettings | None = None,
) -> Explanation:
    """Returns how well a painted frame explains a box of the half-size frame.

    Args:
        frame: The frame to explain.
        painted: The painted frame.
        half_map: (bh, bw, 2) float32: where each pixel of the box lies in the half-size painted frame.
        valid: (bh, bw) bool: where the map means anything.
        corner: Row and column of the box in the half-size frame.
        fit_on: (bh, bw) bool: where light is compared; `valid` where None.
        texture: How patterns are compared.
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
    texture = texture or TextureSettings()
    correlation, textured = _patterns(here[..., 0], there[..., 0], texture)
    chroma = _blurred(cv2.sqrt(difference[..., 1] + difference[..., 2]), texture) / np.float32(texture.chroma_tolerance)
    likeness = np.maximum(likeness, ramp(correlation, texture.same) * np.exp(np.float32(-0.5) * chroma * chroma))
    likeness[~valid] = 0.0
    pattern = 1.0 - textured * (1.0 - ramp(correlation, texture.different))
    return Explanation(np.asarray(likeness, np.float32), np.asarray(pattern, np.float32))


def ramp(value: NDArray[np.floating], ends: tuple[float, float]) -> NDArray[np.float32]:
    """Returns 0 up to the first end, 1 from the second, and a straight line between them."""
    low, high = ends
    return np.asarray(np.clip((value - low) / (high - low), 0.0, 1.0), np.float32)


def _patterns(
    here: NDArray[np.float32], there: NDArray[np.float32], texture: TextureSettings
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Returns the correlation of two light planes around each pixel, and how much pattern there is in [0, 1]."""
    mean_here, mean_there = _blurred(here, texture), _blurred(there, texture)
    spread_here = np.maximum(_blurred(here * here, texture) - mean_here * mean_here, np.float32(0.0))
    spread_there = np.maximum(_blurred(there * there, texture) - mean_there * mean_there, np.float32(0.0))
    common = _blurred(here * there, texture) - mean_here * mean_there
    noise = np.float32(texture.noise)
    spread = np.maximum(spread_here, spread_there)
    correlation = common / np.sqrt((spread_here + noise) * (spread_there + noise))
    return np.asarray(correlation, np.float32), np.asarray(spread / (spread + 4 * noise), np.float32)


def _blurred(plane: NDArray[np.float32], texture: TextureSettings) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(plane), (0, 0), texture.sigma), np.float32)


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
