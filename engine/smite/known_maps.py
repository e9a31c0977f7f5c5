"""Anchors in SMITE: painted frames of the clip itself, as maps and labels that are known."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.edits import Rect
from engine.domain.labels import BACKGROUND, UNKNOWN, LabelMap
from engine.smite.scores import Channels


def known_labels(painted: LabelMap, box: Rect, channels: Channels, side: int) -> Tensor:
    """Returns what was painted inside a box on the grid of the maps: the label that fills most of each cell.

    Args:
        painted: (H, W) part ids; 255 is not painted.
        box: Plate pixels that the grid covers.
        channels: Which part is which channel; a part that the profile does not know counts as not painted.
        side: Rows and columns of the grid.

    Returns:
        (side, side) int64 channel numbers; 255 where it is not known.
    """
    left, top, right, bottom = box
    table = np.full(256, UNKNOWN, np.int64)
    table[BACKGROUND] = BACKGROUND
    table[list(channels.part_ids)] = channels.sources
    cut = table[painted[top:bottom, left:right]]
    values = np.unique(cut)
    shares = np.stack([_cell_shares(cut == value, side) for value in values])
    return torch.from_numpy(values[shares.argmax(axis=0)])


def with_known(maps: Tensor, labels: Tensor) -> Tensor:
    """Returns the maps (K, s, s) of a painted frame: the painted part has the largest value there, others the least.

    The range stays that of the maps, so that averages with maps of other frames keep their meaning.

    Args:
        maps: (K, s, s) WAS maps.
        labels: (s, s) int64 channels; 255 is not known.
    """
    low, high = maps.amin(), maps.amax()
    wins = torch.arange(len(maps), device=maps.device)[:, None, None] == labels[None]
    known = torch.where(wins, torch.maximum(high, low + 1.0), low)
    return torch.where((labels != UNKNOWN)[None], known, maps)


def _cell_shares(mask: NDArray[np.bool_], side: int) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(mask.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA), np.float32)
