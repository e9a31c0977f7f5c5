"""thin: a small dark stool turns slowly in a dim room; about one per cent of the pixels, with legs of a few pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.layers import DENSITY, Floats, Placed, Texture, background, to_linear
from tests.footage.motion import along, shift, warp_of
from tests.footage.photographs import photograph
from tests.footage.scene import Scene, Sensor

PART_NAMES = ("seat", "legs")
_BOX = 240
_FOOT = (120.0, 200.0)
_SIZE = 1.4
_SUN = np.array([0.5, -0.7, -0.5]) / np.linalg.norm([0.5, -0.7, -0.5])
_CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
_SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
Box = tuple[int, NDArray[np.float64]]


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides the angle at which the stool stands."""
    room = background(photograph("motorcycle_left.png"), (), len(PART_NAMES))
    wood = cv2.resize(photograph("coffee.png")[300:400, 480:600], (128, 128), interpolation=cv2.INTER_AREA)
    grain = to_linear(wood / np.float32(255)).mean(axis=2)
    grain = np.asarray(grain / grain.mean(), np.float32)
    start = float(generator.uniform(0, 360))

    def layers(time: float) -> list[Placed]:
        angle = start + 2.6 * time + 6 * np.sin(0.12 * time)
        lean = 4 * np.sin(0.1 * time)
        x, y = along(((0, (668, 352)), (20, (674, 354)), (47, (661, 349))), time)
        stool = _drawn(_boxes(time), angle, lean, grain)
        return [Placed(room, warp_of(shift(-21, -10))), Placed(stool, warp_of(shift(x - _FOOT[0], y - _FOOT[1])))]

    return Scene("thin", PART_NAMES, 48, layers, _light, sensor=Sensor(noise=2.0, codec_quality=75))


def _light(time: float, xy: Floats) -> Floats:
    """A dim room that gets a little darker."""
    return np.full((1, 1, 1), 0.42 - 0.0012 * time, np.float32)


def _boxes(time: float) -> list[Box]:
    """Returns part id and (8, 3) corners of the stool's bars; y points down, the floor is at 0. The back flexes."""
    flex = 3.5 * np.sin(0.15 * time)
    corners = [(x, z) for x in (-17.0, 17.0) for z in (-17.0, 17.0)]
    bars: list[Box] = [(1, _CUBE * (21, 2.2, 21) + (0, -48, 0))]
    bars += [(2, _bar((x * 1.2, 0, z * 1.2), (x, -46, z), 1.6)) for x, z in corners]
    bars += [(1, _bar((x, -48, 18), (x, -92, 21 + flex), 1.7)) for x in (-17.0, 17.0)]
    for height in (62.0, 76.0, 90.0):
        z = 18 + (3 + flex) * (height - 48) / 44
        bars.append((1, _bar((-17, -height, z), (17, -height, z), 1.9)))
    bars.append((2, _bar((-19, -18, -19), (-19, -18, 19), 1.1)))
    bars.append((2, _bar((19, -18, -19), (19, -18, 19), 1.1)))
    return bars


def _bar(start: tuple[float, float, float], end: tuple[float, float, float], radius: float) -> NDArray[np.float64]:
    axis = np.array(end, np.float64) - np.array(start, np.float64)
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, (0.0, 0.0, 1.0) if abs(axis[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    ends = np.where(_CUBE[:, :1] < 0, np.array(start), np.array(end))
    return np.asarray(ends + radius * (_CUBE[:, 1:2] * side + _CUBE[:, 2:] * other))


def _drawn(boxes: list[Box], angle: float, lean: float, grain: Floats) -> Texture:
    """Returns the stool as a texture, drawn at four times the density from the farthest face to the nearest."""
    factor = 4
    side = _BOX * DENSITY * factor
    shade = np.zeros((side, side), np.float32)
    part = np.zeros((side, side), np.uint8)
    view = _view(angle, lean)
    faces = [(part_id, corners @ view.T, list(ids)) for part_id, corners in boxes for ids in _SIDES]
    for part_id, corners, ids in sorted(faces, key=lambda face: -face[1][face[2], 2].mean()):
        face = corners[ids]
        normal = np.cross(face[1] - face[0], face[3] - face[0])
        outward = face.mean(axis=0) - corners.mean(axis=0)
        normal = normal * np.sign(normal @ outward) / max(np.linalg.norm(normal), 1e-9)
        outline = ((face[:, :2] + _FOOT) * DENSITY * factor).astype(np.float32)
        mask = np.zeros((side, side), np.uint8)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 1, shift=4)
        corners_px = np.array([[0, 0], [127, 0], [127, 127], [0, 127]], np.float32)
        if cv2.contourArea(outline) > 1:
            wood = cv2.warpPerspective(grain, cv2.getPerspectiveTransform(corners_px, outline), (side, side))
            inside = mask > 0
            shade[inside] = (0.018 + 0.05 * max(float(normal @ _SUN), 0.0)) * (0.6 + 0.4 * wood[inside])
            part[inside] = part_id
    return _texture(shade, part, factor)


def _view(angle: float, lean: float) -> NDArray[np.float64]:
    """Returns size, turn around the upright axis, a lean in the picture, and a camera that looks down by 14 degrees."""
    a, b, c = np.deg2rad([angle, lean, 14])
    upright = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    leaning = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    down = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    return np.asarray(_SIZE * down @ leaning @ upright)


def _texture(shade: Floats, part: NDArray[np.uint8], factor: int) -> Texture:
    size = (shade.shape[1] // factor, shade.shape[0] // factor)
    shares = [
        cv2.resize((part == part_id).astype(np.float32), size, interpolation=cv2.INTER_AREA) for part_id in (1, 2)
    ]
    level = cv2.resize(shade, size, interpolation=cv2.INTER_AREA)
    opacity = shares[0] + shares[1]
    colour = np.dstack([level * 1.15, level, level * 0.85, opacity]).astype(np.float32)
    return Texture(colour, np.dstack(shares).astype(np.float32))
