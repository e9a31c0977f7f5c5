"""The list "paint this next": which frames are worth the artist's next minutes, over all results, and why.

How good a part's matte is on a frame is what the backbone says of itself (confidence), less what is seen to be wrong:

    q = confidence * (1 - doubt) * (1 - flicker),  1 where the frame was painted, approved or corrected by hand

- doubt: share of the part's pixels whose two best scores are less than `UNSURE` apart;
- flicker: as measured with the result (`engine.temporal.flicker`);
- novelty: a frame counts up to twice the less its small picture, and where its parts lie, look like what was painted.

The frames that are named are those that, painted together, would help most frames along the motion
(`engine.correct.coverage`): neither the worst frames, which crowd where all is lost, nor evenly spaced ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.correct.coverage import ClipCoverage, choose, supports
from engine.correct.spread import barrier_frames
from engine.domain.frames import FrameSource
from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.errors import InputError
from engine.results.folder import ResultReader
from engine.temporal.flow_chain import STEP_TRUST
from engine.temporal.flow_store import FlowStore

UNSURE = 0.5
LOOK_SIGMA = 0.1
"""Distance of two looks from which on they have little in common; frames of one shot are 0.02 to 0.1 apart."""
_THUMB = (16, 9)
_LOOKED_AT = 240
"""Frames of a clip that are decoded and read, evenly spaced; more would take longer than the answer is worth."""
_BAD = {"doubt": 0.25, "flicker": 0.1}
"""A reason is named from here on, and where it is twice what the clip has in general."""
_LOST = 0.5
"""The motion is called lost where less than this is left of what distance alone would leave."""


@dataclass(frozen=True)
class SeenFrame:
    """A frame as it was looked at; arrays over the parts of the result.

    Attributes:
        number: Its number.
        confidence: (K,) float32, the backbone's.
        doubt: (K,) float32.
        flicker: (K,) float32.
        followed: (K,) float32, how much of each part can be followed to the next frame that exists.
        look: Descriptor of its appearance.
        closed: It was painted, approved or corrected by hand.
        anchor: It was painted before the run, which knows of it.
    """

    number: int
    confidence: NDArray[np.float32]
    doubt: NDArray[np.float32]
    flicker: NDArray[np.float32]
    followed: NDArray[np.float32]
    look: NDArray[np.float32]
    closed: bool
    anchor: bool


@dataclass
class SeenClip:
    """The frames of a result that were looked at, ascending, and the first frames of new shots."""

    parts: tuple[str, ...]
    cuts: tuple[int, ...]
    frames: list[SeenFrame] = field(default_factory=list)


@dataclass(frozen=True)
class Suggestion:
    """A frame that is worth painting.

    Attributes:
        result: Position of its result in the list that was asked about.
        frame: Its number.
        score: How much it helps, in wholly wrong mattes that would be right.
        reason: One line that says why.
    """

    result: int
    frame: int
    score: float
    reason: str


def look_at(seen: list[SeenClip], reader: ResultReader, source: FrameSource, flow: FlowStore) -> Iterator[int]:
    """Adds a result to `seen`, yielding after each of its frames.

    Args:
        seen: Grown in place.
        reader: The result.
        source: Its clip.
        flow: Optical flow of the clip.

    Raises:
        InputError: A frame cannot be read.
    """
    closed, known = barrier_frames(reader), set(source.numbers)
    anchors = {int(number) for number in reader.record.fingerprint.get("anchors", {})}
    numbers = [number for number in reader.numbers if number in known]
    if not numbers:
        raise InputError(f"The result '{reader.folder}' has no frame that its clip has. Segment the clip first.")
    cuts = tuple(sorted(int(cut) for cut in reader.record.clip.get("cuts", ())))
    clip = SeenClip(tuple(part.name for part in reader.parts), cuts)
    seen.append(clip)
    step = max(1, -(-len(numbers) // _LOOKED_AT))
    for number in sorted({*numbers[::step], *(closed & set(numbers))}):
        scores, labels = reader.final(number)
        doubts, record = part_doubts(scores, reader.parts), reader.record.frames[number]
        clip.frames.append(
            SeenFrame(
                number,
                _of_parts(record.confidence, clip.parts, missing=0.0),
                _of_parts(doubts, clip.parts, missing=0.0),
                _of_parts(record.flicker, clip.parts, missing=0.0),
                _followed(flow, number, labels, reader.parts),
                _look(source.read(number), labels, reader.parts),
                number in closed,
                number in anchors,
            )
        )
        yield number


def suggestions(seen: Sequence[SeenClip], count: int) -> list[Suggestion]:
    """Returns the frames that, painted together, help most; the most helpful first."""
    painted = [frame.look for clip in seen for frame in clip.frames if frame.closed]
    clips = [_coverage(clip, painted) for clip in seen]
    supported = [_within_shots(clip, supports(known, STEP_TRUST)) for clip, known in zip(seen, clips, strict=True)]
    clips = [_after_hand(clip, known, s) for clip, known, s in zip(seen, clips, supported, strict=True)]
    rows, found = choose(clips, supported, count), []
    for number, place, gain in rows:
        chosen = [at for clip, at, _ in rows if clip == number]
        why = _sentence(seen[number], supported[number], place, chosen)
        found.append(Suggestion(number, seen[number].frames[place].number, gain, why))
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


def _coverage(clip: SeenClip, painted: Sequence[NDArray[np.float32]]) -> ClipCoverage:
    rows = clip.frames
    quality = np.stack([f.confidence * (1 - f.doubt) * (1 - f.flicker) for f in rows])
    closed = np.array([f.closed for f in rows], np.bool_)
    quality[closed] = 1
    steps = np.diff([f.number for f in rows]).astype(np.float32)
    weight = np.array([1 + _novelty(f.look, painted) for f in rows], np.float32)
    return ClipCoverage(
        np.stack([f.followed for f in rows[:-1]]) if len(rows) > 1 else quality[:0], quality, weight, steps, closed
    )


def _within_shots(clip: SeenClip, support: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the supports with nothing across cuts."""
    shot = np.searchsorted(clip.cuts, [frame.number for frame in clip.frames], side="right")
    return np.asarray(support * (shot[:, None] == shot[None])[..., None], np.float32)


