"""sample: the shot that ships with the program. A portrait under a moving camera; a model of the shuttle flies past."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background, cutout
from tests.footage.motion import along, placed_at, warp_of
from tests.footage.photographs import photograph
from tests.footage.scene import Scene, Sensor
from tests.footage.shots.face import elastic
from tests.footage.shots.portrait import COLLAR, FACE, HAIR, SHUTTLE, SUIT

PART_NAMES = ("hair", "face", "collar", "suit")
NUM_FRAMES = 24
ANCHORS = (1, 12, 24)
_OUTLINES = ((4, SUIT), (3, COLLAR), (2, FACE), (1, HAIR))
_VIEW = ((0, (205, 135, 1.2, 0)), (8, (222, 150, 1.32, 2)), (16, (200, 165, 1.22, -2)), (23, (215, 145, 1.38, 0)))
_FLIGHT = ((3, (-110, 250, 62)), (10, (200, 170, 68)), (18, (590, 60, 80)))


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides when she blinks."""
    suit = photograph("astronaut.png")
    portrait = background(suit, _OUTLINES, len(PART_NAMES))
    shuttle = cutout(suit, (), len(PART_NAMES), unlabelled=(SHUTTLE,))
    blink = float(generator.uniform(4, 8))

    def layers(time: float) -> list[Placed]:
        x, y, scale, degrees = along(_VIEW, time)
        view = warp_of(placed_at((x, y), (240, 160), scale=scale, degrees=degrees))
        x, y, heading = along(_FLIGHT, time)
        flight = placed_at((405, 130), (x, y), scale=0.62, degrees=heading)
        return [Placed(portrait, elastic(view, time, abs(time - blink))), Placed(shuttle, warp_of(flight))]

    return Scene("sample", PART_NAMES, NUM_FRAMES, layers, _light, size=(480, 320), sensor=Sensor(1.0, 0.45, None))


def _light(time: float, xy: Floats) -> Floats:
    """The room dims and warms up; a lamp passes from left to right."""
    level, warmth = along(((0, (1.0, 0)), (10, (0.7, 0.1)), (18, (1.1, -0.05)), (23, (0.95, 0))), time)
    lamp = 0.9 + 0.3 * np.exp(-(((xy[..., :1] - 26 * time + 60) / 150) ** 2))
    return np.asarray(level * lamp * np.array([1 + warmth, 1, 1 - warmth], np.float32), np.float32)
