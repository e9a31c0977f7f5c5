"""chair: a dark office chair is turned to and fro in a dim room; one part, 1.5 per cent of the pixels, thin legs."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background
from tests.footage.motion import along, shift, warp_of, zoom
from tests.footage.photographs import photograph
from tests.footage.scene import Scene, Sensor
from tests.footage.solids import FOOT, Solid, View, bar, board, drawn, wood_grain

_ROOMS = (("motorcycle_left.png", (-21, -10), 1.0, 0.42), ("coffee.png", (0, 0), 1.25, 0.28))
"""Photograph, its shift and size, and the light: dim enough for the chair to be hard to tell from its surroundings."""


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides the room, where in it the chair stands and how it is turned."""
    name, corner, size, light = _ROOMS[int(generator.integers(len(_ROOMS)))]
    room = background(photograph(name), (), 1)
    grain = wood_grain()
    start, swing = float(generator.uniform(0, 360)), float(generator.uniform(30, 45)) * float(generator.choice((-1, 1)))
    x0, y0 = float(generator.uniform(150, 570)), float(generator.uniform(300, 420))
    path = ((0, (0, 0, 0)), (22, (swing, 9, 3)), (38, (0.6 * swing, 4, 5)), (59, (1.5 * swing, 14, 2)))

    def layers(time: float) -> list[Placed]:
        turned, x, y = along(path, time)
        chair = drawn(_chair(), View(start + turned), grain, 1)
        return [
            Placed(room, warp_of(shift(*corner) @ zoom(size))),
            Placed(chair, warp_of(shift(x0 + x - FOOT[0], y0 + y - FOOT[1]))),
        ]

    def dim(time: float, xy: Floats) -> Floats:
        return np.full((1, 1, 1), light - 0.0006 * time, np.float32)

    return Scene("chair", ("chair",), 60, layers, dim, sensor=Sensor(noise=2.0, codec_quality=75))


def _chair() -> list[Solid]:
    solids = [board(1, (0, -42, 0), (22, 3, 21)), board(1, (0, -80, 22), (20, 17, 2.2))]
    solids += [bar(1, (x, -42, 18), (x, -66, 22), 1.8) for x in (-9.0, 9.0)]
    solids += [bar(1, (0, -6, 0), (0, -42, 0), 2.2)]
    for angle in np.deg2rad(np.arange(0, 360, 72)):
        end = (24 * np.sin(angle), 0.0, 24 * np.cos(angle))
        solids.append(bar(1, (0, -7, 0), end, 1.7))
    for side in (-23.0, 23.0):
        solids += [bar(1, (side, -42, 4), (side, -58, 4), 1.4), bar(1, (side, -58, -12), (side, -58, 14), 1.6)]
    return solids
