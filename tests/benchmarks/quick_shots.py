"""The shots that the quick backbone is measured on, as tasks with their truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.frames import FrameRange, frame_number
from engine.domain.labels import UNKNOWN, Painted
from engine.domain.parts import PartSet
from engine.domain.reference import Reference
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask
from engine.media import open_clip
from tests.footage import SHOTS, make_shot

CAPS = Path(__file__).parents[3] / "shared" / "media" / "caps"
CASES = {"camera": 3, "drive": 3, "thin": 5, "chair": 5, "face": 2, "fast": 3, "light": 3}
CAPS_ANCHORS = (0, 33, 66)


@dataclass(frozen=True)
class MeasuredShot:
    """A task and what should come out.

    Attributes:
        name: Shot and number of painted frames.
        task: The task.
        truth: (H, W) uint8 label maps by frame.
    """

    name: str
    task: ClipTask
    truth: Mapping[int, NDArray[np.uint8]]

    def references(self) -> list[Reference]:
        """Returns the painted frames as references."""
        source = self.task.source
        return [Reference(source.stem(n), source.read(n), p, frame=n) for n, p in sorted(self.task.anchors.items())]


def shot_names() -> list[str]:
    """Returns the cases that can be measured here."""
    return [*(f"{name}:{painted}" for name, painted in CASES.items()), *(["caps:3"] if CAPS.is_dir() else [])]


def open_shot(case: str, scratch: Path, settings: SegmentSettings) -> MeasuredShot:
    """Opens 'name:painted frames', or 'name@take:painted frames' for another take of a made shot.

    Made shots are written to `scratch` where they are not there yet.
    """
    named, _, painted = case.partition(":")
    name, _, take = named.partition("@")
    if name == "caps":
        truth = _labels(CAPS / "Annotations")
        ids = sorted({int(v) for labels in truth.values() for v in np.unique(labels)} - {0, UNKNOWN})
        parts = PartSet.from_rows([{"id": value, "name": f"cap {value}"} for value in ids])
        return _measured(case, CAPS / "JPEGImages", truth, parts, CAPS_ANCHORS, settings)
    folder = scratch / named
    if name not in SHOTS:
        raise SystemExit(f"There is no shot '{name}'; known: {', '.join(shot_names())}.")
    if not (folder / "parts.json").is_file():
        make_shot(name, folder, seed=int(take or 0))
    truth = _labels(folder / "truth")
    parts = PartSet.from_json(json.loads((folder / "parts.json").read_text(encoding="utf-8")))
    numbers, count = sorted(truth), int(painted or CASES[name])
    anchors = tuple(numbers[round(place)] for place in np.linspace(0, len(numbers) - 1, count)) if count > 1 else ()
    return _measured(case, folder / "frames", truth, parts, anchors or (numbers[0],), settings)


def _measured(
    case: str,
    frames: Path,
    truth: dict[int, NDArray[np.uint8]],
    parts: PartSet,
    anchors: tuple[int, ...],
    settings: SegmentSettings,
) -> MeasuredShot:
    source = open_clip(frames)
    scene = FrameRange(source.numbers[0], source.numbers[-1] + 1)
    painted = {number: Painted(truth[number]) for number in anchors}
    return MeasuredShot(case, ClipTask(source, (scene,), tuple(source.numbers), painted, parts, settings), truth)


def _labels(folder: Path) -> dict[int, NDArray[np.uint8]]:
    found = {}
    for path in sorted(folder.glob("*.png")):
        number = frame_number(path.stem)
        if number is not None:
            found[number] = np.asarray(Image.open(path))
    return found
