from __future__ import annotations

import numpy as np
import pytest

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError
from engine.mattes.layers import WholeMattes, hard_labels, layers_of, union_of
from engine.mattes.options import LayerChoice
from engine.mattes.overlay import overlay
from engine.mattes.stack import MatteStack, matte_stack

PARTS = PartSet.from_names(["wheel", "front window"])
FACE = PartSet.from_json(
    [
        {"name": "left eye", "group": "eyes"},
        {"name": "skin"},
        {"name": "right eye", "group": "eyes"},
        {"name": "depth"},
    ]
)


def random_stack(num_parts: int) -> MatteStack:
    rng = np.random.default_rng(3)
    values = rng.dirichlet(np.ones(num_parts + 1), (6, 8)).transpose(2, 0, 1).astype(np.float32)
    ids = tuple(range(1, num_parts + 1))
    scores = FrameScores(1, values, ids, PlateMap(2, 2, 2, 2), (1.0,) * num_parts, "", "done")
    return matte_stack(scores, rng.integers(0, num_parts + 1, (18, 22)).astype(np.uint8))


@pytest.mark.parametrize("bits", [8, 16])
def test_parts_and_background_are_watertight_and_say_what_the_labels_say(bits: int) -> None:
    mattes = random_stack(2)
    whole = WholeMattes(mattes, bits=bits)
    *parts, background = layers_of(PARTS, LayerChoice(background=True))
    stack = np.stack([whole.plane(layer).astype(np.int64) for layer in (background, *parts)])
    assert (stack.sum(axis=0) == 2**bits - 1).all()
    assert (stack.argmax(axis=0) == mattes.labels).all()
    assert (hard_labels(mattes) == mattes.labels).all()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("level", ["parts", "groups"])
def test_the_layers_of_a_level_and_the_background_sum_exactly_to_full_scale(bits: int, level: str) -> None:
    mattes = random_stack(4)
    layers = layers_of(FACE, LayerChoice(level, background=True))  # type: ignore[arg-type]
    total = sum(WholeMattes(mattes, bits=bits).plane(layer).astype(np.int64) for layer in layers)
    assert (total == 2**bits - 1).all()
    light = sum(layer.plane(mattes) for layer in layers)
    assert np.abs(light - 1).max() <= 1e-6


def test_a_group_is_the_sum_of_its_parts() -> None:
    mattes = random_stack(4)
    (eyes,) = [layer for layer in layers_of(FACE, LayerChoice("both")) if layer.kind == "group"]
    parts = [mattes.plane(value) for value in (1, 3)]
    assert (eyes.plane(mattes) == parts[0] + parts[1]).all()
    assert (eyes.soft(mattes) == (parts[0] + parts[1])[mattes.box]).all()


def test_levels_name_what_they_hold() -> None:
    def names(level: str) -> list[str]:
        return [layer.name for layer in layers_of(FACE, LayerChoice(level))]  # type: ignore[arg-type]

    assert names("parts") == ["left eye", "skin", "right eye", "depth"]
    assert names("groups") == ["skin", "depth", "eyes"]
    assert names("both") == ["left eye", "skin", "right eye", "depth", "eyes"]
    everything = union_of(layers_of(FACE, LayerChoice("both", background=True)))
    assert everything.members == (1, 2, 3, 4)


def test_channels_are_unique_without_regard_to_case_and_never_reserved() -> None:
    parts = PartSet.from_names(["Hair", "hair", "depth", "rgba", "a.b", "a b", "Räder", "車"])
    channels = [layer.channel for layer in layers_of(parts, LayerChoice())]
    assert channels == ["Hair", "hair_2", "depth_matte", "rgba_matte", "a_b", "a_b_2", "Rader", "part"]
    assert len({channel.lower() for channel in channels}) == len(channels)
    assert all(channel.isascii() and channel.replace("_", "").isalnum() for channel in channels)


def test_an_unknown_part_is_a_sentence_that_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'nose'\. Known: left eye, skin, right eye, depth, eyes"):
        layers_of(FACE, LayerChoice("both", ("nose",)))


def test_the_overlay_leaves_background_alone_and_tints_parts() -> None:
    image = np.full((20, 30, 3), 100, np.uint8)
    labels = np.zeros((20, 30), np.uint8)
    labels[5:15, 5:25] = 1
    labels[0, 0] = 255
    shown = overlay(image, labels, PARTS)
    assert (shown[0, 0] == 100).all()
    assert (shown[2, 2] == 100).all()
    tint = np.round(100 * 0.55 + np.array(PARTS.by_id(1).colour) * 0.45)
    assert np.abs(shown[10, 15].astype(int) - tint).max() <= 1
    assert (shown[5, 5] == PARTS.by_id(1).colour).all()


def test_a_part_that_the_frame_does_not_know_is_black_everywhere() -> None:
    mattes = random_stack(2)
    (unknown,) = layers_of(PartSet.from_rows([{"name": "hat", "id": 7}]), LayerChoice())
    assert not unknown.plane(mattes).any()
    assert not unknown.soft(mattes).any()
    assert not WholeMattes(mattes, bits=16).plane(unknown).any()
