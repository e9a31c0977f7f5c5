"""The list "paint this next": which frames are worth the artist's next minutes, over all results, and why.

Each frame gets four figures, scaled to [0, 1] by the highest of all candidates where that is above a floor:

- doubt: share of the subject's pixels whose two best scores are less than `UNSURE` apart, of its worst part;
- flicker: the worst part's figure as measured with the result (`engine.temporal.flicker`);
- novelty: distance of the frame's small picture and of where its parts lie to the nearest painted or approved frame;
- gap: frames to the nearest painted or approved one of its clip, since what is painted reaches only so far.

The best sum is taken, frames near it in time step back, it counts as painted for the others, and so on.
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

Reason = Literal["doubt", "flicker", "novelty", "gap"]

UNSURE = 0.5
_WEIGHTS: dict[Reason, float] = {"doubt": 0.75, "flicker": 0.25, "novelty": 0.25, "gap": 1.25}
"""From `tests.benchmarks.correct_study`: without the gap, corrections crowd where doubt is and spread over less."""
_FLOORS: dict[Reason, float] = {"doubt": 0.05, "flicker": 0.05, "novelty": 0.05, "gap": 4.0}
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
        figures: Doubt and flicker, not yet scaled.
        worst: Name of the part behind doubt and flicker.
        look: Descriptor of its appearance.
    """

    result: int
    frame: int
    figures: dict[Reason, float]
    worst: dict[Reason, str]
    look: NDArray[np.float32]


@dataclass(frozen=True)
class Painting:
    """A frame that was painted or approved: its result's position, its number, its look."""

    result: int
    frame: int
    look: NDArray[np.float32]


@dataclass(frozen=True)
class Suggestion:
    """A frame that is worth painting.

    Attributes:
        result: Position of its result in the list that was asked about.
        frame: Its number.
        score: The higher, the more worth it; [0, 2.5].
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
        painted: Result, number and look of the frames that were.
        spans: Number of frames of each result.
    """

    candidates: list[Candidate]
    painted: list[Painting]
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
            seen.painted.append(Painting(result, number, look))
        else:
            doubts = part_doubts(scores, reader.parts)
            flicker = dict(reader.record.frames[number].flicker)
            worst_doubt, worst_flicker = _worst(doubts), _worst(flicker)
            seen.candidates.append(
                Candidate(
                    result,
                    number,
                    {"doubt": worst_doubt[1], "flicker": worst_flicker[1]},
                    {"doubt": worst_doubt[0], "flicker": worst_flicker[0]},
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
        found.append(Suggestion(best.result, best.frame, sum(shares.values()), _sentence(best, painted, scales)))
        painted.append(Painting(best.result, best.frame, best.look))
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


def _novelty(candidate: Candidate, painted: Sequence[Painting]) -> float:
    looks = [other.look for other in painted if other.look.shape == candidate.look.shape]
    return min((float(np.linalg.norm(candidate.look - look)) for look in looks), default=1.0)


def _gap(candidate: Candidate, painted: Sequence[Painting]) -> float:
    frames = [other.frame for other in painted if other.result == candidate.result]
    return float(min((abs(candidate.frame - frame) for frame in frames), default=0))


def _figures(candidate: Candidate, painted: Sequence[Painting]) -> dict[Reason, float]:
    return {**candidate.figures, "novelty": _novelty(candidate, painted), "gap": _gap(candidate, painted)}


def _scales(candidates: Sequence[Candidate], painted: Sequence[Painting]) -> dict[Reason, float]:
    figures = [_figures(candidate, painted) for candidate in candidates]
    return {kind: max([floor, *(row[kind] for row in figures)]) for kind, floor in _FLOORS.items()}


def _shares(candidate: Candidate, painted: Sequence[Painting], scales: dict[Reason, float]) -> dict[Reason, float]:
    figures = _figures(candidate, painted)
    return {kind: _WEIGHTS[kind] * figures[kind] / scales[kind] for kind in _WEIGHTS}


def _sentence(best: Candidate, painted: Sequence[Painting], scales: dict[Reason, float]) -> str:
    """Returns the figure that stands out most, each against its own scale, in words."""
    figures = _figures(best, painted)
    kind = max(scales, key=lambda name: figures[name] / scales[name])
    if kind == "doubt":
        return f"{figures['doubt'] * 100:.0f} % of '{best.worst['doubt']}' is unsure"
    if kind == "flicker":
        return f"'{best.worst['flicker']}' flickers: {figures['flicker'] * 100:.0f} % of it disagrees"
    if not painted:
        return "nothing like it was painted yet"
    if kind == "gap":
        return f"{figures['gap']:.0f} frames from what was painted"
    return "least like what was painted"
