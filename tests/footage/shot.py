"""A shot on disk: frames, exact label maps, the part table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.parts import PartSet
from tests.footage.layers import Floats
from tests.footage.scene import Scene, develop, expose, jpeg_encoded

FIRST_NUMBER = 1


@dataclass(frozen=True)
class Shot:
    """Where a shot lies.

    Attributes:
        name: Stem of its files.
        folder: Holds `frames/`, `truth/` and `parts.json`.
        numbers: Frame numbers, ascending.
        parts: Its part table.
    """

    name: str
    folder: Path
    numbers: tuple[int, ...]
    parts: PartSet
    suffix: str = ".png"

    @property
    def frames(self) -> Path:
        """Folder of the pictures."""
        return self.folder / "frames"

    @property
    def truth(self) -> Path:
        """Folder of the palette label PNGs, named like the pictures."""
        return self.folder / "truth"

    def frame_path(self, number: int) -> Path:
        """Returns the file of one picture."""
        return self.frames / f"{self.name}.{number:04d}{self.suffix}"

    def truth_path(self, number: int) -> Path:
        """Returns the file of one label map."""
        return self.truth / f"{self.name}.{number:04d}.png"

    def alpha_path(self, number: int) -> Path:
        """Returns the file of one exact coverage; it exists where the shot was written with alpha."""
        return self.folder / "alpha" / f"{self.name}.{number:04d}.npz"

    def read_frame(self, number: int) -> NDArray[np.uint8]:
        """Returns one picture, (H, W, 3) uint8 sRGB."""
        with Image.open(self.frame_path(number)) as image:
            return np.asarray(image.convert("RGB"))

    def read_truth(self, number: int) -> NDArray[np.uint8]:
        """Returns one label map, (H, W) uint8."""
        with Image.open(self.truth_path(number)) as image:
            return np.asarray(image)

    def read_alpha(self, number: int) -> Floats:
        """Returns the exact coverage of one frame, (P+1, H, W) float32, background first."""
        with np.load(self.alpha_path(number)) as stored:
            return np.asarray(stored["coverage"], np.float32)


@dataclass(frozen=True)
class Writing:
    """How a shot is written.

    Attributes:
        scale: Size of the frames relative to 720 x 480.
        frames: Write only the first so many frames, or all where None.
        seed: Seed of the sensor noise.
        suffix: `.png`, or `.jpg` for small files.
        jpeg_quality: Quality of `.jpg` frames.
        alpha: Also write the exact coverage of each frame.
    """

    scale: float = 1.0
    frames: int | None = None
    seed: int = 0
    suffix: str = ".png"
    jpeg_quality: int = 92
    alpha: bool = False


def write_shot(scene: Scene, folder: Path, writing: Writing) -> Shot:
    """Writes the frames and the truth of `scene` into `folder` and returns where they lie.

    A pixel's true label is the part, or the background, that covers most of it.
    """
    count = scene.num_frames if writing.frames is None else min(writing.frames, scene.num_frames)
    numbers = tuple(range(FIRST_NUMBER, FIRST_NUMBER + count))
    shot = Shot(scene.name, folder, numbers, PartSet.from_names(scene.part_names), writing.suffix)
    for path in (shot.frames, shot.truth):
        path.mkdir(parents=True, exist_ok=True)
    table = json.dumps({"parts": shot.parts.to_json()}, indent=1)
    (folder / "parts.json").write_text(table + "\n", encoding="utf-8")
    for number in numbers:
        linear, coverage = expose(scene, number - FIRST_NUMBER, writing.scale)
        generator = np.random.default_rng((writing.seed, number))
        picture = develop(linear, scene.sensor, writing.scale, generator)
        _write_picture(shot.frame_path(number), picture, writing)
        write_labels(shot.truth_path(number), coverage.argmax(axis=2).astype(np.uint8), shot.parts)
        if writing.alpha:
            shot.alpha_path(number).parent.mkdir(exist_ok=True)
            np.savez_compressed(shot.alpha_path(number), coverage=coverage.transpose(2, 0, 1))
    return shot


def write_labels(path: Path, labels: NDArray[np.uint8], parts: PartSet) -> None:
    """Writes a palette PNG whose values are part ids."""
    image = Image.fromarray(labels)
    image.putpalette(parts.palette())
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, optimize=True)


def _write_picture(path: Path, picture: NDArray[np.uint8], writing: Writing) -> None:
    if writing.suffix == ".jpg":
        path.write_bytes(jpeg_encoded(picture, writing.jpeg_quality))
        return
    done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    path.write_bytes(bytes(data))
