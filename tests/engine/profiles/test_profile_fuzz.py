"""Profiles and training runs from strangers are read, or refused in a sentence."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.library import copy_profile, free_name, list_profiles, rename_parts, rename_profile
from engine.domain.parts import PartSet
from engine.domain.profile import ModelIdentity, Profile
from engine.profiles import read_profile, write_profile
from engine.profiles.card import read_card, read_first_thumbnail
from engine.profiles.file import HEADER_KEY
from engine.profiles.training_run import checkpoints_in
from tests.engine.hostile import (
    BAD_NAMES,
    as_json,
    contents,
    damaged,
    few,
    memory_below,
    mutated,
    nothing_written_outside,
    replaced,
    told,
    values,
)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profiles/car.safetensors"
    made = Profile(
        PartSet.from_names(["body", "wheel"]),
        "quick",
        {"weights": np.ones((2, 3), np.float32)},
        {"preset": "draft"},
        {"steps": 3, "holdout_iou": 0.5, "references": ["a"], "learned_at": "2026-01-01"},
        ModelIdentity("some/model", "abc"),
        {"a": np.zeros((4, 6, 3), np.uint8)},
        "none",
    )
    write_profile(path, made)
    return path


def _use(path: Path) -> None:
    """Does with a profile what the library and a run do."""
    folder = path.parent
    read = told(lambda: read_profile(path))
    card = told(lambda: read_card(path))
    read_first_thumbnail(path)
    listing = list_profiles(folder)
    assert len(listing.cards) + len(listing.problems) >= 1
    if read is not None:
        told(read.digest)
        told(lambda: rename_parts(path, dict.fromkeys(read.parts.ids[:1], "other")))
        told(lambda: copy_profile(path, folder, "copy"))
    if card is not None:
        str(card.name)


@given(data=st.data())
@few
def test_damaged_profiles_are_a_sentence_or_a_profile(profile: Path, data: st.DataObject) -> None:
    whole = profile.read_bytes()
    content = data.draw(st.one_of(damaged(whole), contents, st.binary(max_size=80)))
    with replaced(profile, content), nothing_written_outside(profile.parent):
        _use(profile)


@given(data=st.data())
@few
def test_profiles_with_hostile_headers_are_a_sentence_or_a_profile(profile: Path, data: st.DataObject) -> None:
    whole = profile.read_bytes()
    (length,) = struct.unpack("<Q", whole[:8])
    outer: Any = json.loads(whole[8 : 8 + length])
    if data.draw(st.booleans()):
        inner = json.loads(outer["__metadata__"][HEADER_KEY])
        new = data.draw(st.one_of(mutated(inner), values))
        outer["__metadata__"][HEADER_KEY] = as_json(new).decode()
    else:
        outer = data.draw(mutated(outer))
    text = as_json(outer)
    content = struct.pack("<Q", len(text)) + text + whole[8 + length :]
    with replaced(profile, content), nothing_written_outside(profile.parent):
        _use(profile)


@given(content=contents)
@few
def test_deep_headers_inside_a_profile_are_a_sentence(profile: Path, content: bytes) -> None:
    for head in (content, as_json({"__metadata__": {HEADER_KEY: content.decode("latin-1")}})):
        with replaced(profile, struct.pack("<Q", len(head)) + head):
            _use(profile)


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**40, 10**8])
def test_a_head_that_claims_to_be_huge_takes_no_memory(profile: Path, length: int) -> None:
    profile.write_bytes(struct.pack("<Q", length) + b"{}")
    with memory_below(64):
        _use(profile)


@given(data=st.data())
@few
def test_mutated_checkpoints_are_left_out_or_listed(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir(exist_ok=True)
    table = {"step": 5, "total": 9, "losses": [1.0, 0.5], "holdout_iou": {"body": 0.5}, "score": 0.5}
    content = data.draw(st.one_of(mutated(table).map(as_json), values.map(as_json), contents))
    (folder / "000005.json").write_bytes(content)
    checkpoints_in(tmp_path)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_of_profiles_stay_in_their_folder(profile: Path, name: str) -> None:
    with nothing_written_outside(profile.parent):
        free = told(lambda: free_name(profile.parent, name))
        if free is not None:
            assert free.parent == profile.parent
        told(lambda: rename_profile(profile, name))
