"""A clip that is quick to segment: a textured square that moves over a textured background, with its truth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.parts import PartSet
from engine.media.label_png import write_label_png

WIDTH, HEIGHT, FRAMES, FIRST = 96, 64, 6, 1001
PARTS = PartSet.from_names(["left", "right"])


def write_small_clip(folder: Path, *, frames: int = FRAMES) -> Path:
    """Writes `folder/plate/shot.1001.png ...`, `folder/truth/` and `folder/anchors/` (first and last frame)."""
    rng = np.random.default_rng(7)
    background = textured(rng, (HEIGHT, WIDTH), 90)
    square = textured(rng, (24, 32), 170)
    for index in range(frames):
        number = FIRST + index
        image, labels = background.copy(), np.zeros((HEIGHT, WIDTH), np.uint8)
        x, y = 10 + round(min(4.0, 50 / max(frames - 1, 1)) * index), 16 + min(index, 12)
        image[y : y + 24, x : x + 32] = square
        labels[y : y + 24, x : x + 16] = 1
        labels[y : y + 24, x + 16 : x + 32] = 2
        (folder / "plate").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"plate/shot.{number}.png")
        write_label_png(folder / f"truth/shot.{number}.png", labels, PARTS)
        if index in (0, frames - 1):
            write_label_png(folder / f"anchors/shot.{number}.png", labels, PARTS)
    return folder


def textured(rng: np.random.Generator, size: tuple[int, int], mean: int) -> NDArray[np.uint8]:
    """Returns smooth random texture around a mean, (H, W, 3) uint8."""
    noise = rng.normal(0, 90, (*size, 3)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 1.5) + mean, 0, 255).astype(np.uint8)
