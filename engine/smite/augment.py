"""How references are varied while learning, so that a few images stand for a class (code: the training data set)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import BACKGROUND
from engine.smite.settings import Augmentation

_SIDE_WORD = re.compile(r"(?<![a-z])(left|right|l|r)(?![a-z])", re.IGNORECASE)
_BLUR_KERNELS, _BLUR_CHANCES = (1, 3, 5), (0.2, 0.4, 0.4)
_CROP_TRIES = 50


@dataclass(frozen=True)
class Picture:
    """An image and the channel number of each pixel.

    Attributes:
        image: (H, W, 3) uint8 sRGB.
        labels: (H, W) uint8: 0 background, 1..K-1 parts, 255 not painted.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def resized(self, width: int, height: int) -> Picture:
        """Returns the picture at another size, its labels by nearest neighbour."""
        return Picture(
            cv2.resize(self.image, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False),
            cv2.resize(self.labels, (width, height), interpolation=cv2.INTER_NEAREST_EXACT).astype(
                np.uint8, copy=False
            ),
        )


def without_flip_where_sides_matter(augmentation: Augmentation, names: Sequence[str]) -> Augmentation:
    """Returns the augmentation without mirror images where a part's name speaks of left or right."""
    if any(_SIDE_WORD.search(name) for name in names):
        return replace(augmentation, flip_chance=0.0)
    return augmentation


def augmented(
    picture: Picture, side: int, part: int, augmentation: Augmentation, random: np.random.Generator
) -> Picture:
    """Returns a variation of a reference as a (side, side) picture.

    Black areas that shrinking, dropping out and rotating leave are background, as in the authors' code.

    Args:
        picture: The reference at its own size; its aspect ratio is given up.
        side: Side of the result.
        part: The channel whose turn it is: crops keep a share of it.
        augmentation: Chances and ranges.
        random: Decides.
    """
    if random.random() < augmentation.shrink_chance:
        picture = _shrunk(picture, random.uniform(*augmentation.shrink), random)
    picture = picture.resized(side, side)
    if random.random() < augmentation.blur_chance:
        picture = _blurred(picture, int(random.choice(_BLUR_KERNELS, p=_BLUR_CHANCES)))
    if random.random() < augmentation.dropout_chance:
        picture = _with_holes(picture, augmentation, random)
    if random.random() < augmentation.flip_chance:
        picture = Picture(picture.image[:, ::-1], picture.labels[:, ::-1])
    picture = _cropped(picture, part, augmentation, random).resized(side, side)
    if random.random() < augmentation.rotation_chance:
        limit = augmentation.rotation_degrees
        picture = _rotated(picture, random.uniform(-limit, limit))
    return picture


def _shrunk(picture: Picture, scale: float, random: np.random.Generator) -> Picture:
    height, width = picture.labels.shape
    small = picture.resized(max(1, int(width * scale)), max(1, int(height * scale)))
    rows, columns = small.labels.shape
    top, left = int(random.integers(height - rows + 1)), int(random.integers(width - columns + 1))
    image, labels = np.zeros_like(picture.image), np.full_like(picture.labels, BACKGROUND)
    image[top : top + rows, left : left + columns] = small.image
    labels[top : top + rows, left : left + columns] = small.labels
    return Picture(image, labels)


def _blurred(picture: Picture, kernel: int) -> Picture:
    sigma = 0.3 * ((kernel - 1) / 2 - 1) + 0.8
    return Picture(
        cv2.GaussianBlur(picture.image, (kernel, kernel), sigma).astype(np.uint8, copy=False), picture.labels
    )


def _with_holes(picture: Picture, augmentation: Augmentation, random: np.random.Generator) -> Picture:
    side = picture.labels.shape[0]
    image, labels = picture.image.copy(), picture.labels.copy()
    smallest, largest = (max(1, round(share * side)) for share in augmentation.dropout_side)
    for _ in range(int(random.integers(1, augmentation.dropout_holes + 1))):
        rows, columns = (int(extent) for extent in random.integers(smallest, largest + 1, size=2))
        top, left = int(random.integers(side - rows + 1)), int(random.integers(side - columns + 1))
        image[top : top + rows, left : left + columns] = 0
        labels[top : top + rows, left : left + columns] = BACKGROUND
    return Picture(image, labels)


def _cropped(picture: Picture, part: int, augmentation: Augmentation, random: np.random.Generator) -> Picture:
    """Returns a random square that keeps enough of the part whose turn it is, or the whole after many tries."""
    side = picture.labels.shape[0]
    wanted = picture.labels == part
    needed = augmentation.kept_share * int(wanted.sum())
    for _ in range(_CROP_TRIES):
        extent = max(1, int(random.uniform(augmentation.min_crop_ratio, 1) * side))
        top, left = (int(offset) for offset in random.integers(side - extent + 1, size=2))
        window = (slice(top, top + extent), slice(left, left + extent))
        if needed == 0 or int(wanted[window].sum()) > needed:
            return Picture(picture.image[window], picture.labels[window])
    return picture


def _rotated(picture: Picture, degrees: float) -> Picture:
    side = picture.labels.shape[0]
    turn = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), degrees, 1.0)
    image = cv2.warpAffine(picture.image, turn, (side, side), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0))
    labels = cv2.warpAffine(picture.labels, turn, (side, side), flags=cv2.INTER_NEAREST, borderValue=BACKGROUND)
    return Picture(image.astype(np.uint8, copy=False), labels.astype(np.uint8, copy=False))
