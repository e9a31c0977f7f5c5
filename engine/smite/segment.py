"""Segmenting clips and pictures with a profile: jobs that yield the scores of frame after frame."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from engine.domain.parts import PartSet
from engine.domain.profile import Profile
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.errors import MemoryLimitError
from engine.jobs import Event, Message, Progress
from engine.smite.device import is_out_of_memory, release_memory
from engine.smite.maps import AttentionMaps
from engine.smite.segment_guided import GuidedOptions, segment_guided
from engine.smite.segmenter import Image, Segmenter, SegmenterRequest, prepared_segmenter
from engine.smite.settings import InferenceSettings
from engine.smite.window_plan import Window, plan_windows, shortened
from engine.temporal.flow_store import FlowStore
from engine.temporal.windows import WindowPlan


def segment(
    task: ClipTask,
    flow: FlowStore,
    profile: Profile,
    *,
    model: str | None = None,
    keep_in: Path | None = None,
) -> ScoringJob[None]:
    """Scores the frames of a clip: by the network alone, or with voting and guidance, as `settings.temporal` says.

    Args:
        task: Clip, frames, parts, settings.
        flow: The clip's optical flow, for votes along tracks.
        profile: What was learned.
        model: Folder or id of the base model, or None for the one that the profile names.
        keep_in: Folder for what a killed run with voting needs to go on; see `GuidedOptions`.

    Yields:
        Progress, Messages, and FrameScores of every wanted frame.

    Raises:
        InputError: Profile, model and clip do not go together.
        MissingModelError: The model's weights are not on this machine.
        MemoryLimitError: Not even one frame fits into the device's memory.
        OutputError: `keep_in` cannot be written to.
    """
    if task.settings.temporal == "off":
        yield from segment_windows(task, profile, model=model)
    else:
        yield from segment_guided(task, flow, profile, GuidedOptions(model=model, keep_in=keep_in))


def segment_windows(
    task: ClipTask, profile: Profile, *, model: str | None = None, inference: InferenceSettings | None = None
) -> ScoringJob[None]:
    """Scores frames by the network alone: each for itself (Baseline-I), or in windows of the inflated UNet.

    Windows are cut per scene, whatever frames are wanted, so that a resumed or partial run gives the same answers.

    Args:
        task: Clip, frames, parts, settings.
        profile: What was learned.
        model: As for `segment`.
        inference: Other windows or noise level than the paper's.

    Yields, raises:
        As `segment`.
    """
    inference = inference or InferenceSettings()
    settings = task.settings
    if settings.crop == "on":
        yield Message(
            "The subject's box is used with --temporal vote or guided; whole frames are segmented.", "warning"
        )
    joint = settings.attention == "window"
    segmenter = yield from prepared_segmenter(
        SegmenterRequest(profile, task.parts, joint, inference.timestep, settings.device, settings.seed, model)
    )
    plan = inference.windows if joint else WindowPlan(inference.windows.length, 0)
    length = segmenter.fitting_window(plan.length)
    if length < plan.length:
        yield Message(f"Windows hold {length} frames instead of {plan.length}, to fit into the device's memory.")
        plan = shortened(plan, length)
    plate_hw = (task.source.info.height, task.source.info.width)
    waiting = dict.fromkeys(task.frames)
    latents: dict[int, Tensor] = {}
    while waiting:
        window = _window_with(next(iter(waiting)), task, plan)
        latents = yield from _encoded(segmenter, task, window.frames, latents)
        maps = _maps_or_none(segmenter, list(latents.values()), window.frames)
        if maps is None:
            plan = yield from _halved(plan)
            continue
        for frame in window.answers:
            if frame in waiting:
                yield segmenter.scores(maps, window.frames.index(frame), frame, plate_hw)
                del waiting[frame]
        yield Progress("segmenting", len(task.frames) - len(waiting), len(task.frames))


def segment_images(
    images: Sequence[Image],
    parts: PartSet,
    profile: Profile,
    settings: SegmentSettings,
    *,
    model: str | None = None,
) -> ScoringJob[None]:
    """Scores single images, each for itself (SMITE 7.5); `FrameScores.frame` is the image's place in `images`.

    Args:
        images: (H, W, 3) uint8 sRGB, of any sizes.
        parts: The parts to tell apart.
        profile: What was learned.
        settings: Device and seed count.
        model: As for `segment`.

    Raises:
        InputError, MissingModelError, MemoryLimitError: As for `segment`.
    """
    timestep = InferenceSettings().timestep
    segmenter = yield from prepared_segmenter(
        SegmenterRequest(profile, parts, False, timestep, settings.device, settings.seed, model)
    )
    for index, image in enumerate(images):
        maps = _maps_or_none(segmenter, [segmenter.latents(image, index)], [index])
        if maps is None:
            raise _no_room()
        yield segmenter.scores(maps, 0, index, (image.shape[0], image.shape[1]))
        yield Progress("segmenting", index + 1, len(images))


def _window_with(frame: int, task: ClipTask, plan: WindowPlan) -> Window:
    """Returns the window of the frame's scene that answers for it."""
    scene = task.scene_of(frame)
    numbers = [number for number in task.source.numbers if number in scene]
    return next(window for window in plan_windows(numbers, plan) if frame in window.answers)


def _encoded(
    segmenter: Segmenter, task: ClipTask, frames: Sequence[int], known: Mapping[int, Tensor]
) -> Generator[Event, None, dict[int, Tensor]]:
    """Returns the latents of a window's frames in order; those of the window before are not encoded again."""
    latents: dict[int, Tensor] = {}
    for done, frame in enumerate(frames):
        if frame not in known:
            yield Progress("reading frames", done, len(frames))
        latents[frame] = known[frame] if frame in known else segmenter.latents(task.source.read(frame), frame)
    return latents


def _maps_or_none(segmenter: Segmenter, latents: Sequence[Tensor], frames: Sequence[int]) -> AttentionMaps | None:
    """Returns the maps, or None where the device ran out of memory; the failed call's tensors are gone by then."""
    try:
        return segmenter.maps(latents, frames)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
    release_memory(segmenter.model.device)
    return None


def _halved(plan: WindowPlan) -> Generator[Event, None, WindowPlan]:
    if plan.length == 1:
        raise _no_room()
    half = plan.length // 2
    yield Message(f"A window of {plan.length} frames did not fit into memory; going on with {half}.", "warning")
    return shortened(plan, half)


def _no_room() -> MemoryLimitError:
    return MemoryLimitError(
        "The device has no room for a single frame. What was finished is kept. Close other programs, learn a profile "
        "at a smaller --resolution, or use --device cpu."
    )
