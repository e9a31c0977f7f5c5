from __future__ import annotations

import numpy as np
import torch

from engine.smite.known_maps import known_labels, with_known
from engine.smite.scores import Channels

CHANNELS = Channels(part_ids=(7, 3), sources=(1, 2), strangers=())


def test_painted_parts_become_the_profiles_channels() -> None:
    painted = np.zeros((8, 8), np.uint8)
    painted[:4], painted[4:, :4], painted[4:, 4:] = 7, 3, 255
    labels = known_labels(painted, (0, 0, 8, 8), CHANNELS, 4)
    assert labels.tolist() == [[1, 1, 1, 1], [1, 1, 1, 1], [2, 2, 255, 255], [2, 2, 255, 255]]


def test_a_part_that_the_profile_does_not_know_is_not_known() -> None:
    painted = np.full((4, 4), 9, np.uint8)
    assert (known_labels(painted, (0, 0, 4, 4), CHANNELS, 2) == 255).all()


def test_a_cell_takes_the_label_that_fills_most_of_it() -> None:
    painted = np.zeros((9, 9), np.uint8)
    painted[:, :2] = 7
    painted[:, 3:5] = 3
    labels = known_labels(painted, (0, 0, 9, 9), CHANNELS, 3)
    assert labels.tolist() == [[1, 2, 0]] * 3


def test_only_the_box_counts_also_where_it_is_smaller_than_the_grid() -> None:
    painted = np.zeros((20, 20), np.uint8)
    painted[10:12, 10:12] = 3
    assert (known_labels(painted, (10, 10, 12, 12), CHANNELS, 4) == 2).all()


def test_known_pixels_win_and_others_keep_their_maps() -> None:
    maps = torch.randn(3, 4, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.full((4, 4), 255)
    labels[0], labels[1] = 2, 0
    known = with_known(maps, labels)
    assert (known.argmax(dim=0)[0] == 2).all()
    assert (known.argmax(dim=0)[1] == 0).all()
    assert torch.equal(known[:, 2:], maps[:, 2:])
    assert known.amax() <= max(float(maps.amax()), float(maps.amin()) + 1)
    assert known.amin() == maps.amin()


def test_paint_wins_on_maps_without_contrast() -> None:
    known = with_known(torch.zeros(3, 2, 2), torch.full((2, 2), 1))
    assert (known.argmax(dim=0) == 1).all()
