"""Locked frames of an earlier result: they come back to the bit, and the frames around them are led by them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.errors import InputError
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
    """Copies what is locked in `base`, with its corrections, and all locks and notes, into the result of `writer`.

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
    write_review(writer.folder, review)
    writer.read_locks()
