"""Segment: a clip and a profile or painted frames in, a result folder out."""

from __future__ import annotations

from contextlib import closing

from engine.api.clip_setup import ClipSetup, open_setup, with_cuts
from engine.api.first_drafts import first_drafts
from engine.api.locked_frames import bring_decisions, bring_locked
from engine.api.quick_run import score_with_quick
from engine.api.segment_request import SegmentRequest, check_sources
from engine.api.smite_run import check_model, score_with_smite
from engine.api.stability import measure_flicker
from engine.api.summary import SegmentSummary, summarise
from engine.jobs import Job, Message
from engine.profiles import read_profile
from engine.results.folder import ResultWriter, set_aside

_LONG_CLIP = 120
"""Frames whose cuts take longer to look for than drafting the neighbourhood of one."""


def segment(request: SegmentRequest) -> Job[SegmentSummary]:
    """Segments a clip frame by frame into a result folder; an interrupted run goes on where it stopped.

    Yields:
        Progress, Messages, and FrameDone for each frame, first as a draft where learning takes a while.

    Raises:
        InputError: Clip, anchors, profile or range cannot be used.
        MissingModelError: The backbone's weights are not on this machine.
        OutputError: The result folder cannot take this result; what was finished is kept.
    """
    profile = read_profile(request.profile) if request.profile else None
    check_sources(request, profile)
    check_model(request, profile)
    setup = yield from open_setup(request, profile)
    with closing(setup.source):
        if request.overwrite and (kept := set_aside(request.out)) is not None:
            yield Message(f"The previous result is kept as '{kept}'.")
        writer = ResultWriter.open(
            request.out,
            fingerprint=setup.fingerprint,
            parts=setup.parts,
            clip=setup.clip_facts,
            stems={number: setup.source.stem(number) for number in setup.frames},
        )
        if request.base is not None:
            bring_locked(request.base, writer)
        elif request.earlier is not None:
            bring_decisions(request.earlier, writer)
        try:
            wanted = yield from _wanted(request, setup, writer)
            yield from _drafted(request, setup, writer, wanted)
            setup = yield from with_cuts(setup, request.cache_folder)
            writer.set_clip(setup.clip_facts)
            if wanted:
                yield from _score_frames(request, setup, writer, wanted)
            yield from measure_flicker(setup, writer)
        finally:
            writer.save()
        return summarise(writer.folder, writer.record)


def _wanted(request: SegmentRequest, setup: ClipSetup, writer: ResultWriter) -> Job[list[int]]:
    """Returns the frames that are asked for and not finished, the most wanted first."""
    asked = [number for number in setup.frames if request.only is None or number in request.only]
    finished = writer.finished()
    wanted = [number for number in asked if number not in finished]
    if wanted and len(wanted) < len(asked):
        yield Message(f"{len(asked) - len(wanted)} of {len(asked)} frames were finished before.")
    if (focus := request.focus) is not None:
        wanted.sort(key=lambda number: abs(number - focus))
    return wanted


def _drafted(request: SegmentRequest, setup: ClipSetup, writer: ResultWriter, wanted: list[int]) -> Job[None]:
    """Drafts the frame that is looked at; and its neighbours where somebody looks and the rest will take a while."""
    is_slow = _by_smite(request, setup) or (setup.cuts is None and len(setup.span) > _LONG_CLIP)
    task = setup.task(wanted, request.settings)
    yield from first_drafts(task, setup, writer, neighbours=is_slow and request.focus is not None)


def _score_frames(request: SegmentRequest, setup: ClipSetup, writer: ResultWriter, wanted: list[int]) -> Job[None]:
    score = score_with_smite if _by_smite(request, setup) else score_with_quick
    yield from score(request, setup.task(wanted, request.settings), setup, writer)


def _by_smite(request: SegmentRequest, setup: ClipSetup) -> bool:
    return (setup.profile.backbone if setup.profile is not None else request.backbone) == "smite"
