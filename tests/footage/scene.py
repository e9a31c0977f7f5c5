"""A shot as a function of time, and how one of its frames is exposed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.layers import Floats, Placed, lay_over, to_srgb

Light = Callable[[float, Floats], Floats]
"""Takes the time in frames and (H, W, 2) coordinates; returns gains in linear light that broadcast to (H, W, 3)."""


@dataclass(frozen=True)
class Sensor:
    """What a camera and a delivery codec do to the picture.

    Attributes:
        noise: Standard deviation of the noise, in 8-bit sRGB levels.
        softness: Standard deviation of the lens blur, in pixels of the 720-pixel frame.
        codec_quality: JPEG quality of a round trip with halved chroma, or None for none.
    """

    noise: float = 1.5
    softness: float = 0.45
    codec_quality: int | None = 82


@dataclass(frozen=True)
class Scene:
    """A shot.

    Attributes:
        name: Stem of its files.
        part_names: Names of parts 1..P.
        num_frames: How many frames it has.
        layers: Layers from back to front at a time in frames.
        light: Gains at a time.
        size: Width and height at scale 1; all coordinates of layers and light are in these pixels.
        shutter: Share of the frame interval during which the shutter is open; 0 gives no motion blur.
        exposures: Moments that are averaged over the shutter.
        sensor: Noise, softness and codec.
    """

    name: str
    part_names: tuple[str, ...]
    num_frames: int
    layers: Callable[[float], Sequence[Placed]]
    light: Light
    size: tuple[int, int] = (720, 480)
    shutter: float = 0.0
    exposures: int = 1
    sensor: Sensor = Sensor()


def expose(scene: Scene, frame: int, scale: float) -> tuple[Floats, Floats]:
    """Returns the picture (H, W, 3) in linear light and the exact coverage (H, W, P+1) of one frame, without noise.

    Coverage is averaged over the shutter and over each pixel's area, background first; it sums to 1.
    """
    width, height = (round(side * scale) for side in scene.size)
    finer = 2 if scene.exposures == 1 else 1
    y, x = np.mgrid[0 : height * finer, 0 : width * finer].astype(np.float32)
    xy: Floats = np.asarray((np.stack([x, y], axis=-1) + 0.5) / (scale * finer), np.float32)
    moments = [
        frame + scene.shutter * ((step + 0.5) / scene.exposures - 0.5) if scene.exposures > 1 else frame
        for step in range(scene.exposures)
    ]
    colour = np.zeros((*xy.shape[:2], 3), np.float32)
    coverage = np.zeros((*xy.shape[:2], len(scene.part_names) + 1), np.float32)
    for moment in moments:
        seen, covered = lay_over(scene.layers(moment), xy, len(scene.part_names))
        colour += seen * scene.light(moment, xy) / len(moments)
        coverage += covered / len(moments)
    return _area_mean(colour, finer), _area_mean(coverage, finer)


def develop(linear: Floats, sensor: Sensor, scale: float, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Returns the (H, W, 3) uint8 sRGB picture after lens blur, sensor noise and the codec's round trip."""
    soft = cv2.GaussianBlur(linear, (0, 0), max(sensor.softness * scale, 0.05))
    levels = to_srgb(np.asarray(soft, np.float32)) * 255
    levels += generator.normal(0, sensor.noise, levels.shape).astype(np.float32)
    picture = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    if sensor.codec_quality is None:
        return picture
    return jpeg_decoded(jpeg_encoded(picture, sensor.codec_quality))


def jpeg_encoded(picture: NDArray[np.uint8], quality: int) -> bytes:
    """Returns the picture as a JPEG file with halved chroma."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)
    assert done
    return bytes(data)


def jpeg_decoded(data: bytes) -> NDArray[np.uint8]:
    """Returns the (H, W, 3) uint8 picture of a JPEG file."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def _area_mean(planes: Floats, finer: int) -> Floats:
    if finer == 1:
        return planes
    height, width, depth = planes.shape
    blocks = planes.reshape(height // finer, finer, width // finer, finer, depth)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
