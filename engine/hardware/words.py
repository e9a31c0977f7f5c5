"""Times, sizes and predictions in words, alike on the command line and in documents."""

from __future__ import annotations

from engine.hardware.predict import Prediction

_ROUND = 60 * 90


def duration_text(seconds: float) -> str:
    """Returns '45 s', '3 min' or '2.2 h'."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < _ROUND else f"{seconds / 3600:.1f} h"


def prediction_text(prediction: Prediction) -> str:
    """Returns 'about 3 min (2 min to 5 min), 6.1 GB; measured here on 2026-11-21'."""
    memory = f", {size_text(prediction.peak_bytes)} of memory" if prediction.peak_bytes else ""
    source = "earlier runs here" if prediction.source == "measured" else "worked out from this machine's measurement"
    return (
        f"about {duration_text(prediction.seconds)} ({duration_text(prediction.low_s)} to "
        f"{duration_text(prediction.high_s)}){memory}; {source}, {prediction.measured_at[:10]}"
    )


def size_text(size: int) -> str:
    """Returns '5.2 GB' or '340 MB', in decimal units."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
