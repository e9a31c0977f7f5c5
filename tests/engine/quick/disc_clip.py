"""A tiny clip in memory with exact truth: a textured disc with a lid moves over a textured ground."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo, FrameRange
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.reference import Reference
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask


class MemoryClip:
    """A FrameSource over arrays."""

    def __init__(self, images: dict[int, NDArray[np.uint8]], content_id: str = "tiny") -> None:
        first = next(iter(images.values()))
        self._images = images
        self.info = ClipInfo("tiny", first.shape[1], first.shape[0], None, Fraction(1), "srgb", content_id)
        self.numbers: Sequence[int] = tuple(sorted(images))
        self.reads = 0

    def read(self, number: int) -> NDArray[np.uint8]:
        self.reads += 1
        return self._images[number]

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        return


def texture(height: int, width: int, seed: int, colour: Sequence[int]) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 1)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.5)[..., None]
    return np.clip(np.array(colour) + 110 * smooth, 0, 255).astype(np.uint8)


def moving_disc(
    numbers: Sequence[int] = range(8), *, size: tuple[int, int] = (96, 64), step: float = 2.0
) -> tuple[MemoryClip, dict[int, NDArray[np.uint8]]]:
    """Returns the clip and its truth: 1 the disc, 2 a lid on it."""
    width, height = size
    ground = texture(height, width, 0, (90, 120, 90))
    skin = texture(height, width, 1, (190, 70, 60))
    images, truth = {}, {}
    for place, number in enumerate(numbers):
        centre_x = width * 0.3 + step * place
        y, x = np.mgrid[:height, :width]
        disc = (x - centre_x) ** 2 + (y - height / 2) ** 2 < (height * 0.22) ** 2
        lid = disc & (y < height / 2)
        labels = disc.astype(np.uint8) + lid
        moved = cv2.warpAffine(
            skin, np.array([[1, 0, step * place], [0, 1, 0]], np.float64), (width, height), borderMode=cv2.BORDER_WRAP
        )
        image = np.where(disc[..., None], moved, ground)
        image[lid] = image[lid] // 2
        images[number], truth[number] = image.astype(np.uint8), labels
    return MemoryClip(images), truth


TWO_PARTS = PartSet.from_names(["disc", "lid"])


def disc_task(
    clip: MemoryClip,
    truth: dict[int, NDArray[np.uint8]],
    anchors: Sequence[int],
    *,
    parts: PartSet = TWO_PARTS,
    settings: SegmentSettings | None = None,
    frames: Sequence[int] | None = None,
) -> ClipTask:
    scene = FrameRange(clip.numbers[0], clip.numbers[-1] + 1)
    return ClipTask(
        clip,
        (scene,),
        clip.numbers if frames is None else frames,
        {frame: Painted(truth[frame]) for frame in anchors},
        parts,
        settings or SegmentSettings(),
    )


def references_of(task: ClipTask) -> list[Reference]:
    return [
        Reference(task.source.stem(frame), task.source.read(frame), painted, frame=frame)
        for frame, painted in sorted(task.anchors.items())
    ]
