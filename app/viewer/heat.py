"""The colours of the confidence map, and what it says in words."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.i18n import tr
from engine.results.record import FrameRecord

# Unsureness (0 to 255), then red, green, blue and alpha. Sure pixels stay clear; brightness rises with doubt, so that
# the map can be read without seeing colours.
_STOPS = (
    (0, 0, 0, 0, 0),
    (40, 60, 20, 110, 0),
    (90, 120, 30, 130, 120),
    (150, 210, 70, 70, 180),
    (205, 250, 150, 40, 215),
    (255, 255, 245, 150, 235),
)
LOW_CONFIDENCE = 0.5
"""Below it a part is marked."""


@lru_cache(maxsize=1)
def heat_colours() -> NDArray[np.uint32]:
    """Returns the (256,) premultiplied 0xAARRGGBB of each degree of unsureness."""
    places = [stop[0] for stop in _STOPS]
    red, green, blue, alpha = (np.interp(np.arange(256), places, [s[i] for s in _STOPS]) for i in range(1, 5))
    channels = [np.round(channel * alpha / 255).astype(np.uint32) for channel in (red, green, blue)]
    packed = np.round(alpha).astype(np.uint32) << 24 | channels[0] << 16 | channels[1] << 8 | channels[2]
    table = np.asarray(packed, np.uint32)
    table.setflags(write=False)
    return table


def confidence_words(record: FrameRecord | None) -> str:
    """Returns how sure the result is of each part in this frame, the least sure first, and what that rests on."""
    if record is None:
        return ""
    rows = sorted(record.confidence.items(), key=lambda row: row[1])
    figures = "   ".join(f"{name} {share:.2f}" + (" !" if share < LOW_CONFIDENCE else "") for name, share in rows)
    why = tr("Why: {r}").format(r=record.reason) if record.reason else ""
    return "\n".join(text for text in (figures, why, tr("Clear is sure, bright is unsure")) if text)
