"""COCO instances with run-length masks: one JSON for the clip."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_text
from engine.mattes.layers import MatteLayer
from engine.mattes.shot import ExportFrame, Shot, image_name


class CocoWriter:
    """Gathers the masks of all frames; the JSON is written when the context ends without an error."""

    def __init__(self, path: Path, shot: Shot, layers: Sequence[MatteLayer]) -> None:
        self._path, self._shot = path, shot
        self._layers = [layer for layer in layers if layer.kind != "background"]
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []

    def __enter__(self) -> CocoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if value is None:
            write_text(self._path, json.dumps(self._table(), ensure_ascii=False, indent=1) + "\n")

    def add(self, frame: ExportFrame) -> None:
        """Takes in the masks of a frame."""
        labels = frame.labels
        height, width = labels.shape
        self._images.append(
            {
                "id": len(self._images) + 1,
                "file_name": image_name(self._shot, frame.number),
                "width": width,
                "height": height,
                "frame": frame.number,
                "source_frame": frame.source,
            }
        )
        for category, layer in enumerate(self._layers, start=1):
            mask = np.isin(labels, layer.members)
            if mask.any():
                self._annotations.append(self._annotation(category, mask))

    def _annotation(self, category: int, mask: NDArray[np.bool_]) -> dict[str, Any]:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        top, left = int(rows[0]), int(columns[0])
        return {
            "id": len(self._annotations) + 1,
            "image_id": len(self._images),
            "category_id": category,
            "segmentation": {"size": list(mask.shape), "counts": rle_text(mask)},
            "area": int(mask.sum()),
            "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
            "iscrowd": 0,
            "track_id": category,
        }

    def _table(self) -> dict[str, Any]:
        return {
            "info": {"description": self._shot.name, "version": str(self._shot.version), **self._shot.provenance},
            "licenses": [],
            "categories": [
                {"id": index, "name": layer.name, "supercategory": layer.kind, "channel": layer.channel}
                for index, layer in enumerate(self._layers, start=1)
            ],
            "images": self._images,
            "annotations": self._annotations,
        }


def rle_text(mask: NDArray[np.bool_]) -> str:
    """Returns COCO's compressed run lengths of an (H, W) mask.

    Runs go down the columns, background first. From the fourth on each is stored as its difference to the one two
    before, in groups of five bits, lowest first, with a bit for "more follows", as characters from '0' on.
    """
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate(([0], edges, [flat.size])))
    if flat[0]:
        runs = np.concatenate(([0], runs))
    differences = runs.astype(np.int64)
    differences[3:] -= runs[1:-2]
    return "".join(_five_bits(int(value)) for value in differences)


def _five_bits(value: int) -> str:
    text = ""
    while True:
        low = value & 31
        value >>= 5
        last = value == (-1 if low & 16 else 0)
        text += chr(48 + low + (0 if last else 32))
        if last:
            return text
