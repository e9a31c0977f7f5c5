"""The quick backbone's part of `segment`: drafts at once, the subject's box, learning, then the frames."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.api.clip_setup import ClipSetup, flow_store
from engine.api.segment_request import SegmentRequest
from engine.api.written_frames import written
from engine.domain.edits import Rect
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.errors import InputError
from engine.jobs import FrameDone, Job, Message
from engine.profiles import read_profile, write_profile
from engine.results.folder import ResultWriter

if TYPE_CHECKING:
    from engine.quick.cropping import SubjectFinder

LEARNED_PROFILE = "profile.safetensors"
_CROP = "crop"  # in the learned profile's training record: the box it was learned on, so that a resumed run keeps it


def score_with_quick(request: SegmentRequest, task: ClipTask, setup: ClipSetup, writer: ResultWriter) -> Job[None]:
    """Scores the frames of `task` into the result folder.

    Raises:
        InputError: The settings ask for what this backbone does not do, or a frame cannot be decoded.
    """
    _check(request.settings)
    if request.settings.preset == "draft":
        from engine.quick.draft import draft

        if not task.anchors:
            raise InputError("A draft carries painted frames along, so it needs --anchors. Use --preset standard.")
        yield from written(draft(task, setup.flow), setup, writer, len(task.frames), final=True)
        return
    profile, box = setup.profile, None
    if profile is None:
        profile = yield from _learned(request, task, setup, writer)
        box = _stored_box(profile)
    elif request.settings.crop == "on":
        box = yield from _subject_box(task, setup, writer)
    from engine.quick.cropping import cropped, on_plate
    from engine.quick.segment import segment

    if box is None:
        scoring = segment(task, setup.flow, profile)
    else:
        smaller = cropped(task, box)
        scoring = on_plate(segment(smaller, flow_store(request.cache_folder, smaller.source), profile), box)
    yield from written(scoring, setup, writer, len(task.frames))


def _check(settings: SegmentSettings) -> None:
    if settings.temporal == "guided" or settings.tracker != "flow":
        raise InputError(
            "The quick backbone votes along its own flow: --temporal guided and --tracker cotracker are for smite."
        )


def _learned(request: SegmentRequest, task: ClipTask, setup: ClipSetup, writer: ResultWriter) -> Job[Profile]:
    """Learns the anchors, showing drafts meanwhile; a resumed run takes what it had learned before."""
    from engine.quick.cropping import cropped
    from engine.quick.draft import draft

    kept = writer.folder / LEARNED_PROFILE
    if kept.is_file():
        return read_profile(kept)
    box = yield from _subject_box(task, setup, writer)
    flow, drafts = setup.flow, written(draft(task, setup.flow), setup, writer, len(task.frames))
    if box is not None:
        drafts.close()  # all of them were shown while the subject was looked for
        task = cropped(task, box)
        flow = flow_store(request.cache_folder, task.source)
        yield Message(f"Working on the subject's box, {box[2] - box[0]}x{box[3] - box[1]} of the plate's pixels.")
    references = [
        Reference(task.source.stem(number), task.source.read(number), painted, frame=number)
        for number, painted in sorted(task.anchors.items())
    ]
    settings = TrainSettings(preset=request.settings.preset, device=request.settings.device, seed=request.settings.seed)
    from engine.quick.learn import learn  # brings torch, which the first draft does not wait for

    learning = learn(references, setup.parts, settings, clip=task, flow=flow)
    profile = yield from _side_by_side(learning, drafts)
    profile = replace(profile, training={**profile.training, _CROP: list(box) if box is not None else None})
    write_profile(kept, profile)
    return profile


def _stored_box(profile: Profile) -> Rect | None:
    stored = profile.training.get(_CROP)
    if stored is None:
        return None
    left, top, right, bottom = (int(edge) for edge in stored)
    return left, top, right, bottom


def _subject_box(task: ClipTask, setup: ClipSetup, writer: ResultWriter) -> Job[Rect | None]:
    """Drafts the whole clip to see where the subject is, if a crop may pay; returns its box or None for all of it.

    All frames are looked at, finished ones too: the box of a resumed run is that of the run it goes on with.
    """
    from engine.quick.cropping import SubjectFinder
    from engine.quick.draft import draft

    finder = SubjectFinder(task)
    if not finder.is_useful:
        return None
    finished = writer.finished()
    order = [*task.frames, *(frame for frame in setup.frames if frame in finished)]
    looking = _watched(draft(replace(task, frames=order), setup.flow), finder)
    yield from written(looking, setup, writer, len(order))
    return finder.box()


def _watched(drafts: ScoringJob[None], finder: SubjectFinder) -> ScoringJob[None]:
    with closing(drafts):
        for item in drafts:
            if isinstance(item, FrameScores):
                finder.add(item)
            yield item


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
