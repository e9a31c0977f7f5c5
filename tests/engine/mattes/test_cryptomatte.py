from __future__ import annotations

import json
from pathlib import Path

import cryptomatte_api
import numpy as np
import OpenEXR
import pytest

from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.mattes.cryptomatte import CryptomatteWriter, float_id, manifest_of, murmur3_32, ranked, ranks_for
from engine.mattes.layers import layers_of
from engine.mattes.options import ExrOptions, LayerChoice
from tests.engine.mattes.writing import LAYERS, SHOT, frame_of, planes


@pytest.mark.parametrize(
    ("text", "seed", "wanted"),
    [
        # Published vectors of MurmurHash3_x86_32.
        (b"", 0, 0x00000000),
        (b"", 1, 0x514E28B7),
        (b"\xff\xff\xff\xff", 0, 0x76293B50),
        (b"\x21\x43\x65\x87", 0x5082EDEE, 0x2362F9DE),
        (b"\x21\x43\x65", 0, 0x7E4A8634),
        (b"\x21\x43", 0, 0xA0F7B07A),
        (b"\x21", 0, 0x72661CF4),
        (b"Hello, world!", 1234, 0xFAF6CDB3),
        ("ππππππππ".encode(), 0x9747B28C, 0xD58063C1),
    ],
)
def test_the_hash_agrees_with_the_published_vectors(text: bytes, seed: int, wanted: int) -> None:
    assert murmur3_32(text, seed=seed) == wanted


def test_no_id_is_denormal_infinite_or_not_a_number() -> None:
    for index in range(4000):
        code, number = float_id(f"part {index}")
        assert np.isfinite(number)
        assert abs(number) >= np.finfo(np.float32).tiny
        assert np.float32(number).view(np.uint32) == int(code, 16)


@pytest.mark.parametrize("ranks", [0, 7])
def test_an_independent_reader_finds_every_part_by_its_name(tmp_path: Path, ranks: int) -> None:
    parts = PartSet.from_names(["wheel", "front window", "Tür é 車"])
    layers = layers_of(parts, LayerChoice())
    frame, path = frame_of(1001, parts=parts), tmp_path / "c.exr"
    CryptomatteWriter(ExrOptions(ranks=ranks), SHOT).write(path, frame, layers)
    (read,) = cryptomatte_api.Cryptomatte.load(str(path))
    assert read.num_levels() == ranks_for(3, ranks)
    for layer, plane in zip(layers, planes(frame, layers), strict=True):
        assert np.abs(read.mask(layer.name) - plane).max() <= 1e-6


def test_the_same_name_has_the_same_id_in_every_shot_and_version(tmp_path: Path) -> None:
    ids = []
    for index, names in enumerate((["wheel", "door"], ["a", "b", "wheel"])):
        parts = PartSet.from_names(names)
        path = tmp_path / f"{index}.exr"
        CryptomatteWriter(ExrOptions(), SHOT).write(path, frame_of(index, parts=parts), layers_of(parts, LayerChoice()))
        with OpenEXR.File(str(path), separate_channels=True) as file:
            (manifest,) = [value for name, value in file.header().items() if name.endswith("/manifest")]
        ids.append(json.loads(manifest)["wheel"])
    assert ids[0] == ids[1] == f"{murmur3_32(b'wheel'):08x}"


def test_parts_and_groups_are_two_cryptomattes_in_one_file(tmp_path: Path) -> None:
    parts = PartSet.from_json([{"name": "iris", "group": "eye"}, {"name": "lid", "group": "eye"}, {"name": "skin"}])
    layers = layers_of(parts, LayerChoice("both"))
    frame, path = frame_of(1001, parts=parts), tmp_path / "c.exr"
    CryptomatteWriter(ExrOptions(), SHOT).write(path, frame, layers)
    read = {c.metadata().name(): c for c in cryptomatte_api.Cryptomatte.load(str(path))}
    assert set(read) == {"CryptoPart", "CryptoGroup"}
    wanted = dict(zip((layer.name for layer in layers), planes(frame, layers), strict=True))
    assert np.abs(read["CryptoGroup"].mask("eye") - wanted["eye"]).max() <= 1e-6
    assert np.abs(read["CryptoPart"].mask("iris") - wanted["iris"]).max() <= 1e-6


def test_coverages_of_all_ranks_sum_to_what_the_background_leaves(tmp_path: Path) -> None:
    frame, path = frame_of(1002), tmp_path / "c.exr"
    CryptomatteWriter(ExrOptions("half", "dwaa"), SHOT).write(path, frame, LAYERS)
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
        assert file.header()["compression"] == OpenEXR.ZIPS_COMPRESSION  # dwaa would change ids
    assert sorted(channels) == [f"CryptoPart00.{letter}" for letter in "ABGR"]
    assert all(pixels.dtype == np.float32 for pixels in channels.values())
    total = channels["CryptoPart00.G"] + channels["CryptoPart00.A"] + frame.mattes.plane(0)
    assert np.abs(total - 1).max() <= 1e-6
    assert (channels["CryptoPart00.G"] >= channels["CryptoPart00.A"]).all()


def test_forty_parts_keep_the_largest_ranks_and_say_what_was_left_out() -> None:
    rng = np.random.default_rng(1)
    coverages = rng.dirichlet(np.full(40, 0.2), (9, 11)).transpose(2, 0, 1).astype(np.float32)
    ids = np.array([float_id(str(index))[1] for index in range(40)])
    found_ids, found, lost = ranked(coverages, ids, ranks_for(40, 0))
    ordered = np.sort(coverages, axis=0)[::-1]
    assert (found == ordered[:10]).all()
    assert lost == pytest.approx(ordered[10:].sum(axis=0).max())
    for rank in range(10):
        named = np.take_along_axis(coverages, np.argmax(found_ids[rank] == ids[:, None, None], axis=0)[None], axis=0)
        assert (named[0] == found[rank]).all()


def test_names_with_one_id_are_refused() -> None:
    # Two names with one hash, found by trying some 90,000.
    parts = PartSet.from_names(["n40665", "n93112"])
    with pytest.raises(InputError, match="same Cryptomatte id"):
        manifest_of(layers_of(parts, LayerChoice()))
