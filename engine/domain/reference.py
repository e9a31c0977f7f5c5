"""References: images with painted parts, from which a profile is learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import Painted, size_text
from engine.errors import InputError


@dataclass(frozen=True)
class Reference:
    """One painted image.

    Attributes:
        name: What messages call it, usually the file's stem.
        image: (H, W, 3) uint8 sRGB.
        painted: Labels of the same size.
        frame: Frame number where the image is a frame of the clip that is learned, else None.
        holdout: Kept out of learning and used to measure it.
    """

    name: str
    image: NDArray[np.uint8]
    painted: Painted
    frame: int | None = None
    holdout: bool = False

    def __post_init__(self) -> None:
        if self.image.shape[:2] != self.painted.labels.shape:
            raise InputError(
                f"The mask of '{self.name}' is {size_text(self.painted.labels)}, its image {size_text(self.image)}. "
                "Save the mask at the size of its image."
            )
