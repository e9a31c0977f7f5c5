"""YOLO segmentation: a text of outlines for each frame, and the YAML that names the classes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.atomic import write_text
from engine.mattes.layers import MatteLayer
from engine.mattes.shot import ExportFrame

Outline = NDArray[np.int32]
"""(N, 2) x, y of pixels."""
DATA_NAME = "data.yaml"
_SMALLEST = 3
"""Points of an outline; single pixels and lines of pixels have no area and are left out."""


class YoloWriter:
    """Writes a line `class x y x y ...` for each separate piece of a part, coordinates relative to the picture."""

    def write(self, path: Path, frame: ExportFrame, layers: Sequence[MatteLayer]) -> None:
        """Writes the outlines of a frame; a frame without parts gets an empty file, as trainers expect.

        Raises:
            OutputError: The file cannot be written.
        """
        labels = frame.labels
        height, width = labels.shape
        lines = []
        for index, layer in enumerate(named_layers(layers)):
            for outline in outlines(np.isin(labels, layer.members)):
                points = (outline / (width, height)).ravel()
                lines.append(f"{index} " + " ".join(f"{value:.6f}" for value in points))
        write_text(path, "".join(f"{line}\n" for line in lines))


def named_layers(layers: Sequence[MatteLayer]) -> list[MatteLayer]:
    """Returns the layers that are classes: all but the background."""
    return [layer for layer in layers if layer.kind != "background"]


def data_yaml(layers: Sequence[MatteLayer]) -> str:
    """Returns the YAML that trainers read; paths are relative to it."""
    names = [json.dumps(layer.name, ensure_ascii=False) for layer in named_layers(layers)]
    rows = "".join(f"  {index}: {name}\n" for index, name in enumerate(names))
    return f"path: .\ntrain: images\nval: images\nnames:\n{rows}"


def outlines(mask: NDArray[np.bool_]) -> list[Outline]:
    """Returns the outline of each separate piece of a mask.

    A hole is reached by a cut from the nearest point of the outline there and back, so that one polygon says it all.
    """
    found, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return []
    pieces: list[Outline] = []
    for index, contour in enumerate(found):
        if tree[0][index][3] >= 0 or len(contour) < _SMALLEST:
            continue
        outline: Outline = contour[:, 0, :]
        hole = tree[0][index][2]
        while hole >= 0:
            outline = _with_hole(outline, found[hole][:, 0, :])
            hole = tree[0][hole][0]
        pieces.append(outline)
    return pieces


def _with_hole(outline: Outline, hole: Outline) -> Outline:
    distance = ((outline[:, None, :].astype(np.int64) - hole[None]) ** 2).sum(axis=2)
    start, entry = np.unravel_index(int(distance.argmin()), distance.shape)
    around = np.roll(hole, -int(entry), axis=0)
    return np.concatenate([outline[: start + 1], around, around[:1], outline[start:]])
