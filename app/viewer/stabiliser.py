"""Holding a part still on the screen while it moves through the plate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.canvas.viewport import Viewport
from app.playback.layers import Centre

_SMALLEST_AREA = 16.0
_MOST_SCALED = 4.0


class Stabiliser:
    """Moves the view with the part, from the frame at which it was switched on."""

    def __init__(self) -> None:
        self._anchor: Centre | None = None
        self._now: Centre | None = None

    @property
    def holds(self) -> bool:
        """There is a part to hold."""
        return self._anchor is not None

    def release(self) -> None:
        """Forgets the part: the next frame that shows one is where it is held."""
        self._anchor = self._now = None

    def follow(self, centre: Centre | None) -> None:
        """Takes in where the part lies now; where it is not to be seen, the view stays as it was."""
        if centre is None or centre.area < _SMALLEST_AREA:
            return
        self._now = centre
        if self._anchor is None:
            self._anchor = centre

    def held(self, view: Viewport) -> Viewport:
        """Returns the view that shows the part of this frame where `view` shows that of the first.

        Args:
            view: Pan and zoom as the artist chose them, for the frame at which the view began to hold.
        """
        if self._anchor is None or self._now is None:
            return view
        growth = math.sqrt(self._anchor.area / self._now.area)
        zoom = view.zoom * min(_MOST_SCALED, max(1 / _MOST_SCALED, growth))
        x, y = view.to_widget(self._anchor.x, self._anchor.y)
        return replace(view, zoom=zoom, origin_x=self._now.x - x / zoom, origin_y=self._now.y - y / zoom)


def together(centres: Mapping[int, Centre], values: Iterable[int]) -> Centre | None:
    """Returns where these parts lie together, or None where none of them is to be seen."""
    found = [centres[value] for value in values if value in centres]
    area = sum(centre.area for centre in found)
    if area <= 0:
        return None
    x = sum(centre.area * centre.x for centre in found) / area
    y = sum(centre.area * centre.y for centre in found) / area
    return Centre(area, x, y)
