"""Predictions in the window's language."""

from __future__ import annotations

from app.i18n import tr
from engine.hardware.predict import Prediction

_WHOLE_HOURS_MIN = 600


def time_words(seconds: float) -> str:
    """Returns '45 s', '3 min', '2 h 10 min' or '18 h'."""
    if seconds < 90:
        return tr("{n} s").format(n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{n} min").format(n=minutes)
    if minutes >= _WHOLE_HOURS_MIN:
        return tr("{n} h").format(n=round(minutes / 60))
    return tr("{h} h {m} min").format(h=minutes // 60, m=minutes % 60)


def short_words(prediction: Prediction | None) -> str:
    """Returns '≈ 3 min', or '' where nothing is known."""
    return tr("≈ {time}").format(time=time_words(prediction.seconds)) if prediction is not None else ""


def prediction_words(prediction: Prediction | None) -> str:
    """Returns what a job will take, how sure that is, and where it comes from."""
    if prediction is None:
        return tr("Time and memory: not known until this machine was measured.")
    memory = tr(", {n:.1f} GB of memory").format(n=prediction.peak_bytes / 1e9) if prediction.peak_bytes else ""
    measured = tr("About {time} ({low} to {high}){memory}, by runs of this kind here, the last on {day}.")
    worked_out = tr("About {time} ({low} to {high}){memory}, worked out from a measurement of this machine on {day}.")
    text = measured if prediction.source == "measured" else worked_out
    return text.format(
        time=time_words(prediction.seconds),
        low=time_words(prediction.low_s),
        high=time_words(prediction.high_s),
        memory=memory,
        day=prediction.measured_at[:10],
    )
