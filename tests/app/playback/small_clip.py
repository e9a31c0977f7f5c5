"""A small clip and result on disk whose pixels are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.results.folder import ResultWriter

PARTS = PartSet.from_names(["red", "blue"])
WIDTH, HEIGHT = 32, 24


def plate(number: int) -> NDArray[np.uint8]:
    """A frame that can be told from every other by any of its pixels."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[..., 0] = number % 256
    image[..., 1] = np.arange(WIDTH) * 7
    image[..., 2] = (np.arange(HEIGHT) * 9)[:, None]
    return image


def label_map(number: int) -> LabelMap:
    """Part 1 moves to the right with the frame number, part 2 stands still."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    left = 2 + number % 10
    labels[4:12, left : left + 8] = 1
    labels[16:22, 20:30] = 2
    return labels


def scores_of(number: int, labels: LabelMap, confidence: tuple[float, float] = (0.9, 0.5)) -> FrameScores:
    """Scores at plate size that are unsure by a quarter everywhere."""
    ids = PARTS.ids
    values = np.full((len(ids) + 1, *labels.shape), 0.125, np.float32)
    for index, value in enumerate((0, *ids)):
        values[index][labels == value] = 0.75
    return FrameScores(number, values, ids, PlateMap(1.0, 1.0), confidence, "Flow from frame 3.")


def write_clip(folder: Path, numbers: range) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        Image.fromarray(plate(number)).save(folder / f"shot.{number:04d}.png")
    return folder


def write_result(
    folder: Path, numbers: range, make: Callable[[int], LabelMap] = label_map, width: int = WIDTH, height: int = HEIGHT
) -> Path:
    writer = ResultWriter.open(
        folder,
        fingerprint={"seed": 0},
        parts=PARTS,
        clip={"width": width, "height": height},
        stems={number: f"shot.{number:04d}" for number in numbers},
    )
    for number in numbers:
        labels = make(number)
        writer.write(f"shot.{number:04d}", scores_of(number, labels), labels)
    writer.save()
    return folder
