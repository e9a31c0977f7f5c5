"""How high the lanes are: what there is room for, and in which order they give way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.timeline.lanes.lane import Lane

_GIVE_WAY = ("thumbnails", "cache", "edits", "references", "stability", "result")
"""Lanes that are left out where there is no room, the first first; the ruler always stays."""


@dataclass(frozen=True, eq=False)
class Row:
    """A lane and where it stands, in pixels."""

    lane: Lane
    top: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


def stacked(lanes: Sequence[Lane], room: float, unit: float, kept: Mapping[str, float]) -> tuple[Row, ...]:
    """Returns the lanes that fit, from the top down.

    Args:
        lanes: From the top down.
        room: Height that there is, in pixels.
        unit: Pixels of one pixel at a scale of 100 %.
        kept: Heights that the artist gave to lanes, at a scale of 100 %.
    """
    chosen = list(lanes)
    for name in _GIVE_WAY:
        if sum(lane.height.least for lane in chosen) * unit <= room:
            break
        chosen = [lane for lane in chosen if lane.name.split()[0] != name]
    heights = _shared(chosen, room / unit, kept)
    rows, top = [], 0.0
    for lane, height in zip(chosen, heights, strict=True):
        bottom = round(top + height * unit)
        rows.append(Row(lane, round(top), bottom - round(top)))
        top += height * unit
    return tuple(rows)


def least_room(lanes: Sequence[Lane], unit: float) -> float:
    """Returns the height in pixels that all of the lanes need."""
    return sum(lane.height.least for lane in lanes) * unit


def _shared(lanes: Sequence[Lane], room: float, kept: Mapping[str, float]) -> list[float]:
    """Returns the heights: those wanted, squeezed towards the least or stretched towards the most of each lane."""
    wanted = [min(lane.height.most, max(lane.height.least, kept.get(lane.name, lane.height.wanted))) for lane in lanes]
    limits = [lane.height.least if sum(wanted) > room else lane.height.most for lane in lanes]
    free = [
        0.0 if lane.name in kept and sum(wanted) <= room else limit - height
        for lane, limit, height in zip(lanes, limits, wanted, strict=True)
    ]
    give = room - sum(wanted)
    share = min(1.0, give / sum(free)) if sum(free) else 0.0
    return [height + share * extra for height, extra in zip(wanted, free, strict=True)]
