"""Label maps: one uint8 per pixel that says which part was painted there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

LabelMap = NDArray[np.uint8]
"""(H, W) uint8: 0 background, 1..254 part ids, 255 not painted."""

BACKGROUND = 0
UNKNOWN = 255
MAX_PART_ID = 254


@dataclass(frozen=True)
class Painted:
    """What an artist painted on one image: a label per pixel and how much of the pixel it covers.

    Attributes:
        labels: (H, W) uint8, values as in `LabelMap`.
        coverage: (H, W) uint8, 255 where the label covers the whole pixel, or None where it does so everywhere.
    """

    labels: LabelMap
    coverage: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        check_label_map(self.labels)
        if self.coverage is not None and self.coverage.shape != self.labels.shape:
            raise InputError(
                f"Coverage has the size {size_text(self.coverage)}, its labels {size_text(self.labels)}. "
                "Both must have the size of the image."
            )

    @property
    def part_ids(self) -> tuple[int, ...]:
        """The part ids that occur, in ascending order; background and unknown are left out."""
        return part_ids_in(self.labels)


def part_ids_in(labels: LabelMap) -> tuple[int, ...]:
    """Returns the part ids that occur in `labels`, in ascending order, without background and unknown."""
    counts = np.bincount(labels.ravel(), minlength=256)
    return tuple(int(value) for value in np.flatnonzero(counts[1:UNKNOWN]) + 1)


def check_label_map(labels: LabelMap) -> None:
    """Raises InputError unless `labels` is a non-empty (H, W) uint8 array."""
    if labels.ndim != 2 or labels.dtype != np.uint8 or labels.size == 0:
        raise InputError(f"A label map must be a 2-D uint8 image; got shape {labels.shape}, type {labels.dtype}.")


def size_text(image: NDArray[np.generic]) -> str:
    """Returns 'width x height' of an image array, as artists write sizes."""
    return f"{image.shape[1]}x{image.shape[0]}"
