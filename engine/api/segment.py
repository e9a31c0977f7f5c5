"""Segment: a clip and a profile or painted frames in, a result folder out."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace

from engine.api.clip_setup import ClipSetup, open_setup
from engine.api.segment_request import SegmentRequest, check_sources
from engine.api.stability import measure_flicker
from engine.api.summary import SegmentSummary, summarise
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.errors import InputError
from engine.jobs import FrameDone, Job, Message, Progress
from engine.profiles import read_profile, write_profile
from engine.results.folder import ResultWriter, set_aside
from engine.results.paste import pasted
from engine.results.resample import labels_on_plate

LEARNED_PROFILE = "profile.safetensors"
UNFINISHED_FOLDER = ".unfinished"
"""Inside a result: what a killed run needs to go on in the middle of a window; gone when the run has ended."""


def segment(request: SegmentRequest) -> Job[SegmentSummary]:
    """Segments a clip frame by frame into a result folder; an interrupted run goes on where it stopped.

    Yields:
        Progress, Messages, and FrameDone for each frame, first as a draft where learning takes a while.

    Raises:
        InputError: Clip, anchors, profile or range cannot be used.
        OutputError: The result folder cannot take this result; what was finished is kept.
    """
    profile = read_profile(request.profile) if request.profile else None
    check_sources(request, profile)
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
        try:
            yield from _score_frames(request, setup, writer)
            yield from measure_flicker(setup, writer, request.settings)
        finally:
            writer.save()
        return summarise(writer.folder, writer.record)


def _score_frames(request: SegmentRequest, setup: ClipSetup, writer: ResultWriter) -> Job[None]:
    wanted = [number for number in setup.frames if number not in writer.finished()]
    if not wanted:
        return
    if len(wanted) < len(setup.frames):
        yield Message(f"{len(setup.frames) - len(wanted)} of {len(setup.frames)} frames were finished before.")
    if (focus := request.focus) is not None:
        wanted.sort(key=lambda number: abs(number - focus))
    task = setup.task(wanted, request.settings)
    profile = setup.profile
    if profile is not None and profile.backbone == "smite":
        from engine.smite import segment as segment_smite

        model, unfinished = request.settings.model, writer.folder / UNFINISHED_FOLDER
        scoring = segment_smite(task, setup.flow, profile, model=model, keep_in=unfinished)
        yield from _written(scoring, setup, writer, len(wanted))
        shutil.rmtree(unfinished, ignore_errors=True)
        return
    _check_quick(request.settings)
    if request.settings.preset == "draft":
        from engine.quick.draft import draft

        if not task.anchors:
            raise InputError("A draft carries painted frames along, so it needs --anchors. Use --preset standard.")
        yield from _written(draft(task, setup.flow), setup, writer, len(wanted), final=True)
        return
    if profile is None:
        profile = yield from _learned(request, task, setup, writer)
    from engine.quick.segment import segment as segment_quick

    yield from _written(segment_quick(task, setup.flow, profile), setup, writer, len(wanted))


def _check_quick(settings: SegmentSettings) -> None:
    if settings.temporal == "guided" or settings.tracker != "flow":
        raise InputError(
            "The quick backbone votes along its own flow: --temporal guided and --tracker cotracker are for smite."
        )


def _learned(request: SegmentRequest, task: ClipTask, setup: ClipSetup, writer: ResultWriter) -> Job[Profile]:
    """Learns the anchors, showing drafts first and meanwhile; a resumed run takes what it had learned before."""
    from engine.quick.draft import draft, glance

    kept = writer.folder / LEARNED_PROFILE
    if kept.is_file():
        return read_profile(kept)
    references = [
        Reference(setup.source.stem(number), setup.source.read(number), painted, frame=number)
        for number, painted in sorted(setup.anchors.items())
    ]
    settings = TrainSettings(preset=request.settings.preset, device=request.settings.device, seed=request.settings.seed)
    yield from _written(glance(task, setup.flow), setup, writer, len(task.frames))
    drafts = _written(draft(task, setup.flow), setup, writer, len(task.frames))
    from engine.quick.learn import learn  # brings torch, which the first draft does not wait for

    learning = learn(references, setup.parts, settings, clip=task, flow=setup.flow)
    profile = yield from _side_by_side(learning, drafts)
    write_profile(kept, profile)
    return profile


def _side_by_side(main: Job[Profile], beside: Job[None]) -> Job[Profile]:
    """Runs `main` to its end, giving `beside` one step for each of its own; only its finished frames are told."""
    running = True
    try:
        while True:
            try:
                yield next(main)
            except StopIteration as stop:
                profile: Profile = stop.value
                return profile
            while running:
                event = next(beside, None)
                running = event is not None
                if isinstance(event, FrameDone):
                    yield event
                    break
    finally:
        beside.close()
        main.close()


def _written(
    scoring: ScoringJob[None], setup: ClipSetup, writer: ResultWriter, total: int, *, final: bool = False
) -> Job[None]:
    """Writes each scored frame, with what was painted on it, and passes everything else on."""
    done = 0
    with closing(scoring):
        for item in scoring:
            if not isinstance(item, FrameScores):
                yield item
                continue
            yield from _write_frame(item, setup, writer, final=final)
            done += 1
            yield Progress("segmenting" if final or item.state == "done" else "drafting", done, total)


def _write_frame(scores: FrameScores, setup: ClipSetup, writer: ResultWriter, *, final: bool) -> Job[None]:
    if final:
        scores = replace(scores, state="done")
    painted = setup.anchors.get(scores.frame)
    if painted is None:
        labels = labels_on_plate(scores, setup.plate_hw)
    else:
        scores, labels = pasted(scores, painted)
    writer.write(setup.source.stem(scores.frame), scores, labels)
    yield FrameDone(scores.frame, scores.state)