def _after_hand(clip: SeenClip, known: ClipCoverage, support: NDArray[np.float32]) -> ClipCoverage:
    """Returns the clip with what frames that were corrected or approved after the run can do for their neighbours."""
    places = [at for at, frame in enumerate(clip.frames) if frame.closed and not frame.anchor]
    if not places:
        return known
    return replace(known, quality=np.maximum(known.quality, support[places].max(axis=0)))


def _novelty(look: NDArray[np.float32], painted: Sequence[NDArray[np.float32]]) -> float:
    alike = [other for other in painted if other.shape == look.shape]
    distance = min((float(np.linalg.norm(look - other)) for other in alike), default=np.inf)
    return float(1 - np.exp(-((distance / LOOK_SIGMA) ** 2)))


def _of_parts(figures: object, parts: Sequence[str], *, missing: float) -> NDArray[np.float32]:
    table = dict(figures) if isinstance(figures, dict) else {}
    return np.array([table.get(name, missing) for name in parts], np.float32)


def _followed(flow: FlowStore, number: int, labels: LabelMap, parts: PartSet) -> NDArray[np.float32]:
    """Returns how much of each part can be followed to the next frame; of a part that is not seen, of the subject."""
    later = flow.next_frame(number)
    if later is None:
        return np.ones(len(parts.ids), np.float32)
    visible = flow.between(number, later).visibility
    small = cv2.resize(labels, (visible.shape[1], visible.shape[0]), interpolation=cv2.INTER_NEAREST)
    subject = float(visible[small > 0].mean()) if (small > 0).any() else float(visible.mean())
    shares = [float(visible[small == part].mean()) if (small == part).any() else subject for part in parts.ids]
    return np.array(shares, np.float32)


def _look(image: NDArray[np.uint8], labels: LabelMap, parts: PartSet) -> NDArray[np.float32]:
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


def _served(chosen: Sequence[int], support: NDArray[np.float32], place: int) -> tuple[int, ...]:
    """Returns the places that this choice supports better than the other chosen ones do."""
    best = support[list(chosen)].sum(axis=2).argmax(axis=0)
    return tuple(int(at) for at in np.flatnonzero(best == list(chosen).index(place)))


def _sentence(clip: SeenClip, support: NDArray[np.float32], place: int, chosen: Sequence[int]) -> str:
    """Returns why a frame was chosen, in words, and which frames it is to help."""
    frame = clip.frames[place]
    served = [clip.frames[at].number for at in _served(chosen, support, place)]
    reach = f"helps {served[0]}-{served[-1]}: " if len(served) > 1 else ""
    for name, figures in (("doubt", [f.doubt for f in clip.frames]), ("flicker", [f.flicker for f in clip.frames])):
        tops = np.stack(figures).max(axis=1)
        if tops[place] >= max(_BAD[name], 2 * float(np.median(tops))):
            part, share = clip.parts[int(figures[place].argmax())], float(tops[place]) * 100
            return reach + (
                f"{share:.0f} % of '{part}' is unsure" if name == "doubt" else f"'{part}' flickers, {share:.0f} %"
            )
    closed = [at for at, other in enumerate(clip.frames) if other.closed]
    if not closed:
        return reach + "nothing was painted on this clip yet"
    nearest = min(closed, key=lambda at: abs(clip.frames[at].number - frame.number))
    number = clip.frames[nearest].number
    gap = abs(number - frame.number)
    way = support[nearest, place]
    if not way.any():
        return reach + "no painted frame in this shot"
    if float(way.min()) < _LOST * STEP_TRUST**gap:
        return reach + f"'{clip.parts[int(way.argmin())]}' is lost between here and frame {number}"
    return reach + (f"{gap} frames from painted frame {number}" if gap > 1 else f"beside painted frame {number}")
