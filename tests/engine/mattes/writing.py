"""Frames to write, for tests of single writers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.mattes.layers import MatteLayer, layers_of
from engine.mattes.options import ColourOptions, LayerChoice
from engine.mattes.plates import Plates
from engine.mattes.shot import ExportFrame, Shot
from engine.mattes.stack import MatteStack, matte_stack
from engine.media import open_clip
from engine.results.resample import labels_on_plate
from tests.engine.mattes.small_result import HEIGHT, PARTS, WIDTH, soft_scores

SHOT = Shot("sh010", 3, (HEIGHT, WIDTH), Fraction(24), provenance={"program": "SMITE Studio", "profile": "abc"})
LAYERS = layers_of(PARTS, LayerChoice())
WITH_BACKGROUND = layers_of(PARTS, LayerChoice(background=True))


def stack_of(frame: int, parts: PartSet = PARTS) -> MatteStack:
    """Returns the mattes of a random frame."""
    values = soft_scores(frame, len(parts))
    scores = FrameScores(frame, values, parts.ids, PlateMap(2, 2), (1.0,) * len(parts), "", "done")
    return matte_stack(scores, labels_on_plate(scores, (HEIGHT, WIDTH)))


def hard_stack(labels: LabelMap) -> MatteStack:
    """Returns mattes without soft edges."""
    values = tuple(int(value) for value in np.union1d([0], labels))
    box = (slice(0, labels.shape[0]), slice(0, labels.shape[1]))
    return MatteStack(labels, values, box, np.stack([(labels == value) for value in values]).astype(np.float32))


def frame_of(number: int, *, parts: PartSet = PARTS) -> ExportFrame:
    """Returns a frame without a plate."""
    return ExportFrame(number, number, stack_of(number, parts), None)


@contextmanager
def frame_with_plate(number: int, clip: Path, colour: ColourOptions | None = None) -> Iterator[ExportFrame]:
    """Gives a frame of a clip."""
    source = open_clip(clip)
    try:
        plates = Plates(source, colour or ColourOptions())
        yield ExportFrame(number, number, stack_of(number), plates.frame(number))
    finally:
        source.close()


def planes(frame: ExportFrame, layers: tuple[MatteLayer, ...]) -> NDArray[np.float32]:
    """Returns the (K, H, W) float mattes that a file should hold."""
    return np.stack([layer.plane(frame.mattes) for layer in layers])
