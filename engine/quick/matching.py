"""Geometric models between two frames from matched SIFT features (Lowe 2004, RootSIFT: Arandjelović 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.quick.frame_view import FrameView

_SEED = 1  # of OpenCV's RANSAC, which otherwise depends on what ran before


@dataclass(frozen=True)
class Model:
    """A projective map from frame pixels to pixels of a painted frame.

    Attributes:
        matrix: (3, 3) float64.
        inliers: Number of matches that agree with it.
    """

    matrix: NDArray[np.float64]
    inliers: int


@dataclass(frozen=True)
class Matches:
    """Features of a painted frame and their closest ones in a frame.

    Attributes:
        here: (n, 2) float32 positions in the frame.
        there: (n, 2) float32 positions in the painted frame.
        ratio: (n,) float32, distance to the closest divided by the distance to the second closest feature.
    """

    here: NDArray[np.float32]
    there: NDArray[np.float32]
    ratio: NDArray[np.float32]


def match(frame: FrameView, painted: FrameView) -> Matches:
    """Returns, for each feature of `painted`, the closest feature of `frame`."""
    here, here_code = frame.features
    there, there_code = painted.features
    if len(here) < 2 or len(there) < 1:
        none = np.zeros((0, 2), np.float32)
        return Matches(none, none, np.zeros(0, np.float32))
    likeness = there_code @ here_code.T
    rows = np.arange(len(there))
    nearest = likeness.argmax(1)
    first = likeness[rows, nearest]
    likeness[rows, nearest] = -1.0
    second = likeness.max(1)
    ratio = np.sqrt(np.maximum(1 - first, 0) / np.maximum(1 - second, 1e-9)).astype(np.float32)
    return Matches(here[nearest], there, ratio)


def view_model(frame: FrameView, matches: Matches) -> Model | None:
    """Returns the homography of the whole view, or None where too few features agree (study 2, item 2, `g`)."""
    good = matches.ratio < 0.85
    here, there = matches.here[good], matches.there[good]
    if len(here) < 18:
        return None
    cv2.setRNGSeed(_SEED)
    matrix, inlier = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 3.0, maxIters=2000, confidence=0.999)
    count = int(inlier.sum()) if inlier is not None else 0
    if matrix is None or count < 18 or not _plausible(matrix, frame):
        return None
    return Model(np.asarray(matrix, np.float64), count)


def object_model(matches: Matches, mask: NDArray[np.uint8], view: Model | None) -> Model | None:
    """Returns the similarity, or affine map, of the object inside `mask`, or None (study 2, item 2, `o`).

    Args:
        matches: Features of the painted frame and their closest ones in the frame.
        mask: (h, w) uint8: the object on the painted frame.
        view: How the view as a whole moved, where that is known: the object's own motion is another one.
    """
    good = (matches.ratio < 0.9) & _lies_in(matches.there, np.asarray(cv2.dilate(mask, np.ones((15, 15), np.uint8))))
    if view is not None:
        # Background inside the grown outline follows the view and would outvote a small or blurred object.
        moved = good & ~_follows(matches, view)
        good = moved if np.count_nonzero(moved) >= 6 else good
    here, there = matches.here[good], matches.there[good]
    if len(here) < 6:
        return None
    cv2.setRNGSeed(_SEED)
    matrix, inlier = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=5.0, maxIters=2000, confidence=0.999
    )
    count = int(inlier.sum()) if inlier is not None else 0
    if matrix is None or count < 6:
        return None
    if count >= 12:
        matrix, count = _affine_where_better(here, there, matrix, count)
    determinant = float(np.linalg.det(matrix[:, :2]))
    values = np.linalg.svd(matrix[:, :2], compute_uv=False)
    if not 1 / 6 <= determinant <= 1 / 0.15 or values[0] / max(values[1], 1e-9) >= 1.7:
        return None
    return Model(np.vstack([matrix, [0.0, 0.0, 1.0]]), count)


def _affine_where_better(
    here: NDArray[np.float32], there: NDArray[np.float32], matrix: NDArray[np.float64], count: int
) -> tuple[NDArray[np.float64], int]:
    cv2.setRNGSeed(_SEED)
    affine, inlier = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=5.0, maxIters=2000, confidence=0.999
    )
    found = int(inlier.sum()) if inlier is not None else 0
    return (affine, found) if affine is not None and found >= 1.05 * count else (matrix, count)


def _lies_in(points: NDArray[np.float32], mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    column = np.clip(np.rint(points[:, 0]).astype(int), 0, mask.shape[1] - 1)
    row = np.clip(np.rint(points[:, 1]).astype(int), 0, mask.shape[0] - 1)
    return np.asarray(mask[row, column] > 0)


def _follows(matches: Matches, view: Model) -> NDArray[np.bool_]:
    """Returns which matches the motion of the view explains to 4 px."""
    if not len(matches.here):
        return np.zeros(0, bool)
    there = cv2.perspectiveTransform(matches.here[None], view.matrix)[0]
    return np.asarray(np.linalg.norm(there - matches.there, axis=1) < 4.0)


def _plausible(matrix: NDArray[np.float64], frame: FrameView) -> bool:
    """Returns whether the corners stay in order and in front of the camera."""
    width, height = frame.width, frame.height
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64) @ matrix.T
    if (corners[:, 2] <= 0.2 * abs(matrix[2, 2])).any():
        return False
    points = corners[:, :2] / corners[:, 2:]
    edges = np.roll(points, -1, axis=0) - points
    turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
    return bool((turns > 0).all())
