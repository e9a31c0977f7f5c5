"""The ranges of a long shot become one result, in which nothing tells where they met."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from engine.api.clip_setup import open_setup
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.api.summary import SegmentSummary
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.jobs import Job, Progress
from engine.profiles import read_profile
from engine.results.folder import ResultReader, ResultWriter, set_aside

VOTE_MARGIN = 3
"""Frames that a range does beyond its ends, so that its own get the votes of their neighbours (quick's reach)."""


def widened(request: SegmentRequest, piece: FrameRange) -> FrameRange:
    """Returns the frames that a range's task does: its own, and those to both sides that vote on them."""
    margin = request.settings.window // 2 if request.settings.window is not None else VOTE_MARGIN
    first, last = piece.start - margin, piece.stop + margin
    whole = request.frame_range
    return FrameRange(max(first, whole.start), min(last, whole.stop)) if whole is not None else FrameRange(first, last)


def join(request: SegmentRequest, pieces: Sequence[tuple[Path, FrameRange]]) -> Job[SegmentSummary]:
    """Makes the result of a shot from those of its ranges, measures its flicker, and removes the ranges.

    Frames that a range does not have are segmented, so that a damaged range costs its own frames only.

    Args:
        request: What was asked of the whole shot.
        pieces: Result folder of each range, and the frames that are taken from it.

    Raises:
        InputError: Clip or profile cannot be used.
        OutputError: The result cannot be written.
    """
    profile = read_profile(request.profile) if request.profile else None
    setup = yield from open_setup(request, profile)
    with closing(setup.source):
        if request.overwrite:
            set_aside(request.out)
        writer = ResultWriter.open(
            request.out,
            fingerprint=setup.fingerprint,
            parts=setup.parts,
            clip=setup.clip_facts,
            stems={number: setup.source.stem(number) for number in setup.frames},
        )
        for done, (folder, frames) in enumerate(pieces):
            yield Progress("joining", done, len(pieces))
            _take(writer, folder, frames)
        writer.save()
    summary = yield from segment(replace(request, overwrite=False))
    for folder, _ in pieces:
        shutil.rmtree(folder, ignore_errors=True)
    return summary


def _take(writer: ResultWriter, folder: Path, frames: FrameRange) -> None:
    try:
        reader = ResultReader(folder)
    except InputError:
        return
    for number, row in reader.record.frames.items():
        if number in frames and row.state == "done":
            writer.take_over(reader, number, "done")
