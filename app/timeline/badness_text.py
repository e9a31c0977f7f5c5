"""Why a frame is among the worst, in a few words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.timeline.data import TimelineData
from app.timeline.worst import WorstFrame


@dataclass(frozen=True)
class BadFigures:
    """The figures of the worst part of a frame.

    Attributes:
        confidence: As text; "–" where it is not known.
        flicker: As text; "–" where it is not measured.
        unsure: Confidence makes the frame bad, alone or with flicker.
        unsteady: Flicker makes the frame bad, alone or with confidence.
    """

    confidence: str
    flicker: str
    unsure: bool
    unsteady: bool


def bad_figures(data: TimelineData, place: WorstFrame) -> BadFigures:
    """Returns the figures that make a frame bad; one that weighs less than half of the other is not to blame."""
    index = data.axis.nearest(place.frame)
    confidence, flicker = float(data.confidence[place.part, index]), float(data.flicker[place.part, index])
    doubt = 0.0 if np.isnan(confidence) else 1 - confidence
    unrest = 0.0 if np.isnan(flicker) else flicker
    return BadFigures(
        "–" if np.isnan(confidence) else f"{confidence:.2f}",
        "–" if np.isnan(flicker) else f"{flicker:.3f}",
        unsure=doubt > 0 and doubt >= unrest / 2,
        unsteady=unrest > 0 and unrest >= doubt / 2,
    )


def reason_text(data: TimelineData, place: WorstFrame) -> str:
    """Returns what the confidence of a frame rests on, or ""."""
    record = data.records.get(place.frame)
    return record.reason if record is not None else ""
