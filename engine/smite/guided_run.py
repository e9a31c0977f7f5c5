"""A scene, window by window: each hands its maps to the next one, and a killed run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.edits import Rect
from engine.domain.frames import FrameRange
from engine.domain.scores import FrameScores, PlateMap
from engine.domain.task import ClipTask, ScoringJob
from engine.domain.tracks import PointTracker
from engine.jobs import Event, Job, Message, Progress
from engine.smite.carried_maps import CarriedMaps
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import GuidedNetwork
from engine.smite.guided_window import Carried, SubjectCells, WindowAnswer, WindowInput, guided_window, voted_window
from engine.smite.known_maps import known_labels
from engine.smite.latents import noise_generator, stack_noise
from engine.smite.scores import Channels, frame_scores
from engine.smite.small_parts import SmallParts
from engine.temporal.grids import GridTracks
from engine.temporal.subject_crop import CropSettings, fade_at_cut_edges
from engine.temporal.track_store import CellGrid, TrackStore, track_spans
from engine.temporal.windows import Slice, slices

REFERENCE_STREAM = 3
"""The noise of the plain pass (`engine.smite.infer`): the reference pass sees what segmenting without votes sees."""

_GUIDED_STREAM = 9

LatentsOf = Callable[[NDArray[np.uint8], int], Tensor]
"""Takes an image (H, W, 3) uint8 of any size and its frame number to clean latents (1, 4, h, w)."""


@dataclass(frozen=True)
class GuidedRun:
    """What all scenes of a run share.

    Attributes:
        task: Clip, frames, anchors, settings.
        network: Gives maps, denoising steps and gradients.
        latents_of: Encodes images.
        channels: Which channel of the maps is which part.
        side: Rows and columns of the scores.
        tracker: Follows points.
        prunes: Only cells near the subject are tracked, for trackers whose time grows with points.
        settings: Windows, votes, guidance.
        crop: How subject boxes are made.
        store: Keeps what a killed run needs.
    """

    task: ClipTask
    network: GuidedNetwork
    latents_of: LatentsOf
    channels: Channels
    side: int
    tracker: PointTracker
    prunes: bool
    settings: GuidanceSettings
    crop: CropSettings
    store: CarriedMaps

    @property
    def plate_hw(self) -> tuple[int, int]:
        """Height and width of the plate."""
        return (self.task.source.info.height, self.task.source.info.width)

    def encoded(self, frame: int, box: Rect) -> Tensor:
        """Returns the clean latents (1, 4, h, w) of what a box shows of a frame."""
        left, top, right, bottom = box
        image = self.task.source.read(frame)[top:bottom, left:right]
        return self.latents_of(np.ascontiguousarray(image), frame)

    def noise(self, latents: Tensor, frames: Sequence[int], stream: int) -> Tensor:
        """Returns the noise (F, 4, h, w) of frames: the same whatever window they are in, and on every device."""
        seed = self.task.settings.seed
        return stack_noise(latents, [noise_generator(seed, stream, frame) for frame in frames])


def score_scene(run: GuidedRun, scene: FrameRange, boxes: Mapping[int, Rect]) -> ScoringJob[None]:
    """Scores the wanted frames of a scene.

    Args:
        run: What scenes share.
        scene: Frames without a cut among them.
        boxes: By frame number, the plate pixels that the network sees of it.

    Yields:
        Events, and FrameScores of every wanted frame, in ascending order.
    """
    numbers = [number for number in run.task.source.numbers if number in scene]
    wanted = set(run.task.frames).intersection(numbers)
    plan = slices(len(numbers), run.settings.windows)
    needed = [i for i, piece in enumerate(plan) if wanted.intersection(_final_frames(numbers, piece))]
    if not needed:
        return
    grid = CellGrid((run.settings.map_side, run.settings.map_side), boxes)
    spans = track_spans(numbers, plan, run.settings.vote_window)
    tracks = TrackStore(run.tracker, grid, spans)
    small = SmallParts(run.task.parts, run.settings.map_side)
    first, carried = _resumed(run.store, str(scene), needed[0])
    if 0 < needed[0] != first:
        yield Message(
            f"Frames {numbers[0]}-{numbers[plan[needed[0]].start]} are worked through again: each window rests on the "
            "one before it, and what they left was not kept."
        )
    latents: dict[int, Tensor] = {}
    for index in range(first, needed[-1] + 1):
        frames = numbers[plan[index].start : plan[index].stop]
        latents = yield from _encoded(run, frames, boxes, latents)
        window = _window(run, latents, boxes, carried, tracks)
        answer = yield from _answered(run, window)
        if index + 1 < len(plan):
            carried = answer.carried(plan[index + 1].carried)
            if carried is not None:
                run.store.keep(str(scene), index, carried)
        for frame in _final_frames(numbers, plan[index]):
            if frame in wanted:
                yield from _scored(run, answer, frames.index(frame), frame, boxes[frame], small)


def _final_frames(numbers: Sequence[int], piece: Slice) -> Sequence[int]:
    return numbers[piece.start : piece.start + piece.final]


def _resumed(store: CarriedMaps, scene: str, needed: int) -> tuple[int, Carried | None]:
    """Returns the window to begin with, and what the one before it left: `needed` itself where that was kept."""
    for window in range(needed, 0, -1):
        carried = store.load(scene, window - 1)
        if carried is not None:
            return window, carried
    return 0, None


def _encoded(
    run: GuidedRun, frames: Sequence[int], boxes: Mapping[int, Rect], known: Mapping[int, Tensor]
) -> Generator[Event, None, dict[int, Tensor]]:
    """Returns the latents of a window's frames in order; those of the window before are not encoded again."""
    latents: dict[int, Tensor] = {}
    for done, frame in enumerate(frames):
        if frame in known:
            latents[frame] = known[frame]
            continue
        yield Progress("reading frames", done, len(frames))
        latents[frame] = run.encoded(frame, boxes[frame])
    return latents


