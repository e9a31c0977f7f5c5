"""light: a cat under a flickering lamp, a swinging spot and a hard shadow, with a slowly moving camera."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background
from tests.footage.motion import along, placed_at, warp_of
from tests.footage.photographs import photograph
from tests.footage.scene import Scene, Sensor
from tests.footage.shots.cat import OUTLINES, PART_NAMES

NUM_FRAMES = 50
_VIEW = ((0, (235, 130, 1.75, 0)), (17, (250, 122, 1.95, 2)), (33, (225, 140, 1.7, -3)), (49, (240, 128, 1.85, 1)))


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides the flicker."""
    cat = background(photograph("chelsea.png"), OUTLINES, len(PART_NAMES))
    flicker = np.clip(1 + generator.normal(0, 0.22, NUM_FRAMES + 1), 0.45, 1.6)
    tints = 1 + generator.normal(0, 0.05, (NUM_FRAMES + 1, 3))

    def layers(time: float) -> list[Placed]:
        x, y, scale, degrees = along(_VIEW, time)
        return [Placed(cat, warp_of(placed_at((x, y), (360, 240), scale=scale, degrees=degrees)))]

    def light(time: float, xy: Floats) -> Floats:
        x, y = 360 + 260 * np.sin(0.23 * time), 220 + 120 * np.cos(0.17 * time)
        spot = 0.55 + 0.9 * np.exp(-(((xy[..., 0] - x) / 220) ** 2) - ((xy[..., 1] - y) / 190) ** 2)
        shadow_x = -100 + 22 * time
        inside = 0.5 + 0.5 * np.tanh((60 - np.abs(xy[..., 0] - shadow_x + 0.3 * xy[..., 1])) / 6)
        gain = flicker[int(time)] * spot * (1 - 0.55 * inside)
        return np.asarray(gain[..., None] * tints[int(time)], np.float32)

    return Scene("light", PART_NAMES, NUM_FRAMES, layers, light, sensor=Sensor(noise=2.5))
