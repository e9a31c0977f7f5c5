"""fast: two small things thrown over gravel, turning, smeared by a long shutter, crossing each other."""

from __future__ import annotations

import numpy as np

from tests.footage.layers import Floats, Placed, background, cutout
from tests.footage.motion import along, placed_at, warp_of
from tests.footage.outlines import ellipse, polygon
from tests.footage.photographs import photograph, tinted
from tests.footage.scene import Scene

PART_NAMES = ("patch", "badge")
_PATCH_CENTRE, _BADGE_CENTRE = (170.0, 385.5), (304.0, 358.5)
_PATCH = ellipse(_PATCH_CENTRE, (36.0, 36.5))
_BADGE = polygon((281, 340), (329, 346), (325, 377), (281.5, 374), (280, 357))
# Time; x, y. Parabolas between bounces; both leave the frame's edge shortly and meet near frame 20.
_PATCH_PATH = (
    (0, (120, 360)), (5, (210, 130)), (9, (300, 90)), (13, (390, 160)), (18, (480, 390)), (22, (560, 200)),
    (26, (640, 120)),
    (31, (690, 330)), (36, (560, 180)), (41, (420, 100)), (47, (240, 330)), (49, (200, 370)),
)  # fmt: skip
_BADGE_PATH = (
    (0, (620, 380)), (6, (560, 180)), (11, (470, 120)), (16, (370, 200)), (21, (260, 400)), (26, (170, 230)),
    (30, (110, 180)),
    (35, (60, 380)), (40, (180, 160)), (45, (330, 130)), (49, (430, 300)),
)  # fmt: skip


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides how far each thing has turned at the start."""
    ground = background(tinted("gravel.png", (0.8, 0.72, 0.6)), (), 2)
    suit = photograph("astronaut.png")
    patch, badge = cutout(suit, ((1, _PATCH),), 2), cutout(suit, ((2, _BADGE),), 2)
    start = generator.uniform(0, 360, 2)

    def layers(time: float) -> list[Placed]:
        x, y = along(_PATCH_PATH, time)
        size = 0.72 + 0.12 * np.sin(0.2 * time)
        thrown = placed_at(_PATCH_CENTRE, (x, y), scale=size, degrees=start[0] + 11 * time)
        x, y = along(_BADGE_PATH, time)
        tumbled = placed_at(_BADGE_CENTRE, (x, y), scale=0.95, degrees=start[1] - 14 * time)
        floor = placed_at((256, 256), (360 + 5 * np.sin(0.15 * time), 240), scale=1.5)
        return [Placed(ground, warp_of(floor)), Placed(badge, warp_of(tumbled)), Placed(patch, warp_of(thrown))]

    return Scene("fast", PART_NAMES, 50, layers, _light, shutter=0.6, exposures=10)


def _light(time: float, xy: Floats) -> Floats:
    """A shaded right side."""
    return np.asarray(0.875 - 0.175 * np.tanh((xy[..., :1] - 430 - 2 * time) / 50), np.float32)
