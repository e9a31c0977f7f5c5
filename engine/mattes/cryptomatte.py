"""Cryptomatte: an id and a coverage for every part that a pixel holds, after Psyop's specification 1.2.0.

The id of a part is a hash of its name, so that the same name has the same id in every shot of a show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.mattes.exr import exr_header
from engine.mattes.exr_file import Channel, ExrHeader, ExrPart, framed, text_attribute, write_exr
from engine.mattes.layers import MatteLayer
from engine.mattes.options import ExrOptions
from engine.mattes.shot import ExportFrame, Shot
from engine.media.exr_plate import Attribute

MOST_RANKS = 10
"""Ids per pixel where nobody asks for more; a seam of 10 parts in one pixel has not been met."""
_TYPE_NAMES = {"part": "CryptoPart", "group": "CryptoGroup"}
_SUFFIXES = ("R", "G", "B", "A")
_LOSSLESS_FLOAT = ("none", "rle", "zips", "zip", "piz")


def murmur3_32(data: bytes, *, seed: int = 0) -> int:
    """Returns the 32-bit MurmurHash3 (Appleby, x86 variant) of `data` as an unsigned number."""
    state, blocks = seed, len(data) // 4
    for index in range(blocks):
        state ^= _mixed(int.from_bytes(data[4 * index : 4 * index + 4], "little"))
        state = (_rotated(state, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    tail = data[4 * blocks :]
    if tail:
        state ^= _mixed(int.from_bytes(tail, "little"))
    state ^= len(data)
    state = ((state ^ state >> 16) * 0x85EBCA6B) & 0xFFFFFFFF
    state = ((state ^ state >> 13) * 0xC2B2AE35) & 0xFFFFFFFF
    return state ^ state >> 16


def float_id(name: str) -> tuple[str, np.float32]:
    """Returns the id of a name as 8 hex digits and as the float32 that pixels hold.

    Bit 23 is flipped where the number would be denormal, infinite or not a number (specification, "Hash conversion").
    """
    code = murmur3_32(name.encode("utf-8"))
    if code >> 23 & 255 in (0, 255):
        code ^= 1 << 23
    return f"{code:08x}", np.array([code], np.uint32).view(np.float32)[0]


def manifest_of(layers: Sequence[MatteLayer]) -> dict[str, str]:
    """Returns the manifest: names to ids in hex.

    Raises:
        InputError: Two names have one id.
    """
    manifest = {layer.name: float_id(layer.name)[0] for layer in layers}
    if len(set(manifest.values())) < len(manifest):
        raise InputError("Two names have the same Cryptomatte id. Rename one of them.")
    return manifest


def ranks_for(num_layers: int, wanted: int) -> int:
    """Returns how many ids a pixel holds: even, since two of them share an RGBA layer."""
    ranks = wanted or min(num_layers, MOST_RANKS)
    return max(2, ranks + ranks % 2)


class CryptomatteWriter:
    """Writes one Cryptomatte EXR for each frame; float, lossless."""

    def __init__(self, options: ExrOptions, shot: Shot) -> None:
        self._options = options
        self._shot = shot
        self.largest_loss = 0.0
        """Largest coverage, so far, that found no room in the ranks of a pixel."""

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the ids of a frame; background has none, it is what the coverages leave over.

        Raises:
            OutputError: The file cannot be written.
        """
        compression = self._options.compression if self._options.compression in _LOSSLESS_FLOAT else "zips"
        header = exr_header(frame, None, layers, self._shot, compression)
        channels: list[Channel] = []
        tags: list[Attribute] = []
        for kind, name in _TYPE_NAMES.items():
            found = [layer for layer in layers if layer.kind == kind]
            if found:
                channels += self._channels(name, found, frame, header)
                tags += _tags(name, manifest_of(found))
        if not channels:
            raise InputError("A Cryptomatte holds parts or groups; none was chosen.")
        tagged = ExrHeader(header.display, header.data, (*header.attributes, *tags), compression)
        write_exr(path, tagged, [ExrPart("", tuple(channels))])

    def _channels(
        self, name: str, layers: Sequence[MatteLayer], frame: ExportFrame, header: ExrHeader
    ) -> list[Channel]:
        count = ranks_for(len(layers), self._options.ranks)
        ids = np.array([float_id(layer.name)[1] for layer in layers])
        mattes = frame.mattes
        planes = np.stack([layer.soft(mattes) for layer in layers])
        box_ids, box_coverages, lost = ranked(planes, ids, count)
        self.largest_loss = max(self.largest_loss, lost)
        all_ids = np.zeros((count, *mattes.labels.shape), np.float32)
        coverages = np.zeros_like(all_ids)
        # Outside the box a pixel belongs to one label alone.
        for layer, layer_id in zip(layers, ids, strict=True):
            own = np.isin(mattes.labels, layer.members)
            all_ids[0][own], coverages[0][own] = layer_id, 1
        all_ids[:, *mattes.box], coverages[:, *mattes.box] = box_ids, box_coverages
        pairs = [plane for rank in range(count) for plane in (all_ids[rank], coverages[rank])]
        return [
            Channel(f"{name}{index // 4:02d}.{_SUFFIXES[index % 4]}", "float", framed(plane, header))
            for index, plane in enumerate(pairs)
        ]


def ranked(
    planes: NDArray[np.float32], ids: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Returns ids and coverages by rank, the largest coverage first, and the largest coverage sum left out at a pixel.

    Args:
        planes: (K, H, W) coverages in [0, 1].
        ids: (K,) float ids.
        count: Ranks; may be more or fewer than K.

    Returns:
        (count, H, W) float32 ids, 0 where a rank is empty; (count, H, W) float32 coverages; a number.
    """
    shape = (count, *planes.shape[1:])
    out_ids, out_coverages = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    strongest = np.argmax(planes, axis=0)
    top = np.take_along_axis(planes, strongest[None], axis=0)[0]
    out_coverages[0], out_ids[0] = top, np.where(top > 0, ids[strongest], np.float32(0))
    # Most pixels hold one part or none; only the others are worth sorting.
    shared = planes.sum(axis=0) > top
    columns = planes[:, shared]
    order = np.argsort(-columns, axis=0, kind="stable")
    sorted_coverages = np.take_along_axis(columns, order, axis=0)
    kept = min(count, planes.shape[0])
    out_coverages[:kept, shared] = sorted_coverages[:kept]
    out_ids[:kept, shared] = np.where(sorted_coverages[:kept] > 0, ids[order[:kept]], np.float32(0))
    left_out = sorted_coverages[kept:].sum(axis=0)
    return out_ids, out_coverages, float(left_out.max()) if left_out.size else 0.0


def _tags(name: str, manifest: dict[str, str]) -> list[Attribute]:
    key = f"cryptomatte/{murmur3_32(name.encode()):08x}"[: len("cryptomatte/") + 7]
    rows = {
        "name": name,
        "hash": "MurmurHash3_32",
        "conversion": "uint32_to_float32",
        "manifest": json.dumps(manifest, ensure_ascii=True),
    }
    return [text_attribute(f"{key}/{entry}", value) for entry, value in rows.items()]


def _mixed(block: int) -> int:
    return (_rotated((block * 0xCC9E2D51) & 0xFFFFFFFF, 15) * 0x1B873593) & 0xFFFFFFFF


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF
