from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.smite.augment import Picture, augmented, without_flip_where_sides_matter
from engine.smite.settings import SUBJECTS, Augmentation, subject

NOTHING = Augmentation(
    shrink_chance=0, blur_chance=0, dropout_chance=0, flip_chance=0, min_crop_ratio=1.0, rotation_chance=0
)


def picture(height: int = 60, width: int = 80) -> Picture:
    """Labels can be read off the image: 40 + 60 * label in every colour."""
    rows, columns = np.mgrid[:height, :width]
    labels = ((rows > height // 3).astype(np.uint8) + (columns > width // 2)).astype(np.uint8)
    image = np.repeat((40 + 60 * labels)[..., None], 3, axis=2).astype(np.uint8)
    return Picture(image, labels)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def agreement(result: Picture) -> float:
    """Share of pixels whose image says the same as their label (edges are blurred, black is background)."""
    told = np.where(result.image[..., 0] < 20, 0, np.clip(np.round((result.image[..., 0] - 40.0) / 60), 0, 2))
    return float((told == result.labels).mean())


@pytest.mark.parametrize(
    "changes",
    [
        {"shrink_chance": 1.0},
        {"blur_chance": 1.0},
        {"dropout_chance": 1.0},
        {"flip_chance": 1.0},
        {"min_crop_ratio": 0.6},
        {"rotation_chance": 1.0},
        {
            "shrink_chance": 1.0,
            "dropout_chance": 1.0,
            "flip_chance": 1.0,
            "min_crop_ratio": 0.6,
            "rotation_chance": 1.0,
        },
    ],
)
def test_image_and_labels_move_together(changes: dict[str, float]) -> None:
    for seed in range(8):
        result = augmented(picture(), 64, 1, replace(NOTHING, **changes), generator(seed))  # type: ignore[arg-type]
        assert result.image.shape == (64, 64, 3)
        assert result.labels.shape == (64, 64)
        assert result.labels.dtype == np.uint8
        assert agreement(result) > 0.93


def test_nothing_to_do_is_a_resize() -> None:
    result = augmented(picture(), 64, 1, NOTHING, generator(0))
    assert np.array_equal(result.labels, picture().resized(64, 64).labels)


def test_a_mirror_image_is_the_mirrored_picture() -> None:
    flipped = augmented(picture(), 64, 1, replace(NOTHING, flip_chance=1.0), generator(0))
    plain = augmented(picture(), 64, 1, NOTHING, generator(0))
    assert np.array_equal(flipped.image, plain.image[:, ::-1])
    assert np.array_equal(flipped.labels, plain.labels[:, ::-1])


def test_crops_keep_enough_of_the_part_whose_turn_it_is() -> None:
    small = Picture(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8))
    small.labels[50:60, 50:60] = 1
    settings = replace(NOTHING, min_crop_ratio=0.3, kept_share=0.9)
    for seed in range(20):
        assert (augmented(small, 64, 1, settings, generator(seed)).labels == 1).sum() >= 90


def test_unknown_pixels_stay_unknown() -> None:
    unknown = Picture(picture().image, np.full((60, 80), 255, np.uint8))
    result = augmented(unknown, 64, 0, Augmentation(), generator(3))
    assert set(np.unique(result.labels)) <= {0, 255}
    assert (result.labels == 255).any()


def test_the_same_seed_gives_the_same_variation() -> None:
    first, again, other = (augmented(picture(), 64, 1, Augmentation(), generator(seed)) for seed in (4, 4, 5))
    assert np.array_equal(first.image, again.image)
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize(
    ("names", "flips"),
    [
        (["left eye", "nose"], False),
        (["hand_R", "body"], False),
        (["Right_wheel"], False),
        (["bright light", "cleft", "hair"], True),
    ],
)
def test_no_mirror_images_where_parts_are_left_or_right(names: list[str], flips: bool) -> None:
    assert (without_flip_where_sides_matter(Augmentation(), names).flip_chance > 0) == flips


def test_subjects_carry_the_papers_constants() -> None:
    found = {name: subject(name) for name in SUBJECTS}
    assert {name: s.vote_window for name, s in found.items()} == {
        "horses": 7,
        "faces": 15,
        "cars": 15,
        "non-text": 15,
    }
    assert found["faces"].tracking_weight == 0.5
    assert found["horses"].augmentation.min_crop_ratio == 0.8
    assert found["cars"].augmentation.min_crop_ratio == 0.6
    assert found["faces"].augmentation.rotation_degrees == 10
    assert all(s.low_pass_threshold == 0.4 for s in found.values())
    with pytest.raises(InputError, match="horses, faces, cars, non-text"):
        subject("boats")
