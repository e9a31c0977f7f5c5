"""Contact sheets: frames of a shot side by side with the edges of the truth, to look at before trusting it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.shot import Shot


def write_sheet(shot: Shot, path: Path, *, columns: int = 4, every: int = 4, width: int = 480) -> None:
    """Writes every `every`-th frame, with each part's edge drawn in its colour."""
    tiles = [_outlined(shot, number, width) for number in shot.numbers[::every]]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[first : first + columns]) for first in range(0, len(tiles), columns)]
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _outlined(shot: Shot, number: int, width: int) -> NDArray[np.uint8]:
    picture, labels = shot.read_frame(number), shot.read_truth(number)
    height = round(picture.shape[0] * width / picture.shape[1])
    tile = np.ascontiguousarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))
    small = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
    for part in shot.parts:
        edges, _ = cv2.findContours((small == part.id).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(tile, edges, -1, part.colour, 1)
    cv2.putText(tile, str(number), (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return tile
