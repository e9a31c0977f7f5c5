"""Painted frames always win: their labels go into the result exactly, their edges as soft as everywhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.domain.labels import UNKNOWN, LabelMap, Painted
from engine.domain.scores import FrameScores, PlateMap
from engine.results.resample import labels_on_plate, to_scores

_SHOWN_BY = "painted by hand"


def pasted(scores: FrameScores, painted: Painted) -> tuple[FrameScores, LabelMap]:
    """Returns the scores with the painted pixels in them, and the frame's label map.

    Where the artist left a pixel unknown, the backbone's answer stays. Elsewhere the score is the painted label's
    coverage averaged over the score pixel, so that a painted edge is neither harder nor softer than its neighbours'
    (CONTRACTS, "Labels and masks").

    Args:
        scores: What the backbone says; grown to the whole plate where paint lies outside its box.
        painted: Labels and coverage at plate size.
    """
    plate_hw = painted.labels.shape
    whole = grown(scores, (plate_hw[0], plate_hw[1]))
    known = painted.labels != UNKNOWN
    labels = np.where(known, painted.labels, labels_on_plate(scores, (plate_hw[0], plate_hw[1])))
    values = _painted_values(whole, painted, known)
    confidence = tuple(1.0 for _ in scores.part_ids) if known.all() else scores.confidence
    reason = _SHOWN_BY if known.all() else f"partly {_SHOWN_BY}; {scores.reason}"
    return replace(whole, values=values, confidence=confidence, reason=reason), np.asarray(labels, np.uint8)


def _painted_values(scores: FrameScores, painted: Painted, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    score_hw = (scores.values.shape[1], scores.values.shape[2])
    coverage = np.full(painted.labels.shape, 255, np.uint8) if painted.coverage is None else painted.coverage
    weight = np.where(known, coverage.astype(np.float32) / 255, np.float32(0))
    values = scores.values * (1 - to_scores(weight, scores.to_plate, score_hw))
    for index, label in enumerate((0, *scores.part_ids)):
        share = np.where(painted.labels == label, weight, np.float32(0))
        if share.any():
            values[index] += to_scores(share, scores.to_plate, score_hw)
    return np.asarray(values / values.sum(axis=0, keepdims=True), np.float32)


def grown(scores: FrameScores, plate_hw: tuple[int, int]) -> FrameScores:
    """Returns the scores with background around them, so that they reach over the whole plate."""
    place = scores.to_plate
    _, rows, columns = scores.values.shape
    before_y = max(int(np.ceil(place.offset_y / place.scale_y)), 0)
    before_x = max(int(np.ceil(place.offset_x / place.scale_x)), 0)
    after_y = max(int(np.ceil((plate_hw[0] - place.offset_y) / place.scale_y)) - rows, 0)
    after_x = max(int(np.ceil((plate_hw[1] - place.offset_x) / place.scale_x)) - columns, 0)
    margin = ((0, 0), (before_y, after_y), (before_x, after_x))
    values = np.pad(scores.values, margin)
    outside = np.pad(np.zeros((rows, columns), np.float32), margin[1:], constant_values=1)
    values[0] += outside
    moved = PlateMap(
        place.scale_x,
        place.scale_y,
        place.offset_x - before_x * place.scale_x,
        place.offset_y - before_y * place.scale_y,
    )
    return replace(scores, values=values, to_plate=moved)
