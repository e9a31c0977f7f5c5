"""face: a portrait whose head sways and whose features move elastically; left and right are parts of their own."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, Warp, background
from tests.footage.motion import along, bump, placed_at, warp_of
from tests.footage.photographs import photograph
from tests.footage.scene import Scene
from tests.footage.shots.portrait import FACE, HAIR, LEFT_EYE, MOUTH, RIGHT_EYE

PART_NAMES = ("hair", "face", "left eye", "right eye", "mouth")
_OUTLINES = ((2, FACE), (1, HAIR), (3, LEFT_EYE), (4, RIGHT_EYE), (5, MOUTH))
_EYES = ((203.0, 100.5), (248.0, 103.5))
_MOUTH = (225.0, 146.0)
_HEAD = (225.0, 95.0)


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides when she blinks."""
    portrait = background(photograph("astronaut.png"), _OUTLINES, len(PART_NAMES))
    blinks = np.array([14.0, 36.0]) + generator.uniform(-3, 3, 2)

    def layers(time: float) -> list[Placed]:
        x, y, scale, degrees = along(
            ((0, (225, 108, 2.0, 0)), (16, (233, 104, 2.25, 3)), (34, (214, 112, 1.8, -5)), (47, (225, 108, 2.1, 0))),
            time,
        )
        view = warp_of(placed_at((x, y), (360, 240), scale=scale, degrees=degrees))
        return [Placed(portrait, elastic(view, time, float(np.abs(blinks - time).min())))]

    return Scene("face", PART_NAMES, 48, layers, _light)


def elastic(view: Warp, time: float, frames_to_blink: float) -> Warp:
    """Returns `view` followed by a sway of the head, a smile that comes and goes, a talking mouth and blinking eyes."""
    sway = np.array([7 * np.sin(0.16 * time), 3 * np.sin(0.27 * time + 1)], np.float32)
    nod = np.deg2rad(5 * np.sin(0.2 * time + 0.5))
    talk = 0.16 * np.sin(0.55 * time)
    smile = 2.2 * np.sin(0.21 * time)
    lid = 0.55 * np.exp(-((frames_to_blink / 1.8) ** 2))

    def warp(xy: Floats) -> Floats:
        at = view(xy)
        at = at - bump(at, _HEAD, 130)[..., None] * sway
        around = at - np.asarray(_HEAD, np.float32)
        turned = np.stack([around[..., 1], -around[..., 0]], axis=-1) * np.float32(nod)
        at = at + bump(at, _HEAD, 110)[..., None] * turned
        for eye in _EYES:
            at[..., 1] += lid / (1 - lid) * (at[..., 1] - eye[1]) * bump(at, eye, 11)
        near_mouth = bump(at, _MOUTH, 26)
        at[..., 1] += near_mouth * (-talk * (at[..., 1] - _MOUTH[1]) + smile * ((at[..., 0] - _MOUTH[0]) / 22) ** 2)
        return np.asarray(at, np.float32)

    return warp


def _light(time: float, xy: Floats) -> Floats:
    """A lamp that wanders from left to right."""
    lamp = 360 + 300 * np.sin(0.1 * time)
    return np.asarray(0.85 + 0.3 * np.exp(-(((xy[..., :1] - lamp) / 300) ** 2)), np.float32)
