"""thin: a small dark stool turns slowly in a dim room; about one per cent of the pixels, with legs of a few pixels."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background
from tests.footage.motion import along, shift, warp_of
from tests.footage.photographs import photograph
from tests.footage.scene import Scene, Sensor
from tests.footage.solids import FOOT, Solid, View, bar, board, drawn, wood_grain

PART_NAMES = ("seat", "legs")


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides the angle at which the stool stands."""
    room = background(photograph("motorcycle_left.png"), (), len(PART_NAMES))
    grain = wood_grain()
    start = float(generator.uniform(0, 360))

    def layers(time: float) -> list[Placed]:
        view = View(start + 2.6 * time + 6 * np.sin(0.12 * time), 4 * np.sin(0.1 * time))
        x, y = along(((0, (668, 352)), (20, (674, 354)), (47, (661, 349))), time)
        stool = drawn(_stool(time), view, grain, len(PART_NAMES))
        return [Placed(room, warp_of(shift(-21, -10))), Placed(stool, warp_of(shift(x - FOOT[0], y - FOOT[1])))]

    return Scene("thin", PART_NAMES, 48, layers, _light, sensor=Sensor(noise=2.0, codec_quality=75))


def _light(time: float, xy: Floats) -> Floats:
    """A dim room that gets a little darker."""
    return np.full((1, 1, 1), 0.42 - 0.0012 * time, np.float32)


def _stool(time: float) -> list[Solid]:
    """Returns the stool's bars at a moment; its back flexes."""
    flex = 3.5 * np.sin(0.15 * time)
    corners = [(x, z) for x in (-17.0, 17.0) for z in (-17.0, 17.0)]
    solids = [board(1, (0, -48, 0), (21, 2.2, 21))]
    solids += [bar(2, (x * 1.2, 0, z * 1.2), (x, -46, z), 1.6) for x, z in corners]
    solids += [bar(1, (x, -48, 18), (x, -92, 21 + flex), 1.7) for x in (-17.0, 17.0)]
    for height in (62.0, 76.0, 90.0):
        z = 18 + (3 + flex) * (height - 48) / 44
        solids.append(bar(1, (-17, -height, z), (17, -height, z), 1.9))
    solids.append(bar(2, (-19, -18, -19), (-19, -18, 19), 1.1))
    solids.append(bar(2, (19, -18, -19), (19, -18, 19), 1.1))
    return solids
