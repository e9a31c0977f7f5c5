"""What people decided about a result: locked frames and parts, areas, notes. No job rewrites what is locked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.atomic import write_text
from engine.domain.labels import BACKGROUND, LabelMap
from engine.domain.scores import FrameScores
from engine.errors import READING_FAULTS, InputError
from engine.results.areas import Area
from engine.results.paste import grown
from engine.results.resample import plate_box, to_plate, to_scores

REVIEW_NAME = "review.json"
_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Review:
    """Locks, areas and notes of a result.

    Attributes:
        frames: Frames that are locked as a whole.
        parts: Ids of locked parts by frame.
        areas: Where a part never is, or nothing else; later ones win.
        accepted: Ids of the parts whose change against an earlier result was accepted, by frame.
        notes: Notes by frame.
        shot_note: A note on the whole shot.
        extra: Keys of newer versions, kept as they are.
    """

    frames: frozenset[int] = frozenset()
    parts: Mapping[int, frozenset[int]] = field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    accepted: Mapping[int, frozenset[int]] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)
    shot_note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def is_locked(self, frame: int, part_id: int | None = None) -> bool:
        """Tells whether a frame, or one part of it, is locked."""
        return frame in self.frames or (part_id is not None and part_id in self.parts.get(frame, ()))

    def locking(self, frames: Iterable[int], part_id: int | None = None) -> Review:
        """Returns the review with these frames locked, as a whole or in one part."""
        if part_id is None:
            return replace(self, frames=self.frames | frozenset(frames))
        parts = dict(self.parts)
        for frame in frames:
            parts[frame] = parts.get(frame, frozenset()) | {part_id}
        return replace(self, parts=parts)

    def unlocking(self, frames: Iterable[int], part_id: int | None = None) -> Review:
        """Returns the review with these frames unlocked, wholly or in one part."""
        chosen = frozenset(frames)
        if part_id is None:
            left = {frame: ids for frame, ids in self.parts.items() if frame not in chosen}
            return replace(self, frames=self.frames - chosen, parts=left)
        parts = {f: ids - {part_id} if f in chosen else ids for f, ids in self.parts.items()}
        return replace(self, parts={frame: ids for frame, ids in parts.items() if ids})

    def accepting(self, frames: Iterable[int], part_ids: Iterable[int]) -> Review:
        """Returns the review with the change of parts on these frames accepted."""
        accepted, parts = dict(self.accepted), frozenset(part_ids)
        for frame in frames:
            accepted[frame] = accepted.get(frame, frozenset()) | parts
        return replace(self, accepted=accepted)

    def noting(self, frame: int | None, text: str) -> Review:
        """Returns the review with a note on a frame (None: on the shot); an empty text takes it away."""
        if frame is None:
            return replace(self, shot_note=text.strip())
        notes = {number: note for number, note in self.notes.items() if number != frame}
        return replace(self, notes={**notes, frame: text.strip()} if text.strip() else notes)


def read_review(folder: Path) -> Review:
    """Returns the review of a result; an empty one where nothing was decided yet.

    Raises:
        InputError: It is there but cannot be read: locks must never be lost silently.
    """
    path = folder / REVIEW_NAME
    if not path.exists():
        return Review()
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        version = table.pop("schema_version")
        if not isinstance(version, int) or version > _SCHEMA_VERSION:
            raise InputError(f"'{path}' was written by a newer version. Nothing was changed. Update SMITE Studio.")
        return Review(
            frames=frozenset(int(frame) for frame in table.pop("frames")),
            parts={int(f): frozenset(int(i) for i in ids) for f, ids in table.pop("parts").items()},
            accepted={int(f): frozenset(int(i) for i in ids) for f, ids in table.pop("accepted", {}).items()},
            areas=tuple(Area.from_json(row) for row in table.pop("areas", ())),
            notes={int(frame): str(note) for frame, note in table.pop("notes").items()},
            shot_note=str(table.pop("shot_note")),
            extra=table,
        )
    except READING_FAULTS as error:
        raise InputError(
            f"The locks, areas and notes '{path}' cannot be read ({type(error).__name__}: {error}). Nothing was "
            "changed. Mend or remove this file; without it no frame is locked and no area holds."
        ) from error


def write_review(folder: Path, review: Review) -> None:
    """Writes locks, areas and notes whole or not at all.

    Raises:
        OutputError: They cannot be written.
    """
    table = {
        **review.extra,
        "schema_version": _SCHEMA_VERSION,
        "frames": sorted(review.frames),
        "parts": {str(frame): sorted(ids) for frame, ids in sorted(review.parts.items()) if ids},
        "accepted": {str(frame): sorted(ids) for frame, ids in sorted(review.accepted.items()) if ids},
        "areas": [area.to_json() for area in review.areas],
        "notes": {str(frame): note for frame, note in sorted(review.notes.items())},
        "shot_note": review.shot_note,
    }
    write_text(folder / REVIEW_NAME, json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def with_locked_parts(
    new: tuple[FrameScores, LabelMap], old: tuple[FrameScores, LabelMap], locked: frozenset[int]
) -> tuple[FrameScores, LabelMap]:
    """Returns a new answer in which locked parts are those of the old one, to the bit; the others share what is left.

    Args:
        new: Scores and (H, W) labels of a frame as a job would write them.
        old: As they lie in the result.
        locked: Ids of the parts that must not change.
    """
    new_scores, new_labels = new
    old_scores, old_labels = old
    kept = np.isin(old_labels, sorted(locked))
    best = np.where(np.isin(new_labels, sorted(locked)), _best_other(new_scores, new_labels, locked), new_labels)
    labels = np.where(kept, old_labels, best)
    plate_hw = (old_labels.shape[0], old_labels.shape[1])
    base = grown(old_scores, plate_hw)
    here = _on_grid(new_scores, base, plate_hw)
    ids = (BACKGROUND, *base.part_ids)
    rows = [index for index, value in enumerate(ids) if value in locked]
    others = [index for index, value in enumerate(ids) if value not in locked]
    values = base.values.copy()
    room = 1 - values[rows].sum(axis=0)
    total = here[others].sum(axis=0)
    share = np.divide(here[others], total, out=np.zeros_like(here[others]), where=total > 0)
    share[others.index(0), total <= 0] = 1
    values[others] = share * room
    mixed = FrameScores(
        new_scores.frame,
        values,
        base.part_ids,
        base.to_plate,
        tuple(_confidence(old_scores if value in locked else new_scores, value) for value in base.part_ids),
        new_scores.reason,
        new_scores.state,
    )
    return mixed, np.asarray(labels, np.uint8)


def _confidence(scores: FrameScores, part_id: int) -> float:
    return scores.confidence[scores.part_ids.index(part_id)] if part_id in scores.part_ids else 0.0


def _best_other(scores: FrameScores, labels: LabelMap, locked: frozenset[int]) -> LabelMap:
    """Returns the most likely label of each plate pixel among those that are not locked."""
    ids = (BACKGROUND, *scores.part_ids)
    found = np.zeros(labels.shape, np.uint8)
    box = plate_box(scores, (labels.shape[0], labels.shape[1]))
    planes = [to_plate(values, scores.to_plate, box) for values in scores.values]
    allowed = [index for index, value in enumerate(ids) if value not in locked]
    winners = np.stack([planes[index] for index in allowed]).argmax(axis=0)
    found[box] = np.array([ids[index] for index in allowed], np.uint8)[winners]
    return found


def _on_grid(
    scores: FrameScores, grid: FrameScores, plate_hw: tuple[int, int]
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Returns the scores in the channels and on the pixels of another frame of scores."""
    whole = grown(scores, plate_hw)
    ids = (BACKGROUND, *whole.part_ids)
    shape = (grid.values.shape[1], grid.values.shape[2])
    same = whole.to_plate == grid.to_plate and whole.values.shape[1:] == grid.values.shape[1:]
    box = (slice(0, plate_hw[0]), slice(0, plate_hw[1]))
    planes = []
    for value in (BACKGROUND, *grid.part_ids):
        if value not in ids:
            planes.append(np.zeros(shape, np.float32))
            continue
        channel = whole.values[ids.index(value)]
        planes.append(channel if same else to_scores(to_plate(channel, whole.to_plate, box), grid.to_plate, shape))
    return np.stack(planes)
