"""Which frames are needed next: ahead of the playhead first, in the way that it moves. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.playback.transport import Repeat


@dataclass(frozen=True)
class Outlook:
    """Where the playhead stands and which way it looks.

    Attributes:
        place: Index of the current frame among the clip's frames.
        first: Index of the first frame that is played.
        end: Index behind the last.
        direction: 1 or -1.
        playing: It moves by itself: hardly anything behind it is needed.
        repeat: What happens at the ends.
    """

    place: int
    first: int
    end: int
    direction: int = 1
    playing: bool = False
    repeat: Repeat = "loop"


def ranks(outlook: Outlook, count: int, block: int) -> NDArray[np.int64]:
    """Returns how soon each frame is needed: 0 for the current one, then in the order in which to read.

    Args:
        outlook: Where the playhead stands.
        count: Frames in the clip.
        block: Frames that are read in their own order when playing backwards, since a video can only be decoded
            forwards; 1 where every frame is a file.

    Returns:
        (count,) int64, 0 or more.
    """
    places = np.arange(count)
    ahead, behind = _distances(outlook, places)
    if outlook.direction < 0 and block > 1:
        within = (ahead - 1) % block
        ahead = np.where(ahead > 0, ahead + block - 1 - 2 * within, 0)
    if outlook.playing:
        order = np.where(ahead > 0, ahead, 2 * count + behind)
    else:
        # Three ahead for one behind: artists step on more often than back.
        order = np.where(ahead > 0, ahead + (ahead - 1) // 3, 4 * behind)
    outside = (places < outlook.first) | (places >= outlook.end)
    order = np.where(outside, 8 * count + np.abs(places - outlook.place), order)
    order[outlook.place] = 0
    return np.asarray(order, np.int64)


def _distances(outlook: Outlook, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns steps ahead (0 where a frame does not lie ahead) and steps behind."""
    length = outlook.end - outlook.first
    step = (places - outlook.place) * outlook.direction
    inside = outlook.first <= outlook.place < outlook.end
    if outlook.repeat == "loop" and inside and outlook.playing:
        return np.where(step == 0, 0, step % length), np.where(step < 0, -step, 0)
    if outlook.repeat == "ping_pong" and inside and outlook.playing:
        to_turn = outlook.end - 1 - outlook.place if outlook.direction > 0 else outlook.place - outlook.first
        return np.where(step > 0, step, np.where(step < 0, 2 * to_turn - step, 0)), np.where(step < 0, -step, 0)
    return np.maximum(step, 0), np.maximum(-step, 0)
