"""drive: a motorcycle rides in fast on turning wheels, behind a pillar and out of the frame, and rolls back again."""

from __future__ import annotations

import cv2
import numpy as np

from tests.footage.layers import DENSITY, Floats, Placed, Texture, background, cutout
from tests.footage.motion import Matrix, along, placed_at, shift, turn, warp_of, zoom
from tests.footage.outlines import Outline, polygon
from tests.footage.photographs import photograph, tinted
from tests.footage.scene import Scene
from tests.footage.shots.motorcycle import (
    BODY_OUTLINES,
    FRONT_OUTLINE,
    FRONT_WHEEL,
    PART_NAMES,
    REAR_OUTLINE,
    REAR_WHEEL,
)

Ellipse = tuple[tuple[float, float], tuple[float, float], float]

_SCALE = 0.6
_ROAD_Y = 400.0
# Time; where the middle of the motorcycle is, left to right.
_RIDE = ((0, (212.0,)), (4, (212.0,)), (23, (1010.0,)), (26, (1010.0,)), (52, (225.0,)))
_PILLAR_X = 430.0
_PILLAR_WIDTH = 58
_FILL_TURNS = tuple(range(12, 360, 12))
_SHY = 9  # photograph pixels beside the body that are not trusted to be wheel: mudguards, cables, shadows


def scene(generator: np.random.Generator) -> Scene:
    """Returns the shot; the generator decides how the camera sways."""
    bike = photograph("motorcycle_left.png")
    count = len(PART_NAMES)
    body = cutout(bike, BODY_OUTLINES, count)
    rear = _whole_wheel(cutout(bike, ((4, REAR_OUTLINE),), count), body, REAR_WHEEL)
    front = _whole_wheel(cutout(bike, ((3, FRONT_OUTLINE),), count), body, FRONT_WHEEL)
    wall = background(tinted("brick.png", (0.95, 0.8, 0.7), size=(400, 400)), (), count)
    road = cutout(
        tinted("gravel.png", (0.75, 0.75, 0.78), size=(1536, 420)), (), count, unlabelled=(_strip(1536, 420),)
    )
    pillar = cutout(tinted("grass.png", (0.55, 0.6, 0.5)), (), count, unlabelled=(_strip(_PILLAR_WIDTH, 512),))
    phase = generator.uniform(0, 2 * np.pi)

    def layers(time: float) -> list[Placed]:
        sway = shift(6 * np.sin(0.12 * time + phase), 2 * np.sin(0.31 * time + phase))
        (x,) = along(_RIDE, time)
        bounce = 1.2 * np.sin(1.7 * time)
        ride = sway @ placed_at((388, 420), (x, _ROAD_Y + bounce), scale=_SCALE, degrees=0.4 * np.sin(0.9 * time))
        rolled = np.rad2deg((x - _RIDE[0][1][0]) / (_SCALE * REAR_WHEEL[1][1]))
        return [
            Placed(wall, warp_of(sway @ placed_at((200, 200), (360, 120)))),
            Placed(road, warp_of(sway @ placed_at((768, 0), (360, 320), scale=0.75))),
            Placed(rear, warp_of(ride @ _spun(REAR_WHEEL, rolled))),
            Placed(front, warp_of(ride @ _spun(FRONT_WHEEL, rolled))),
            Placed(body, warp_of(ride)),
            Placed(pillar, warp_of(sway @ placed_at((_PILLAR_WIDTH / 2, 256), (_PILLAR_X, 230), scale=1.2))),
        ]

    return Scene("drive", PART_NAMES, 58, layers, _light, shutter=0.3, exposures=12)


def _light(time: float, xy: Floats) -> Floats:
    """Late sun: brighter to the left, slowly dimming."""
    slope = 1.15 - 0.3 * xy[..., :1] / 720
    return np.asarray(slope * (1 - 0.15 * time / 58), np.float32)


def _strip(width: float, height: float) -> Outline:
    return polygon((0, 0), (width, 0), (width, height), (0, height))


def _spun(wheel: Ellipse, degrees: float) -> Matrix:
    """Returns the map of the photograph onto itself that turns the wheel's ellipse around its axle."""
    centre, radii, angle = wheel
    upright = shift(*centre) @ turn(angle) @ zoom(radii[0], radii[1])
    return np.asarray(upright @ turn(degrees) @ np.linalg.inv(upright))


def _whole_wheel(wheel: Texture, body: Texture, ellipse: Ellipse) -> Texture:
    """Returns the wheel with what the body hides filled in from the wheel itself, turned until it shows there."""
    reach = np.ones((2 * _SHY * DENSITY + 1,) * 2, np.uint8)
    shown = wheel.colour[..., 3] * (cv2.dilate(body.colour[..., 3], reach) < 0.02)
    colour, known = wheel.colour * shown[..., None], shown
    for degrees in _FILL_TURNS:
        back = np.linalg.inv(_texel_map(_spun(ellipse, degrees)))
        size = (wheel.colour.shape[1], wheel.colour.shape[0])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        turned = cv2.warpAffine(wheel.colour * shown[..., None], back[:2], size, flags=flags)
        turned_shown = cv2.warpAffine(shown, back[:2], size, flags=flags)
        missing = 1 - known
        colour = colour + turned * missing[..., None]
        known = known + turned_shown * missing
    filled = colour[..., :3] / np.maximum(known, 1e-3)[..., None]
    opacity = wheel.colour[..., 3:]
    return Texture(np.dstack([filled * opacity, opacity]).astype(np.float32), wheel.parts)


def _texel_map(photograph_map: Matrix) -> Matrix:
    to_texel = shift(-0.5, -0.5) @ zoom(DENSITY)
    return np.asarray(to_texel @ photograph_map @ np.linalg.inv(to_texel))
