"""The library: cards from heads alone, renaming without learning, files of strangers."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.api.library import (
    copy_profile,
    delete_profile,
    export_profile,
    free_name,
    list_profiles,
    rename_parts,
    restore_profile,
)
from engine.domain.parts import PartSet
from engine.domain.profile import ModelIdentity, Profile
from engine.errors import InputError
from engine.profiles import read_profile, write_profile
from engine.profiles.card import read_card, read_first_thumbnail


def small(**changes: object) -> Profile:
    rng = np.random.default_rng(0)
    base = Profile(
        parts=PartSet.from_names(["wheel", "body"]),
        backbone="smite",
        tensors={"embeddings": rng.random((2, 8)).astype(np.float32), "deltas": np.arange(5, dtype=np.float16)},
        settings={"prompt_names": ["wheel", "body"]},
        training={"steps": 7, "holdout_iou": 0.81, "references": ["a", "b"], "learned_at": "2026-01-02T03:04:05+00:00"},
        model=ModelIdentity("sd", "hash"),
        thumbnails={"a": rng.integers(0, 255, (6, 9, 3)).astype(np.uint8)},
        licence="as its model",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_card_tells_what_the_whole_file_would(tmp_path: Path) -> None:
    path = tmp_path / "car.safetensors"
    write_profile(path, small())
    card = read_card(path)
    assert (card.name, card.backbone, card.model, card.score, card.steps) == ("car", "smite", "sd", 0.81, 7)
    assert (card.parts, card.references, card.licence) == (small().parts, ("a", "b"), "as its model")
    picture = read_first_thumbnail(path)
    assert picture is not None
    assert np.array_equal(picture, small().thumbnails["a"])


def test_a_card_does_not_read_the_tensors(tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    write_profile(path, small())
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    path.write_bytes(data[: 8 + length])
    assert read_card(path).steps == 7
    with pytest.raises(InputError, match="damaged"):
        read_profile(path)


def test_renaming_parts_keeps_every_tensor_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "car.safetensors"
    write_profile(path, small())
    before = read_profile(path)
    rename_parts(path, {1: "tyre"})
    after = read_profile(path)
    assert after.parts.names == ("tyre", "body")
    assert [part.channel for part in after.parts] == [part.channel for part in before.parts]
    assert all(after.tensors[name].tobytes() == before.tensors[name].tobytes() for name in before.tensors)
    assert all(np.array_equal(after.thumbnails[name], before.thumbnails[name]) for name in before.thumbnails)
    assert (after.settings, after.training, after.model) == (before.settings, before.training, before.model)


def test_two_parts_cannot_be_given_one_name(tmp_path: Path) -> None:
    path = tmp_path / "car.safetensors"
    write_profile(path, small())
    data = path.read_bytes()
    with pytest.raises(InputError, match="share the name"):
        rename_parts(path, {1: "body"})
    assert path.read_bytes() == data


def hostile() -> dict[str, bytes]:
    def file(metadata: object) -> bytes:
        text = json.dumps({"__metadata__": metadata}).encode()
        return struct.pack("<Q", len(text)) + text

    def profile(**changes: object) -> bytes:
        table = {"schema_version": 1, "parts": [], "backbone": "quick", "thumbnails": [], "model": None}
        return file({"smite_studio_profile": json.dumps({**table, **changes})})

    return {
        "empty": b"",
        "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cos\nsystem\n",
        "endless head": struct.pack("<Q", 2**63) + b"{}",
        "metadata is a list": file([1, 2]),
        "parts are numbers": profile(parts=[1, 2]),
        "parts are missing": profile(parts=None),
        "part id out of range": profile(parts=[{"id": 999, "name": "x"}]),
        "unknown backbone": profile(backbone="shell"),
        "version is text": profile(schema_version="nine"),
    }


@pytest.mark.parametrize("name", list(hostile()))
def test_files_of_strangers_are_sentences_and_hide_no_other_profile(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.safetensors").write_bytes(hostile()[name])
    write_profile(tmp_path / "good.safetensors", small())
    found = list_profiles(tmp_path)
    assert [card.name for card in found.cards] == ["good"]
    assert len(found.problems) == 1
    assert read_first_thumbnail(tmp_path / "bad.safetensors") is None
    with pytest.raises(InputError):
        copy_profile(tmp_path / "bad.safetensors", tmp_path, "copy")
    assert not (tmp_path / "copy.safetensors").exists()


def test_copies_get_free_names_and_the_trash_gives_back(tmp_path: Path) -> None:
    path = tmp_path / "car.safetensors"
    write_profile(path, small())
    copy = copy_profile(path, tmp_path, "car")
    assert copy.name == "car 2.safetensors"
    trashed = delete_profile(path)
    assert [card.name for card in list_profiles(tmp_path).cards] == ["car 2"]
    assert restore_profile(trashed, path) == path
    exported = export_profile(path, tmp_path / "elsewhere" / "show")
    assert read_profile(exported).digest() == small().digest()


def test_a_name_of_forbidden_characters_is_refused(tmp_path: Path) -> None:
    assert free_name(tmp_path, "a/b:c").name == "abc.safetensors"
    with pytest.raises(InputError, match="cannot name a file"):
        free_name(tmp_path, "///")
