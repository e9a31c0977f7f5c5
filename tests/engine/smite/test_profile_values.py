from __future__ import annotations

import pytest

from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.errors import InputError
from engine.smite.profile_values import prompt_names, resolution_of

PARTS = PartSet.from_names(["left", "right"])


def profile(**settings: object) -> Profile:
    return Profile(PARTS, "smite", {}, settings)


@pytest.mark.parametrize("names", [None, "left right", ["left"], ["left", 2]])
def test_a_profile_without_its_prompt_is_refused_with_a_sentence(names: object) -> None:
    with pytest.raises(InputError, match="which prompt"):
        prompt_names(profile(prompt_names=names))


@pytest.mark.parametrize("side", [None, "512", 0, -64, 100])
def test_a_profile_with_an_impossible_resolution_is_refused_with_a_sentence(side: object) -> None:
    with pytest.raises(InputError, match="multiple of 64"):
        resolution_of(profile(resolution=side))


def test_what_learning_stored_is_read_back() -> None:
    learned = profile(prompt_names=["left", "right"], resolution=512)
    assert (prompt_names(learned), resolution_of(learned)) == (["left", "right"], 512)
