from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from engine.domain.parts import PartSet
from engine.domain.profile import ModelIdentity, Profile
from engine.errors import InputError
from engine.profiles import read_profile, write_profile


def example() -> Profile:
    rng = np.random.default_rng(0)
    return Profile(
        parts=PartSet.from_names(["Nase é", "wheel"]),
        backbone="smite",
        tensors={"embeddings": rng.random((2, 8)).astype(np.float32), "deltas/a": np.arange(3, dtype=np.int32)},
        settings={"lr": 0.1},
        training={"steps": 3, "losses": [1.0, 0.5]},
        model=ModelIdentity("folder", "abc"),
        thumbnails={"frame é 1": rng.integers(0, 255, (4, 5, 3)).astype(np.uint8)},
        licence="CreativeML Open RAIL++-M",
    )


def test_every_field_survives_the_round_trip(tmp_path: Path) -> None:
    write_profile(tmp_path / "p.safetensors", example())
    found = read_profile(tmp_path / "p.safetensors")
    want = example()
    for name in ("parts", "backbone", "settings", "training", "model", "licence"):
        assert getattr(found, name) == getattr(want, name)
    for kind in ("tensors", "thumbnails"):
        stored, wanted = getattr(found, kind), getattr(want, kind)
        assert stored.keys() == wanted.keys()
        assert all((stored[k] == wanted[k]).all() and stored[k].dtype == wanted[k].dtype for k in wanted)
    assert found.digest() == want.digest()


def test_the_digest_changes_with_what_decides_the_result_only(tmp_path: Path) -> None:
    from dataclasses import replace

    base = example()
    assert replace(base, training={}).digest() == base.digest()
    assert replace(base, settings={"lr": 0.2}).digest() != base.digest()
    changed = {**base.tensors, "embeddings": base.tensors["embeddings"] + 1}
    assert replace(base, tensors=changed).digest() != base.digest()


@pytest.mark.parametrize("data", [b"", b"not a profile", b"\x80\x04\x95pickle", struct.pack("<Q", 2**60) + b"{}"])
def test_strangers_files_are_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.safetensors").write_bytes(data)
    with pytest.raises(InputError, match="is no SMITE Studio profile"):
        read_profile(tmp_path / "p.safetensors")


def test_a_truncated_profile_is_refused(tmp_path: Path) -> None:
    write_profile(tmp_path / "p.safetensors", example())
    data = (tmp_path / "p.safetensors").read_bytes()
    (tmp_path / "p.safetensors").write_bytes(data[:-7])
    with pytest.raises(InputError, match="is damaged"):
        read_profile(tmp_path / "p.safetensors")


@pytest.mark.parametrize(("key", "value", "message"), [("schema_version", 9, "newer"), ("backbone", "magic", "magic")])
def test_profiles_of_other_versions_and_backbones_are_refused(
    tmp_path: Path, key: str, value: object, message: str
) -> None:
    path = tmp_path / "p.safetensors"
    write_profile(path, example())
    rewrite_header(path, key, value)
    with pytest.raises(InputError, match=message):
        read_profile(path)


def rewrite_header(path: Path, key: str, value: object) -> None:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    inner = json.loads(header["__metadata__"]["smite_studio_profile"])
    inner[key] = value
    header["__metadata__"]["smite_studio_profile"] = json.dumps(inner)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


def test_a_missing_profile_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_profile(tmp_path / "nothing.safetensors")
