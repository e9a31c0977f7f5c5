from __future__ import annotations

import numpy as np
import pytest

from engine.domain.labels import UNKNOWN, Painted
from engine.domain.reference import Reference
from engine.errors import InputError


def test_part_ids_leave_out_background_and_unknown() -> None:
    labels = np.array([[0, 3, UNKNOWN], [254, 3, 0]], np.uint8)
    assert Painted(labels).part_ids == (3, 254)


@pytest.mark.parametrize(
    "labels", [np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.int64), np.zeros((0, 2), np.uint8)]
)
def test_only_label_maps_can_be_painted(labels: np.ndarray) -> None:
    with pytest.raises(InputError, match="label map"):
        Painted(labels)


def test_a_mask_of_another_size_than_its_image_names_both_sizes() -> None:
    with pytest.raises(InputError, match=r"'car' is 5x4, its image 6x4"):
        Reference("car", np.zeros((4, 6, 3), np.uint8), Painted(np.zeros((4, 5), np.uint8)))
    with pytest.raises(InputError, match="Coverage has the size 3x2"):
        Painted(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8))
