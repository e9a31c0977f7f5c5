from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.parts import DEFAULT_PALETTE, Part, PartSet, channel_name, parse_colour
from engine.errors import InputError


def test_a_part_table_survives_json() -> None:
    parts = PartSet((Part.named(3, "left eye", (1, 2, 3), group="face"), Part.named(1, "Nase é")))
    assert PartSet.from_json(parts.to_json()) == parts


@pytest.mark.parametrize(
    "table",
    [
        ["wheel", "window"],
        [{"name": "wheel"}, {"name": "window"}],
        {"parts": [{"name": "wheel", "id": 1}, {"name": "window", "id": 2}]},
        {"1": "wheel", "2": "window"},
    ],
)
def test_part_tables_may_be_written_shortly(table: object) -> None:
    parts = PartSet.from_json(table)
    assert [(p.id, p.name, p.colour) for p in parts] == [
        (1, "wheel", DEFAULT_PALETTE[0]),
        (2, "window", DEFAULT_PALETTE[1]),
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (7, "part table is a list"),
        ([{"colour": "#FFFFFF"}], "needs a name"),
        ([{"name": " "}], "no name"),
        ([{"name": "a", "id": 0}], "ids go from 1"),
        ([{"name": "a", "id": 255}], "ids go from 1"),
        ([{"name": "a", "id": "x"}], "whole number"),
        ([{"name": "a", "id": 1}, {"name": "b", "id": 1}], "share the id 1"),
        ([{"name": "a"}, {"name": "a"}], "share the name a"),
        ([{"name": "a", "colour": "mauve"}], "no colour"),
        ([{"name": "a", "channel": "a.b"}], "cannot name a channel"),
    ],
)
def test_a_wrong_part_table_is_a_sentence(table: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        PartSet.from_json(table)


def test_names_that_sanitise_alike_get_channels_of_their_own() -> None:
    parts = PartSet.from_names(["left eye", "left.eye", "left_eye"])
    assert [p.channel for p in parts] == ["left_eye", "left_eye_2", "left_eye_3"]


@given(st.text())
def test_every_channel_name_is_legal_in_nuke(name: str) -> None:
    channel = channel_name(name)
    assert channel.isascii()
    assert channel[0].isalpha()
    assert all(letter.isalnum() or letter == "_" for letter in channel)
    assert channel_name(channel) == channel


@given(st.permutations(["wheel", "window", "body", "light"]))
def test_the_canonical_order_does_not_depend_on_the_artists_order(names: list[str]) -> None:
    assert PartSet.from_names(names).canonical().names == ("body", "light", "wheel", "window")


def test_ids_are_never_given_twice() -> None:
    parts = PartSet.from_names(["a", "b"]).adding("c")
    assert parts.by_name("c").id == 3
    assert parts.renaming(3, "d").by_id(3).channel == "c"


def test_the_palette_shows_parts_black_background_and_grey_unknown() -> None:
    palette = PartSet((Part.named(7, "a", (10, 20, 30)),)).palette()
    assert palette[:3] == bytes(3)
    assert palette[21:24] == bytes((10, 20, 30))
    assert palette[765:] == bytes((128, 128, 128))


@pytest.mark.parametrize(
    ("text", "colour"), [("#0a1B2c", (10, 27, 44)), ("ffffff", (255, 255, 255)), ([1, 2, 3], (1, 2, 3))]
)
def test_colours_are_read_in_both_forms(text: object, colour: tuple[int, int, int]) -> None:
    assert parse_colour(text) == colour
