"""A clip, a tracker and a network that are small enough to run every window plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.domain.frames import ClipInfo, FrameRange
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings
from engine.domain.task import ClipTask
from engine.domain.tracks import PointTracks
from engine.jobs import Job, Progress
from engine.smite.carried_maps import CarriedMaps
from engine.smite.energies import EnergyWeights
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.guided_network import Energy, MapsAt
from engine.smite.guided_run import GuidedRun, score_scene
from engine.smite.maps import resize
from engine.smite.scores import Channels
from engine.smite.subject_pass import scene_boxes
from engine.temporal.subject_crop import CropSettings
from engine.temporal.windows import WindowPlan

SIDE = 4
PARTS = PartSet.from_names(["disc", "square"])


class SmallClip:
    """A bright 6-pixel square that moves by a pixel a frame over a dark, textured plate."""

    def __init__(self, num_frames: int, *, first: int = 0, hw: tuple[int, int] = (32, 40)) -> None:
        self.numbers = range(first, first + num_frames)
        self.hw = hw
        self.reads: list[int] = []

    @property
    def info(self) -> ClipInfo:
        return ClipInfo("toy", self.hw[1], self.hw[0], None, Fraction(1), "sRGB", f"toy-{self.numbers}")

    def read(self, number: int) -> NDArray[np.uint8]:
        self.reads.append(number)
        image = np.random.default_rng(5).integers(0, 90, (*self.hw, 3), np.uint8)
        left = number % (self.hw[1] - 6)
        image[10:16, left : left + 6] = 250
        return image

    def stem(self, number: int) -> str:
        return f"{number:06d}"

    def close(self) -> None:
        pass


class StillTracker:
    """Points that stay where they are; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.points: list[int] = []

    def track(self, query_frame: int, xy: NDArray[np.float32], frames: Sequence[int]) -> Job[PointTracks]:
        assert query_frame in frames
        self.asked.append(query_frame)
        self.points.append(len(xy))
        yield Progress("tracking", 1, 1)
        return PointTracks(
            query_frame, tuple(frames), np.tile(xy, (len(frames), 1, 1)), np.ones((len(frames), len(xy)), np.bool_)
        )


@dataclass
class ToyNetwork:
    """Maps are a fixed mix of a frame's latents and the window's mean; everything else is arithmetic."""

    calls: list[int] = field(default_factory=list)

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: int) -> Tensor:
        return latents + 0.01 * noise

    def reference(self, noisy: Tensor, timestep: int) -> Tensor:
        self.calls.append(len(noisy))
        return self._maps(noisy)

    def denoise(self, noisy: Tensor, timestep: int) -> tuple[Tensor, Tensor]:
        return self._maps(noisy), 0.99 * noisy

    def gradient(self, noisy: Tensor, timestep: int, energy: Energy) -> Tensor:
        latents = noisy.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(energy(self._maps(latents)), latents)
        return gradient

    def answer(self, noisy: Tensor, timestep: int) -> tuple[Tensor, MapsAt]:
        maps = self._maps(noisy)
        return maps, lambda index, size: resize(maps[index : index + 1], size)[0]

    def step_size(self, timestep: int) -> float:
        return 0.01

    def _maps(self, noisy: Tensor) -> Tensor:
        joint = noisy + 0.2 * noisy.mean(dim=0, keepdim=True)
        return torch.stack([joint[:, 1] * 0.5 - 0.2, joint[:, 0], joint[:, 2] - joint[:, 0]], dim=1)


def toy_latents(image: NDArray[np.uint8], frame: int) -> Tensor:
    """(1, 4, SIDE, SIDE): brightness of the cells and three fixed patterns."""
    grey = torch.from_numpy(image.astype(np.float32).mean(axis=2))[None, None] / 128 - 0.7
    cells = torch.nn.functional.adaptive_avg_pool2d(grey, SIDE)
    ramp = torch.linspace(-1, 1, SIDE).expand(1, 1, SIDE, SIDE)
    return torch.cat([cells, ramp, -cells * ramp, ramp.transpose(2, 3)], dim=1)


def toy_run(
    clip: SmallClip,
    *,
    scenes: Sequence[FrameRange] | None = None,
    frames: Sequence[int] | None = None,
    anchors: Mapping[int, Painted] | None = None,
    plan: WindowPlan | None = None,
    store: CarriedMaps | None = None,
    guidance: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> GuidedRun:
    whole = FrameRange(clip.numbers.start, clip.numbers.stop)
    task = ClipTask(
        source=clip,
        scenes=tuple(scenes or [whole]),
        frames=clip.numbers if frames is None else frames,
        anchors=anchors or {},
        parts=PARTS,
        settings=SegmentSettings(**{"temporal": "guided", "crop": "off", **(settings or {})}),
    )
    chosen = {"steps": 2, "iterations": 1, "vote_window": 5, "map_side": SIDE, **(guidance or {})}
    return GuidedRun(
        **{
            "task": task,
            "network": ToyNetwork(),
            "latents_of": toy_latents,
            "channels": Channels((1, 2), (1, 2), ()),
            "side": 8,
            "tracker": StillTracker(),
            "prunes": False,
            "settings": GuidanceSettings(energies=EnergyWeights(0.5, 8.0, 0.5), windows=plan or WindowPlan(), **chosen),
            "crop": CropSettings(smallest_px=8),
            "store": store or CarriedMaps(None, ""),
            **changes,
        }
    )


def each_score(run: GuidedRun, seen: Callable[[Any], None] = lambda _: None) -> Iterator[FrameScores]:
    """Yields the scores of a run scene by scene, and shows its events to `seen`."""
    for scene in dict.fromkeys(run.task.scene_of(frame) for frame in run.task.frames):
        finding = scene_boxes(run, scene)
        while True:
            try:
                seen(next(finding))
            except StopIteration as stop:
                boxes = stop.value
                break
        for item in score_scene(run, scene, boxes):
            if isinstance(item, FrameScores):
                yield item
            else:
                seen(item)


def scored(
    run: GuidedRun, stop_after: int | None = None, seen: Callable[[Any], None] = lambda _: None
) -> list[FrameScores]:
    """Returns all scores of a run, or the first `stop_after` of them, after which the run is killed."""
    return list(islice(each_score(run, seen), stop_after))
