"""What was decided about an earlier result, in a new one: locks, areas, notes, and what was painted by hand.

Locked frames come back to the bit, and the frames around them are led by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.atomic import write_bytes
from engine.domain.labels import BACKGROUND, UNKNOWN, Painted
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.results.edits import EDITS_FOLDER, FrameEdit
from engine.results.folder import ResultReader, ResultWriter
from engine.results.review import REVIEW_NAME, read_review, write_review


def locked_anchors(base: Path, parts: PartSet) -> Mapping[int, Painted]:
    """Returns the wholly locked frames of a result as painted frames, corrections included.

    Raises:
        InputError: The result cannot be read, or its parts are not those of `parts`.
    """
    reader = ResultReader(base)
    strange = [part.name for part in reader.parts if part.id not in parts.ids or parts.by_id(part.id).name != part.name]
    if strange:
        raise InputError(
            f"'{base}' was made with other parts ({', '.join(strange)}), so its locked frames mean something else. "
            "Nothing was changed. Give a result of the same project, or leave --base out."
        )
    frames = sorted(read_review(base).frames & set(reader.numbers))
    return {frame: Painted(reader.final(frame)[1]) for frame in frames}


def bring_locked(base: Path, writer: ResultWriter) -> None:
    """Copies what is locked in `base`, with its corrections, and all decisions, into the result of `writer`.

    Frames of which only parts are locked are brought too, to be done again around them. A result that has locks and
    notes of its own, or had them brought before, keeps those.

    Raises:
        OutputError: The result cannot be written to.
    """
    if base.resolve() == writer.folder.resolve() or (writer.folder / REVIEW_NAME).exists():
        return
    reader, review = ResultReader(base), read_review(base)
    known = set(reader.numbers)
    for frame in sorted((review.frames | set(review.parts)) & known):
        writer.take_over(reader, frame, state="done" if frame in review.frames else "stale")
    bring_decisions(base, writer)


def bring_decisions(earlier: Path, writer: ResultWriter) -> None:
    """Copies areas, locks, notes and hand corrections of an earlier result of the clip into the result of `writer`.

    They hold over whatever the run writes: what was decided by hand is not decided again by a job. What was spread is
    left behind, it was made for other mattes; and frames that were painted since show the paint, which is newer. A
    result with decisions of its own keeps those.

    Raises:
        InputError: The earlier result cannot be read.
        OutputError: The result cannot be written to.
    """
    if earlier.resolve() == writer.folder.resolve() or (writer.folder / REVIEW_NAME).exists():
        return
    reader, review = ResultReader(earlier), read_review(earlier)
    parts = writer.record.parts
    shared = {part.id for part in reader.parts if part.id in parts.ids and parts.by_id(part.id).name == part.name}
    repainted = _repainted(reader, writer) - review.frames
    kinds = (area for area in review.areas if area.part in shared | {BACKGROUND})
    areas = tuple(area for area in (a.on(a.frames - repainted) for a in kinds) if area.frames)
    for name in (name for area in areas for name in area.files):
        write_bytes(writer.folder / name, (earlier / name).read_bytes())
    for frame in reader.edited:
        edit = reader.edit(frame)
        path = f"{EDITS_FOLDER}/{reader.record.frames[frame].stem}.png"
        if edit is None or not edit.by_hand or frame in repainted or (writer.folder / path).exists():
            continue
        if _labels_of(edit) <= shared:
            write_bytes(writer.folder / path, (earlier / path).read_bytes())
    locks = {frame: ids & shared for frame, ids in review.parts.items() if ids & shared}
    write_review(writer.folder, replace(review, areas=areas, parts=locks, accepted={}))
    writer.read_locks()


def _repainted(reader: ResultReader, writer: ResultWriter) -> frozenset[int]:
    """Returns the frames that were painted, or painted otherwise, since the earlier result was made."""
    before, now = (record.fingerprint.get("anchors", {}) for record in (reader.record, writer.record))
    return frozenset(int(frame) for frame, digest in now.items() if before.get(frame) != digest)


def _labels_of(edit: FrameEdit) -> set[int]:
    return {value for value in range(256) if (edit.labels == value).any()} - {BACKGROUND, UNKNOWN}
