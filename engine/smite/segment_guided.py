"""Segmenting clips with voting, or with voting and guidance: the temporal stage of SMITE (4.3, 4.4, 7.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.domain.tracks import PointTracker
from engine.errors import MemoryLimitError
from engine.jobs import Event, Message
from engine.models import COTRACKER, find_model
from engine.smite.carried_maps import CarriedMaps
from engine.smite.device import is_out_of_memory, release_memory
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import ProfileNetwork
from engine.smite.guided_run import GuidedRun, score_scene
from engine.smite.profile_values import weights_probe
from engine.smite.segmenter import Segmenter, SegmenterRequest, prepared_segmenter
from engine.smite.settings import subject
from engine.smite.subject_pass import scene_boxes
from engine.smite.window_plan import shortened
from engine.temporal.cotracker_tracker import WEIGHTS_FILE, CoTracker, load_cotracker, recorded_weights
from engine.temporal.flow_store import FlowStore
from engine.temporal.flow_tracker import FlowTracker
from engine.temporal.subject_crop import CropSettings

_VERSION = "guided-2"
"""Changes with anything that changes answers, so that carried maps of older versions are not taken up."""


@dataclass(frozen=True)
class GuidedOptions:
    """What `segment_guided` can be told beside the task.

    Attributes:
        model: Folder or id of the base model, or None for the one that the profile names.
        guidance: Windows, votes, energies, or None for the paper's, which differ for the classes of subjects that
            `TrainSettings.subject` names. `ClipTask.settings.window` goes before the vote window.
        crop: How subject boxes are made.
        keep_in: Folder for what a killed run needs to go on (one or two MB at 4 parts, whatever the clip's length), or
            None: then a run that was killed works through its scene again, with the same result.
    """

    model: str | None = None
    guidance: GuidanceSettings | None = None
    crop: CropSettings = field(default_factory=CropSettings)
    keep_in: Path | None = None


def segment_guided(
    task: ClipTask, flow: FlowStore, profile: Profile, options: GuidedOptions | None = None
) -> ScoringJob[None]:
    """Scores the frames of a clip with temporal consistency: `settings.temporal` is "vote" or "guided".

    Scenes come in the order in which their frames are wanted, frames of a scene ascending, as every window rests on the
    one before it. Memory does not grow with the clip. A run that is begun again with `keep_in` goes on at the window
    where it stopped and gives the same bits as one that was never stopped.

    Args:
        task: Clip, frames, anchors, parts, settings. Anchors enter votes and energies as known scores; pasting them
            exactly is the result writer's work.
        flow: The clip's flow, for the built-in tracker.
        profile: What was learned.
        options: Other constants than the paper's, and where to keep what a killed run needs.

    Yields:
        Progress, Messages, and FrameScores of every wanted frame.

    Raises:
        InputError: Profile, model and clip do not go together.
        MissingModelError: The model's weights, or CoTracker's, are not on this machine.
        MemoryLimitError: Not even a window of one frame fits into the device's memory; longer ones are halved first.
        OutputError: `keep_in` cannot be written to.
    """
    options = options or GuidedOptions()
    settings = task.settings
    guidance = _guidance(settings, profile, options)
    segmenter = yield from prepared_segmenter(
        SegmenterRequest(
            profile,
            task.parts,
            settings.attention == "window",
            guidance.reference_timestep,
            settings.device,
            settings.seed,
            options.model,
        )
    )
    store = CarriedMaps(options.keep_in, _key(task, profile, segmenter, guidance, options.crop))
    guidance = yield from _fitting(guidance, segmenter, store)
    run = GuidedRun(
        task=task,
        network=_network(segmenter, guidance),
        latents_of=segmenter.latents,
        channels=segmenter.channels,
        side=segmenter.side,
        tracker=(yield from _tracker(task, flow, segmenter)),
        prunes=settings.tracker == "cotracker",
        settings=guidance,
        crop=options.crop,
        store=store,
    )
    waiting = dict.fromkeys(task.frames)
    while waiting:
        run = replace(run, task=replace(task, frames=tuple(waiting)))
        finished = yield from _scored_until_full(run, waiting)
        if not finished:
            release_memory(segmenter.model.device)
            run = yield from _halved(run)


def _scored_until_full(run: GuidedRun, waiting: dict[int, None]) -> ScoringJob[bool]:
    """Scores the run's frames and takes them out of `waiting`; returns False where the device ran out of memory."""
    try:
        for scene in dict.fromkeys(run.task.scene_of(frame) for frame in run.task.frames):
            boxes = yield from scene_boxes(run, scene)
            for item in score_scene(run, scene, boxes):
                yield item
                if isinstance(item, FrameScores):
                    del waiting[item.frame]
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True


def _halved(run: GuidedRun) -> Generator[Event, None, GuidedRun]:
    """Returns the run with windows of half the length; what was carried belongs to the longer ones and is dropped."""
    windows = run.settings.windows
    if windows.length == 1:
        raise MemoryLimitError(
            "The device ran out of memory with a window of one frame. Finished frames are kept. Close other programs "
            "and run the same command again, or use --temporal off or --device cpu."
        )
    half = windows.length // 2
    yield Message(f"A window of {windows.length} frames did not fit into memory; going on with {half}.", "warning")
    run.store.restart(half)
    return replace(run, settings=replace(run.settings, windows=shortened(windows, half)))


def _guidance(settings: SegmentSettings, profile: Profile, options: GuidedOptions) -> GuidanceSettings:
    guidance = options.guidance
    if guidance is None:
        name = profile.settings.get("subject")
        guidance = GuidanceSettings().for_subject(subject(name)) if name else GuidanceSettings()
    return guidance if settings.window is None else replace(guidance, vote_window=settings.window)


def _fitting(
    guidance: GuidanceSettings, segmenter: Segmenter, store: CarriedMaps
) -> Generator[Event, None, GuidanceSettings]:
    """Returns the settings with windows that fit into memory, or those with which the run began."""
    plan = guidance.windows
    length = store.window_length(segmenter.fitting_window(plan.length))
    if length >= plan.length:
        return guidance
    yield Message(f"Windows hold {length} frames instead of {plan.length}, to fit into the device's memory.")
    return replace(guidance, windows=shortened(plan, length))


def _network(segmenter: Segmenter, guidance: GuidanceSettings) -> ProfileNetwork:
    conditions = segmenter.conditions
    return ProfileNetwork(
        model=segmenter.model,
        text=conditions.text,
        reference_text=conditions.text,
        num_parts=conditions.num_parts,
        joint=conditions.joint,
        map_side=guidance.map_side,
        checkpointing=guidance.checkpointing,
    )


def _tracker(task: ClipTask, flow: FlowStore, segmenter: Segmenter) -> Generator[Event, None, PointTracker]:
    if task.settings.tracker == "flow":
        return FlowTracker(flow)
    scenes = {task.scene_of(frame) for frame in task.frames}
    num_frames = sum(1 for number in task.source.numbers if any(number in scene for scene in scenes))
    weights = yield from recorded_weights(find_model(COTRACKER).path / WEIGHTS_FILE)
    predict = yield from load_cotracker(weights, str(segmenter.model.device))
    return CoTracker(task.source, predict, num_query_frames=num_frames)


def _key(task: ClipTask, profile: Profile, segmenter: Segmenter, guidance: GuidanceSettings, crop: CropSettings) -> str:
    """Returns a text that differs wherever the maps of a window would."""
    painted = hashlib.sha256()
    for frame, anchor in sorted(task.anchors.items()):
        painted.update(f"{frame} {anchor.labels.shape}".encode())
        painted.update(anchor.labels.tobytes())
    facts = {
        "version": _VERSION,
        "clip": task.source.info.content_id,
        "profile": profile.digest(),
        "weights": weights_probe(segmenter.model),
        "parts": task.parts.to_json(),
        "anchors": painted.hexdigest(),
        "scenes": [str(scene) for scene in task.scenes],
        "settings": {k: v for k, v in task.settings.to_json().items() if k not in ("device", "preset")},
        "guidance": repr(guidance),
        "crop": repr(crop),
    }
    return json.dumps(facts, sort_keys=True)