def _window(
    run: GuidedRun,
    latents: Mapping[int, Tensor],
    boxes: Mapping[int, Rect],
    carried: Carried | None,
    tracks: TrackStore,
) -> WindowInput:
    frames = list(latents)
    clean = torch.cat(list(latents.values()))
    known = {
        position: known_labels(run.task.anchors[frame].labels, boxes[frame], run.channels, run.settings.map_side)
        for position, frame in enumerate(frames)
        if frame in run.task.anchors
    }

    def tracks_of(subject: SubjectCells) -> Job[Sequence[GridTracks]]:
        found = yield from tracks.window(frames, (lambda frame: subject[frames.index(frame)]) if run.prunes else None)
        return found

    return WindowInput(
        latents=clean,
        reference_noise=run.noise(clean, frames, REFERENCE_STREAM),
        noise=run.noise(clean, frames, _GUIDED_STREAM),
        carried=carried,
        known=known,
        tracks_of=tracks_of,
    )


def _answered(run: GuidedRun, window: WindowInput) -> Generator[Event, None, WindowAnswer]:
    if run.task.settings.temporal == "guided":
        return (yield from guided_window(run.network, window, run.settings))
    return (yield from voted_window(run.network, window, run.settings))


def _scored(
    run: GuidedRun, answer: WindowAnswer, position: int, frame: int, box: Rect, small: SmallParts
) -> Generator[Event | FrameScores, None, None]:
    left, top, right, bottom = box
    was = answer.maps_at(position, (run.side, run.side))
    scores = frame_scores(frame, was, (bottom - top, right - left), run.channels)
    fade_at_cut_edges(scores.values, box, run.plate_hw, run.crop.grow)
    scale = scores.to_plate
    scores = replace(scores, to_plate=PlateMap(scale.scale_x, scale.scale_y, float(left), float(top)))
    if frame in run.task.anchors:
        yield from small.painted(frame, run.task.anchors[frame].labels, box)
    yield from small.scored(scores, box)
    yield scores
