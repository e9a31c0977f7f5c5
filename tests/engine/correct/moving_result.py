"""A result of a textured disc with a lid that moves, with its clip on disk: small, with exact truth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.media import open_clip
from engine.results.folder import ResultReader, ResultWriter
from engine.results.resample import labels_on_plate
from tests.engine.quick.disc_clip import moving_disc

PARTS = PartSet.from_names(["disc", "lid"])
FIRST = 1001


def write_moving(
    folder: Path,
    *,
    count: int = 9,
    missing_lid: bool = True,
    cuts: tuple[int, ...] = (),
    painted: tuple[int, ...] = (),
    confidence: tuple[float, float] = (0.9, 0.4),
) -> tuple[ResultReader, dict[int, NDArray[np.uint8]]]:
    """Writes `folder/plate` and `folder/result`, and returns the result with the truth.

    Args:
        folder: Where both go.
        count: Frames from 1001 on.
        missing_lid: The result takes the lid for disc, on every frame.
        cuts: First frames of new shots, as the record names them.
        painted: Frames that the record calls painted.
        confidence: Of both parts, on every frame.
    """
    clip, truth = moving_disc(range(FIRST, FIRST + count))
    plate = folder / "plate"
    plate.mkdir(parents=True)
    for number in clip.numbers:
        Image.fromarray(clip.read(number)).save(plate / f"sh.{number}.png")
    source = open_clip(plate)
    info = source.info
    facts = {
        "name": info.name,
        "path": str(plate),
        "width": info.width,
        "height": info.height,
        "rate": None,
        "pixel_aspect": "1",
        "colour_space": info.colour_space,
        "content_id": info.content_id,
        "frames": list(clip.numbers),
        "cuts": list(cuts),
    }
    fingerprint = {"clip": info.content_id, "anchors": {str(number): "x" for number in painted}}
    stems = {number: source.stem(number) for number in clip.numbers}
    source.close()
    writer = ResultWriter.open(folder / "result", fingerprint=fingerprint, parts=PARTS, clip=facts, stems=stems)
    for number in clip.numbers:
        shown = np.minimum(truth[number], 1) if missing_lid else truth[number]
        planes = np.stack([cv2.GaussianBlur((shown == v).astype(np.float32), (3, 3), 0.8) for v in (0, 1, 2)])
        scores = FrameScores(number, planes / planes.sum(axis=0), (1, 2), PlateMap(1, 1), confidence, "flow", "done")
        writer.write(stems[number], scores, labels_on_plate(scores, shown.shape))
    writer.save()
    return ResultReader(folder / "result"), truth
