"""The list "paint this next": which frames are worth the artist's next minutes, over all results, and why.

Each frame gets three figures, scaled to [0, 1] by the highest of all candidates where that is above a floor:

- doubt: share of the subject's pixels whose two best scores are less than `UNSURE` apart, of its worst part;
- flicker: the worst part's figure as measured with the result (`engine.temporal.flicker`);
- novelty: distance of the frame's small picture and of where its parts lie to the nearest painted or approved frame.

The best sum is taken, frames near it in time step back, it counts as painted for the novelty of the others, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.correct.spread import barrier_frames
from engine.domain.frames import FrameSource
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.folder import ResultReader

Reason = Literal["doubt", "flicker", "novelty"]

UNSURE = 0.5
_WEIGHTS: dict[Reason, float] = {"doubt": 1.0, "flicker": 0.5, "novelty": 0.75}
_FLOORS: dict[Reason, float] = {"doubt": 0.05, "flicker": 0.05, "novelty": 0.05}
"""Below these a clip has no problem of the kind, and the highest figure is not blown up to 1."""
_THUMB = (16, 9)
_LOOKED_AT = 240
"""Frames of a clip that are decoded and read, evenly spaced; more would take longer than the answer is worth."""
_LEAST_GAP = 3


@dataclass(frozen=True)
class Candidate:
    """A frame that might be painted.

    Attributes:
        result: Position of its result in the list that was asked about.
        frame: Its number.
        figures: Doubt, flicker and novelty, not yet scaled.
        worst: Name of the part behind doubt and flicker.
        look: Descriptor of its appearance.
    """

    result: int
    frame: int
    figures: dict[Reason, float]
    worst: dict[Reason, str]
    look: NDArray[np.float32]


@dataclass(frozen=True)
class Suggestion:
    """A frame that is worth painting.

    Attributes:
        result: Position of its result in the list that was asked about.
        frame: Its number.
        score: The higher, the more worth it; [0, 2.25].
        reason: One line that says why.
    """

    result: int
    frame: int
    score: float
    reason: str


@dataclass
class Seen:
    """What was looked at so far.

    Attributes:
        candidates: Frames that might be painted.
        painted: Looks of the frames that were.
        spans: Number of frames of each result.
    """

    candidates: list[Candidate]
    painted: list[NDArray[np.float32]]
    spans: dict[int, int]


def look_at(seen: Seen, result: int, reader: ResultReader, source: FrameSource) -> Iterator[int]:
    """Adds a result's frames to `seen`, yielding after each.

    Args:
        seen: Grown in place.
        result: Position of the result in the caller's list.
        reader: The result.
        source: Its clip.

    Raises:
        InputError: A frame cannot be read.
    """
    approved = barrier_frames(reader)
    numbers = [number for number in reader.numbers if number in set(source.numbers)]
    if not numbers:
        raise InputError(f"The result '{reader.folder}' has no frame that its clip has. Segment the clip first.")
    step = max(1, -(-len(numbers) // _LOOKED_AT))
    seen.spans[result] = numbers[-1] - numbers[0] + 1
    for number in sorted({*numbers[::step], *(approved & set(numbers))}):
        scores, labels = reader.final(number)
        look = _look(source.read(number), labels, reader.parts)
        if number in approved:
            seen.painted.append(look)
        else:
            doubts = part_doubts(scores, reader.parts)
            flicker = dict(reader.record.frames[number].flicker)
            worst_doubt, worst_flicker = _worst(doubts), _worst(flicker)
            seen.candidates.append(
                Candidate(
                    result,
                    number,
                    {"doubt": worst_doubt[1], "flicker": worst_flicker[1], "novelty": 0.0},
                    {"doubt": worst_doubt[0], "flicker": worst_flicker[0], "novelty": ""},
                    look,
                )
            )
        yield number


def suggestions(seen: Seen, count: int) -> list[Suggestion]:
    """Returns the frames most worth painting, best first, none of them close to another in time."""
    left, painted = list(seen.candidates), list(seen.painted)
    found: list[Suggestion] = []
    scales = _scales(left, painted)
    while left and len(found) < count:
        rated = [(_shares(candidate, painted, scales), candidate) for candidate in left]
        shares, best = max(rated, key=lambda row: (sum(row[0].values()), -row[1].result, -row[1].frame))
        found.append(Suggestion(best.result, best.frame, sum(shares.values()), _sentence(best, shares, painted)))
        painted.append(best.look)
        gap = max(_LEAST_GAP, seen.spans[best.result] // (2 * count))
        left = [c for c in left if c.result != best.result or abs(c.frame - best.frame) > gap]
    return found


def part_doubts(scores: FrameScores, parts: PartSet) -> dict[str, float]:
    """Returns, by part name, the share of its pixels that might as well be something else, [0, 1]."""
    values = scores.values
    top = values.argmax(axis=0)
    ordered = np.partition(values, values.shape[0] - 2, axis=0)
    unsure = ordered[-1] - ordered[-2] < UNSURE
    doubts = {}
    for index, part_id in enumerate(scores.part_ids, start=1):
        area = int((top == index).sum())
        if area:
            doubts[parts.by_id(part_id).name] = float((unsure & (top == index)).sum() / area)
    return doubts


def _worst(figures: dict[str, float]) -> tuple[str, float]:
    return max(figures.items(), key=lambda item: item[1]) if figures else ("", 0.0)


def _look(image: NDArray[np.uint8], labels: NDArray[np.uint8], parts: PartSet) -> NDArray[np.float32]:
    """Returns a small picture in Lab, and area and place of each part, as one vector of comparable entries."""
    small = cv2.cvtColor(cv2.resize(image, _THUMB, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    colours = (small.astype(np.float32) / 255).ravel() / np.float32(np.sqrt(small.size))
    height, width = labels.shape
    places: list[float] = []
    coarse = labels[:: max(1, height // 120), :: max(1, width // 160)]
    for part in parts:
        rows, columns = np.nonzero(coarse == part.id)
        share = rows.size / coarse.size
        here = (rows.mean() / coarse.shape[0], columns.mean() / coarse.shape[1]) if rows.size else (0.0, 0.0)
        places += [float(np.sqrt(share)), *here]
    vector = np.array(places, np.float32) / np.float32(np.sqrt(max(len(places), 1)))
    return np.concatenate([colours, vector])


def _novelty(look: NDArray[np.float32], painted: Sequence[NDArray[np.float32]]) -> float:
    same = [other for other in painted if other.shape == look.shape]
    return min((float(np.linalg.norm(look - other)) for other in same), default=1.0)


def _scales(candidates: Sequence[Candidate], painted: Sequence[NDArray[np.float32]]) -> dict[Reason, float]:
    highest = {kind: max((c.figures[kind] for c in candidates), default=0.0) for kind in ("doubt", "flicker")}
    return {
        "doubt": max(highest["doubt"], _FLOORS["doubt"]),
        "flicker": max(highest["flicker"], _FLOORS["flicker"]),
        "novelty": max(max((_novelty(c.look, painted) for c in candidates), default=0.0), _FLOORS["novelty"]),
    }


def _shares(
    candidate: Candidate, painted: Sequence[NDArray[np.float32]], scales: dict[Reason, float]
) -> dict[Reason, float]:
    figures = {**candidate.figures, "novelty": _novelty(candidate.look, painted)}
    return {kind: _WEIGHTS[kind] * figures[kind] / scales[kind] for kind in _WEIGHTS}


def _sentence(best: Candidate, shares: dict[Reason, float], painted: Sequence[NDArray[np.float32]]) -> str:
    kind = max(shares, key=lambda name: shares[name])
    if kind == "doubt":
        return f"{best.figures['doubt'] * 100:.0f} % of '{best.worst['doubt']}' might as well be something else"
    if kind == "flicker":
        return f"'{best.worst['flicker']}' flickers here ({best.figures['flicker'] * 100:.0f} % of it disagrees)"
    if not painted:
        return "nothing like it was painted yet"
    return "it looks least like the frames that were painted or approved"
