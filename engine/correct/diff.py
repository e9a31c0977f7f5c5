"""What changed between two results of a clip, by frame and part, and taking back what was better before.

The old result stays as it is. Rejecting a change lays the old matte over the new one as an edit, so that it can be
cleared like any other correction; what was locked in the new result does not move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.correct.change import Change, edit_files, kept
from engine.correct.corrections import Corrections
from engine.domain.labels import BACKGROUND, UNKNOWN
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.results.folder import ResultReader


@dataclass(frozen=True)
class FrameDifference:
    """How far a frame's mattes are from those of another result.

    Attributes:
        frame: Its number.
        share: Share of the plate's pixels whose label is another, [0, 1].
        parts: By part name, the pixels that only one of the two masks holds over those that either holds, [0, 1];
            parts that did not change are left out.
    """

    frame: int
    share: float
    parts: Mapping[str, float]


def differences(old: ResultReader, new: ResultReader, frames: Sequence[int] = ()) -> Iterator[FrameDifference]:
    """Yields the frames that both results hold, ascending, also those that did not change.

    Parts meet by name; a part that only one result knows has changed wherever it shows.

    Args:
        old: The earlier result.
        new: The later one.
        frames: Only these; empty is all.

    Raises:
        InputError: The plates differ in size, or a file cannot be read.
    """
    if old.record.plate_hw != new.record.plate_hw:
        sizes = [f"{width}x{height}" for height, width in (old.record.plate_hw, new.record.plate_hw)]
        raise InputError(f"The results are of plates of {sizes[0]} and {sizes[1]}. Compare results of one clip.")
    table = _ids_in(old.parts, new.parts)
    both = set(old.numbers) & set(new.numbers)
    for frame in sorted(both & set(frames) if frames else both):
        before, after = table[old.final(frame)[1]], new.final(frame)[1].astype(np.int16)
        differ = before != after
        shares = {}
        for part in new.parts:
            one, other = before == part.id, after == part.id
            either = int(np.count_nonzero(one | other))
            if either and (apart := int(np.count_nonzero(one ^ other))):
                shares[part.name] = apart / either
        yield FrameDifference(frame, float(differ.mean()), shares)


def changed_frames(found: Sequence[FrameDifference], *, least: float = 0.01) -> list[FrameDifference]:
    """Returns the frames of which a part changed by at least `least`, the most changed first."""
    changed = [row for row in found if max(row.parts.values(), default=0.0) >= least]
    return sorted(changed, key=lambda row: (-max(row.parts.values()), row.frame))


def keep_old(old: ResultReader, new: ResultReader, frames: Sequence[int], parts: Sequence[str] = ()) -> Change:
    """Lays the mattes of the old result over frames of the new one, and returns the change.

    Args:
        old: Where the mattes come from; it is not touched.
        new: The result that is corrected.
        frames: Numbers of the frames.
        parts: Names of the parts to take back; empty is all of them.

    Raises:
        InputError: A frame is locked or missing, or a part is unknown; nothing was changed.
        OutputError: An edit cannot be written; the frames before it are changed.
    """
    chosen = [new.parts.by_name(name).id for name in parts] or list(new.parts.ids)
    table = _ids_in(old.parts, new.parts)
    corrections = Corrections(new)
    for frame in frames:
        corrections.check_unlocked(frame)
        if frame not in new.record.frames or frame not in old.record.frames:
            raise InputError(f"Frame {frame} is not in both results. Nothing was changed.")
    stems = [new.record.frames[frame].stem for frame in frames]
    change = kept(new.folder, edit_files(stems), tuple(frames))
    for frame in frames:
        scores, labels = old.final(frame)
        named = np.where(table[labels] < 0, BACKGROUND, table[labels]).astype(np.uint8)
        corrections.take(frame, (replace(scores, frame=frame), named), chosen, f"as in {old.folder.name}")
    return change


def _ids_in(parts: PartSet, other: PartSet) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Returns, for each label of the one table, that of the part of the same name in the other; -1 for none."""
    table = np.full(256, -1, np.int16)
    table[BACKGROUND] = BACKGROUND
    table[UNKNOWN] = UNKNOWN
    for part in parts:
        if part.name in other.names:
            table[part.id] = other.by_name(part.name).id
    return table
