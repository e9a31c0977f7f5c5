"""Furniture of straight bars and boards, drawn in three dimensions as a cut-out that a shot can place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.layers import DENSITY, Floats, Texture, to_linear
from tests.footage.photographs import photograph

FOOT = (120.0, 200.0)
"""Where the origin of the solids lies in the cut-out, in photograph pixels."""

_BOX = 240  # side of the cut-out in photograph pixels
_SIZE = 1.4  # photograph pixels for a unit
_DOWN_DEGREES = 14.0  # by which the camera looks down
_FINER = 4
_SUN = np.array([0.5, -0.7, -0.5]) / np.linalg.norm([0.5, -0.7, -0.5])
_CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
_SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))

Solid = tuple[int, NDArray[np.float64]]
"""Part id and (8, 3) corners; y points down, the floor is at 0."""

Point3 = tuple[float, float, float]


@dataclass(frozen=True)
class View:
    """How solids are looked at.

    Attributes:
        turned: Degrees around the upright axis.
        lean: Degrees in the picture.
    """

    turned: float
    lean: float = 0.0

    def matrix(self) -> NDArray[np.float64]:
        """Returns the (3, 3) map from solids to the picture; z points away from the camera."""
        a, b, c = np.deg2rad([self.turned, self.lean, _DOWN_DEGREES])
        upright = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        leaning = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
        downwards = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
        return np.asarray(_SIZE * downwards @ leaning @ upright)


def board(part_id: int, centre: Point3, half: Point3) -> Solid:
    """Returns an upright block around `centre`."""
    return part_id, _CUBE * half + centre


def bar(part_id: int, start: Point3, end: Point3, radius: float) -> Solid:
    """Returns a square bar between two points."""
    axis = np.array(end, np.float64) - np.array(start, np.float64)
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, (0.0, 0.0, 1.0) if abs(axis[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    ends = np.where(_CUBE[:, :1] < 0, np.array(start), np.array(end))
    return part_id, np.asarray(ends + radius * (_CUBE[:, 1:2] * side + _CUBE[:, 2:] * other))


def wood_grain() -> Floats:
    """Returns (128, 128) float32 brightness around 1 of a wooden table."""
    wood = cv2.resize(photograph("coffee.png")[300:400, 480:600], (128, 128), interpolation=cv2.INTER_AREA)
    grain = to_linear(wood / np.float32(255)).mean(axis=2)
    return np.asarray(grain / grain.mean(), np.float32)


def drawn(solids: list[Solid], view: View, grain: Floats, num_parts: int) -> Texture:
    """Returns the solids as a cut-out, drawn at four times its density from the farthest face to the nearest.

    Args:
        solids: What is drawn.
        view: From where.
        grain: (128, 128) brightness that is laid over every face.
        num_parts: Parts of the shot.
    """
    side = _BOX * DENSITY * _FINER
    shade = np.zeros((side, side), np.float32)
    part = np.zeros((side, side), np.uint8)
    matrix = view.matrix()
    faces = [(part_id, corners @ matrix.T, list(ids)) for part_id, corners in solids for ids in _SIDES]
    for part_id, corners, ids in sorted(faces, key=lambda face: -face[1][face[2], 2].mean()):
        face = corners[ids]
        normal = np.cross(face[1] - face[0], face[3] - face[0])
        outward = face.mean(axis=0) - corners.mean(axis=0)
        normal = normal * np.sign(normal @ outward) / max(np.linalg.norm(normal), 1e-9)
        outline = ((face[:, :2] + FOOT) * DENSITY * _FINER).astype(np.float32)
        mask = np.zeros((side, side), np.uint8)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1, shift=4)
        corners_px = np.array([[0, 0], [127, 0], [127, 127], [0, 127]], np.float32)
        if cv2.contourArea(outline) > 1:
            wood = cv2.warpPerspective(grain, cv2.getPerspectiveTransform(corners_px, outline), (side, side))
            inside = mask > 0
            shade[inside] = (0.018 + 0.05 * max(float(normal @ _SUN), 0.0)) * (0.6 + 0.4 * wood[inside])
            part[inside] = part_id
    return _texture(shade, part, num_parts)


def _texture(shade: Floats, part: NDArray[np.uint8], num_parts: int) -> Texture:
    size = (shade.shape[1] // _FINER, shade.shape[0] // _FINER)
    shares = [
        cv2.resize((part == part_id).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for part_id in range(1, num_parts + 1)
    ]
    level = cv2.resize(shade, size, interpolation=cv2.INTER_AREA)
    opacity = np.sum(shares, axis=0)
    colour = np.dstack([level * 1.15, level, level * 0.85, opacity]).astype(np.float32)
    return Texture(colour, np.dstack(shares).astype(np.float32))
