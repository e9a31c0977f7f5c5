"""Masks and labels from strangers are read or refused in a sentence, and never unpacked to more than a plate takes."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.domain.parts import PartSet
from engine.media.label_png import read_label_png
from engine.media.mask_image import load_mask
from engine.media.masks import read_mask
from tests.engine.hostile import (
    as_json,
    contents,
    damaged,
    few,
    memory_below,
    mutated,
    nothing_written_outside,
    told,
    values,
)

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
"""Pillow warns from 89 megapixels and refuses from 179: a large plate lies between, and is no fault."""

PARTS = PartSet.from_names(["body", "wheel"])


def _png(mode: str) -> bytes:
    size = (9, 7)
    pixels = np.random.default_rng(3).integers(0, 3, (size[1], size[0]), np.uint8)
    picture = (
        Image.fromarray(pixels * 100).convert("RGB").quantize(3)
        if mode == "P"
        else Image.fromarray(pixels).convert(mode)
    )
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def _npy() -> bytes:
    data = io.BytesIO()
    np.save(data, np.ones((6, 5), np.uint8))
    return data.getvalue()


def _use(path: Path) -> None:
    for call in (
        lambda: read_label_png(path),
        lambda: load_mask(path, parts=PARTS),
        lambda: load_mask(path),
        lambda: read_mask(path, parts=PARTS, partial=True),
    ):
        told(call)


@pytest.mark.parametrize("mode", ["P", "L", "1", "RGB", "RGBA", "LA", "I;16"])
@given(data=st.data())
@few
def test_damaged_pictures_are_a_sentence_or_labels(tmp_path: Path, mode: str, data: st.DataObject) -> None:
    path = tmp_path / "mask.png"
    path.write_bytes(data.draw(st.one_of(damaged(_png(mode)), contents, st.binary(max_size=60))))
    with nothing_written_outside(tmp_path):
        _use(path)


@pytest.mark.parametrize("mode", ["P", "L"])
@given(data=st.data())
@few
def test_pictures_with_sound_checksums_and_mad_heads_are_a_sentence_or_labels(
    tmp_path: Path, mode: str, data: st.DataObject
) -> None:
    content = bytearray(_png(mode))
    place = data.draw(st.sampled_from([19, 23, 24, 25, 26, 27, 28]))  # low bytes of the size: no large pictures
    content[place] = data.draw(st.integers(0, 255))
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    path = tmp_path / "mask.png"
    path.write_bytes(bytes(content))
    _use(path)


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2), (1, 2**31 - 1)])
def test_a_head_that_claims_to_be_huge_is_refused_before_it_is_unpacked(tmp_path: Path, size: tuple[int, int]) -> None:
    content = bytearray(_png("P"))
    content[16:24] = struct.pack(">II", *size)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    path = tmp_path / "mask.png"
    path.write_bytes(bytes(content))
    with memory_below(64):
        _use(path)


@given(data=st.data())
@few
def test_damaged_arrays_are_a_sentence_or_labels(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "mask.npy"
    path.write_bytes(data.draw(st.one_of(damaged(_npy()), contents, st.binary(max_size=60))))
    with nothing_written_outside(tmp_path):
        told(lambda: load_mask(path, parts=PARTS))


@pytest.mark.parametrize(
    "head",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000000), }",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (9223372036854775807, 3), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (3, 3), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-3, -3), }",
        "(" * 5_000 + ")" * 5_000,
        "__import__('os').system('true')",
    ],
)
def test_arrays_with_mad_heads_are_a_sentence_and_take_no_memory(tmp_path: Path, head: str) -> None:
    text = head.encode() + b"\n"
    path = tmp_path / "mask.npy"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + b"\1" * 32)
    with memory_below(64):
        assert told(lambda: load_mask(path, parts=PARTS)) is None


@given(table=st.one_of(mutated(PARTS.to_json()), mutated({"body": "#ff0000", "1": "wheel"}), values))
@few
def test_mutated_part_tables_are_a_sentence_or_parts(table: object) -> None:
    parts = told(lambda: PartSet.from_json(table))
    if parts is not None:
        assert len(parts.palette()) == 768
        assert PartSet.from_json(parts.to_json()) == parts
        as_json(parts.to_json())
