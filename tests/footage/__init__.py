"""Shots with exact truth, made from photographs that scikit-image's wheel brings along.

Photographs are cut out by outlines painted in code, moved along known paths, laid over each other in linear light and
exposed like film, so that each frame's coverage by every part is known exactly, edges and motion blur included.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np

from tests.footage.scene import Scene
from tests.footage.shot import Shot, Writing, write_shot
from tests.footage.shots import camera, chair, drive, face, fast, light, sample, thin

SHOTS = {
    "camera": camera.scene,
    "drive": drive.scene,
    "thin": thin.scene,
    "chair": chair.scene,
    "face": face.scene,
    "fast": fast.scene,
    "light": light.scene,
    "sample": sample.scene,
}

__all__ = ["SHOTS", "Shot", "Writing", "make_scene", "make_shot", "write_shot"]


def make_scene(name: str, seed: int = 0) -> Scene:
    """Returns one of `SHOTS` as a function of time; the seed varies details such as flicker, shake and start angles."""
    return SHOTS[name](np.random.default_rng((seed, crc32(name.encode()))))


def make_shot(
    name: str, folder: Path, *, scale: float = 1.0, frames: int | None = None, seed: int = 0, alpha: bool = False
) -> Shot:
    """Writes `folder/frames/<name>.0001.png`, `folder/truth/<name>.0001.png` (palette labels) and `folder/parts.json`.

    Args:
        name: One of `SHOTS`.
        folder: Where it is written.
        scale: Size of the frames relative to 720 x 480 (the sample: 480 x 320).
        frames: Only the first so many frames, or all where None.
        seed: Varies the noise and details of the motion.
        alpha: Also write `folder/alpha/<name>.0001.npz` with the exact coverage (P+1, H, W) float32.
    """
    return write_shot(make_scene(name, seed), folder, Writing(scale=scale, frames=frames, seed=seed, alpha=alpha))
