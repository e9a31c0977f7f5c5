"""camera: a moving, turning, zooming camera over a cup of coffee; a pillar crosses twice; the light changes."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background, cutout
from tests.footage.motion import along, placed_at, warp_of
from tests.footage.outlines import polygon
from tests.footage.photographs import photograph, tinted
from tests.footage.scene import Scene
from tests.footage.shots.coffee import OUTLINES, PART_NAMES

# Time; the photograph's point in the middle of the frame, scale, degrees.
_VIEW = ((0, (285, 200, 1.35, 0)), (18, (330, 178, 1.65, 4)), (38, (248, 226, 2.0, -6)), (59, (300, 190, 1.45, 2)))
# Time; place of the pillar's axis: it crosses rightwards, waits outside, and crosses back.
_PILLAR = ((6, (-130.0,)), (24, (850.0,)), (34, (850.0,)), (52, (-130.0,)))
_PILLAR_WIDTH = 120


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides phases of its shake."""
    table = background(photograph("coffee.png"), OUTLINES, len(PART_NAMES))
    bricks = tinted("brick.png", (0.62, 0.6, 0.66))
    pillar_outline = polygon((0, 0), (_PILLAR_WIDTH, 0), (_PILLAR_WIDTH, 512), (0, 512))
    pillar = cutout(bricks, (), len(PART_NAMES), unlabelled=(pillar_outline,))
    phase = generator.uniform(0, 2 * np.pi, 2)

    def layers(time: float) -> list[Placed]:
        x, y, scale, degrees = along(_VIEW, time)
        shake = 1.5 * np.sin(np.array([0.9, 1.3]) * time + phase)
        view = placed_at((x, y), (360 + shake[0], 240 + shake[1]), scale=scale, degrees=degrees)
        (pillar_x,) = along(_PILLAR, time)
        front = placed_at((_PILLAR_WIDTH / 2, 256), (pillar_x, 240), scale=1.05, degrees=3)
        return [Placed(table, warp_of(view)), Placed(pillar, warp_of(front))]

    return Scene("camera", PART_NAMES, 60, layers, _light)


def _light(time: float, xy: Floats) -> Floats:
    """Dims by half and warms up, then brightens, with a slope across the frame that moves."""
    level, warmth, slope = along(
        ((0, (1.0, 0, 0)), (20, (0.55, 0.12, 0.3)), (40, (1.2, -0.1, -0.3)), (59, (0.9, 0, 0))), time
    )
    across = 1 + slope * (xy[..., :1] - 360) / 720
    tint = np.array([1 + warmth, 1, 1 - warmth], np.float32)
    return np.asarray(level * across * tint, np.float32)
