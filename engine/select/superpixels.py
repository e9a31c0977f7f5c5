"""Superpixels of an image, made tile by tile as they are needed (SLIC, Achanta et al. 2012)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError

TILE_PX = 512
MIN_REGION_PX = 4
MAX_REGION_PX = 256


@dataclass(frozen=True)
class SlicSettings:
    """How superpixels are cut.

    Attributes:
        region_px: Side of a superpixel if it were a square.
        compactness: Weight of closeness against likeness of colour. With scikit-image's default of 10, film grain of
            +-10 levels broke flat ground up until its pieces were merged into one; 20 and the smoothing keep a grid.
        smoothing_px: Gaussian before colours are compared.
        iterations: Rounds of k-means; borders hardly move after five.
    """

    region_px: int = 20
    compactness: float = 20.0
    smoothing_px: float = 1.0
    iterations: int = 5

    def __post_init__(self) -> None:
        if not MIN_REGION_PX <= self.region_px <= MAX_REGION_PX:
            raise InputError(
                f"Superpixels measure {MIN_REGION_PX} to {MAX_REGION_PX} pixels across; got {self.region_px}."
            )


Tile = tuple[int, int]
"""Column and row of a tile of 512 x 512 pixels."""


class Superpixels:
    """The superpixels of one image. `make` may run in a thread while the others are called from another."""

    def __init__(self, image: NDArray[np.uint8], settings: SlicSettings | None = None) -> None:
        """Takes (H, W, 3) uint8 sRGB, which is kept, not copied."""
        self.settings = settings or SlicSettings()
        self._image = image
        self._tiles: dict[Tile, NDArray[np.int32]] = {}

    def belongs_to(self, image: NDArray[np.uint8]) -> bool:
        """Says whether these are the superpixels of this very array."""
        return image is self._image

    def tiles_of(self, box: tuple[int, int, int, int]) -> list[Tile]:
        """Returns the tiles that a (left, top, right, bottom) box of pixels touches."""
        height, width = self._image.shape[:2]
        left, top = max(0, box[0]), max(0, box[1])
        right, bottom = min(width, box[2]), min(height, box[3])
        return [
            (column, row)
            for row in range(top // TILE_PX, -(-bottom // TILE_PX))
            for column in range(left // TILE_PX, -(-right // TILE_PX))
            if right > left and bottom > top
        ]

    def missing(self, box: tuple[int, int, int, int]) -> list[Tile]:
        """Returns the tiles of a box that `make` has not made yet."""
        return [tile for tile in self.tiles_of(box) if tile not in self._tiles]

    def make(self, tile: Tile) -> None:
        """Cuts one tile into superpixels: about 0.1 s."""
        from skimage.segmentation import slic  # 0.3 s, which the window's start does not have

        column, row = tile
        crop = self._image[row * TILE_PX : (row + 1) * TILE_PX, column * TILE_PX : (column + 1) * TILE_PX]
        count = max(1, round(crop.shape[0] * crop.shape[1] / self.settings.region_px**2))
        self._tiles[tile] = slic(
            crop,
            n_segments=count,
            compactness=self.settings.compactness,
            sigma=self.settings.smoothing_px,
            max_num_iter=self.settings.iterations,
            start_label=0,
        ).astype(np.int32)

    def within(self, alpha: NDArray[np.uint8], left: int, top: int) -> list[tuple[int, int, NDArray[np.bool_]]]:
        """Returns the superpixels of which a brush covers a half or more, or that lie under its middle.

        Args:
            alpha: (h, w) uint8 coverage of the brush; 128 and more counts.
            left: Image column of its first column.
            top: Image row of its first row.

        Returns:
            For each tile that is made and touched: column and row of its first pixel, and a mask of its size.
        """
        found = []
        height, width = alpha.shape
        middle = (left + width // 2, top + height // 2)
        for tile in self.tiles_of((left, top, left + width, top + height)):
            if (segments := self._tiles.get(tile)) is None:
                continue
            x, y = tile[0] * TILE_PX, tile[1] * TILE_PX
            inside = _window(alpha, left, top, (x, y), segments.shape) >= 128
            covered = np.bincount(segments[inside], minlength=int(segments.max()) + 1)
            taken = covered * 2 >= np.bincount(segments.ravel())
            column, row = middle[0] - x, middle[1] - y
            if 0 <= row < segments.shape[0] and 0 <= column < segments.shape[1]:
                taken[segments[row, column]] = True
            if taken.any():
                found.append((x, y, taken[segments]))
        return found


def _window(
    alpha: NDArray[np.uint8], left: int, top: int, corner: tuple[int, int], shape: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Returns `alpha`, which lies at (left, top), on a tile of `shape` whose first pixel is `corner`."""
    window = np.zeros(shape, np.uint8)
    first_row, first_column = max(top, corner[1]), max(left, corner[0])
    end_row = min(top + alpha.shape[0], corner[1] + shape[0])
    end_column = min(left + alpha.shape[1], corner[0] + shape[1])
    window[first_row - corner[1] : end_row - corner[1], first_column - corner[0] : end_column - corner[0]] = alpha[
        first_row - top : end_row - top, first_column - left : end_column - left
    ]
    return window
