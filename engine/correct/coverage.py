"""Which frames, painted together, would help a clip most: expected coverage along the motion.

With r(t, p) the share of part p whose pixels the flow between frames t and t+1 can follow (forward and backward flow
agree), a frame c that is painted supports a frame f as far as the part can be followed on the way:

    s(c, f, p) = TRANSFER * product over the steps between c and f of STEP_TRUST * r(t, p),  s(c, c, p) = 1

With q(f, p) how good the mattes are now, the gain of painting the frames S is

    G(S) = sum over f, p of w(f) * max(0, max over c in S of s(c, f, p) - q(f, p))

a facility location function: taking the frame of the largest gain again and again comes within 1 - 1/e of the best
choice (Nemhauser, Wolsey and Fisher 1978), and exchanging frames afterwards closes most of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TRANSFER = 0.9
"""What is carried to another frame is never as good as what was painted there: without it, the neighbour of a bad frame
is as good a choice as the bad frame itself."""
_ROUNDS = 4
_LEAST = 1e-3


@dataclass(frozen=True)
class ClipCoverage:
    """What is known of one clip's frames, T in time and K parts.

    Attributes:
        followed: (T - 1, K) float32 in [0, 1], r above, between each frame and the next one.
        quality: (T, K) float32 in [0, 1], q above.
        weight: (T,) float32, w above.
        steps: (T - 1,) float32, frames from each one to the next; frames that were left out count too.
        closed: (T,) bool, frames that need no painting.
    """

    followed: Floats
    quality: Floats
    weight: Floats
    steps: Floats
    closed: NDArray[np.bool_]


def supports(clip: ClipCoverage, trust: float) -> Floats:
    """Returns s above as (T, T, K) float32: painted frame, supported frame, part."""
    lost = -np.log(np.maximum(clip.followed * np.float32(trust), np.float32(_LEAST))) * clip.steps[:, None]
    way = np.concatenate([np.zeros((1, clip.quality.shape[1]), np.float32), np.cumsum(lost, axis=0)])
    support = np.float32(TRANSFER) * np.exp(-np.abs(way[:, None] - way[None]))
    own = np.arange(len(support))
    support[own, own] = 1
    return np.asarray(support, np.float32)


def gains(clip: ClipCoverage, support: Floats, chosen: Sequence[int] = ()) -> Floats:
    """Returns what painting each frame besides `chosen` brings, (T,) float32; 0 for closed and chosen frames."""
    quality = np.maximum(clip.quality, support[list(chosen)].max(axis=0)) if chosen else clip.quality
    brought = np.maximum(support - quality[None], 0).sum(axis=2) @ clip.weight
    brought[clip.closed] = 0
    brought[list(chosen)] = 0
    return np.asarray(brought, np.float32)


def choose(clips: Sequence[ClipCoverage], supported: Sequence[Floats], count: int) -> list[tuple[int, int, float]]:
    """Returns (clip, place, gain) of the frames to paint, at most `count`, the most helpful first.

    Args:
        clips: The clips.
        supported: `supports` of each.
        count: How many frames will be painted.
    """
    chosen: list[list[int]] = [[] for _ in clips]
    now = [gains(clip, support) for clip, support in zip(clips, supported, strict=True)]
    for _ in range(count):
        tops = [float(row.max(initial=0)) for row in now]
        if not tops or max(tops) <= _LEAST:
            break
        best = int(np.argmax(tops))
        chosen[best].append(int(now[best].argmax()))
        now[best] = gains(clips[best], supported[best], chosen[best])
    for clip, support, places in zip(clips, supported, chosen, strict=True):
        _exchange(clip, support, places)
    rows = []
    for number, places in enumerate(chosen):
        rows += _in_order(number, clips[number], supported[number], places)
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def _exchange(clip: ClipCoverage, support: Floats, places: list[int]) -> None:
    """Moves each chosen frame to where it helps most beside the others, until none wants to move, in place."""
    for _ in range(_ROUNDS if len(places) > 1 else 0):
        moved = False
        for at, place in enumerate(places):
            others = places[:at] + places[at + 1 :]
            brought = gains(clip, support, others)
            better = int(brought.argmax())
            if brought[better] > brought[place] * (1 + 1e-5):
                places[at], moved = better, True
        if not moved:
            return


def _in_order(number: int, clip: ClipCoverage, support: Floats, places: Sequence[int]) -> list[tuple[int, int, float]]:
    rows: list[tuple[int, int, float]] = []
    left = list(places)
    while left:
        brought = gains(clip, support, [place for _, place, _ in rows])
        best = max(left, key=lambda place: (brought[place], -place))
        rows.append((number, best, float(brought[best])))
        left.remove(best)
    return rows
