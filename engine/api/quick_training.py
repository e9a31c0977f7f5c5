"""Training the quick backbone on references of which many may be frames of one clip: its motion is learned from too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from engine.api.clip_cuts import cuts_of
from engine.api.clip_setup import flow_store
from engine.api.reference_snapshot import ClipOfReferences
from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.reference import Reference
from engine.domain.settings import TrainSettings
from engine.domain.task import ClipTask
from engine.jobs import Job
from engine.media import open_clip
from engine.media.cuts import scenes_between
from engine.profiles.training_run import TrainingRun


def learn_with_quick(
    references: tuple[Reference, ...],
    parts: PartSet,
    settings: TrainSettings,
    *,
    clip: ClipOfReferences | None,
    start: Profile | None,
    run: TrainingRun | None,
    cache_folder: Path | None,
) -> Job[Profile]:
    """Learns references with the quick backbone; frames of `clip` also teach how their labels move.

    Raises:
        InputError: There is nothing to learn from, or the clip cannot be read.
    """
    from engine.quick.learn import learn

    if clip is None:
        return (yield from learn(references, parts, settings, start=start, run=run))
    with closing(open_clip(clip.path, colour_space=clip.colour_space)) as source:
        first, last = clip.frames[0], clip.frames[-1]
        span = tuple(number for number in source.numbers if first <= number <= last)
        cuts = yield from cuts_of(source, span, cache_folder)
        anchors = {r.frame: r.painted for r in references if r.frame is not None and not r.holdout}
        task = ClipTask(source, scenes_between(span, cuts), span, anchors, parts)
        flow = flow_store(cache_folder, source)
        return (yield from learn(references, parts, settings, clip=task, flow=flow, start=start, run=run))
