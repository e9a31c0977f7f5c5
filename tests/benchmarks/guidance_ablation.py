"""SMITE's stages one after the other on a clip with known truth: mIoU and flicker.

With the tiny random model of the tests: it has learned nothing of the world, so that the figures show that every stage
runs, what each does to flicker, and nothing about the quality of Stable Diffusion's parts.

    python -m tests.benchmarks.guidance_ablation [--frames 16] [--iterations 5]
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.domain.frames import FrameRange
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import run_to_end
from engine.results.resample import labels_on_plate
from engine.smite.guidance_settings import GuidanceSettings
from engine.smite.learn import learn
from engine.smite.segment import segment_windows
from engine.smite.segment_guided import GuidedOptions, segment_guided
from engine.smite.settings import Augmentation, LearningSettings
from engine.temporal.flicker import flicker
from engine.temporal.flow_store import FlowStore
from tests.engine.smite.footage import HEIGHT, PARTS, WIDTH, DrawnClip, drawn, mean_iou, reference
from tests.engine.smite.tiny_model import make_tiny_model

FRAME = SegmentSettings(device="cpu", attention="frame", temporal="off", crop="off")
WINDOW = replace(FRAME, attention="window")
AUTHORS_ANSWER = "+ guidance"
STAGES = (
    ("frame by frame", FRAME),
    ("frame by frame + voting", replace(FRAME, temporal="vote")),
    ("+ inflation", WINDOW),
    ("+ voting", replace(WINDOW, temporal="vote")),
    (AUTHORS_ANSWER, replace(WINDOW, temporal="guided")),
    ("+ guidance, answer voted", replace(WINDOW, temporal="guided")),
)


def learned(folder: Path) -> Profile:
    model = make_tiny_model(folder / "tiny")
    calm = Augmentation(shrink_chance=0, dropout_chance=0, rotation_chance=0)
    hyper = LearningSettings(steps=60, embedding_steps=54, augmentation=calm, guidance_scale=1.0)
    settings = TrainSettings(model=str(model), resolution=64, device="cpu")
    return run_to_end(learn([reference(0), reference(9)], PARTS, settings, hyper=hyper))


def measured(job: ScoringJob[None], flow: FlowStore) -> tuple[float, float]:
    """Returns mean IoU and mean flicker over frames and parts."""
    labels: dict[int, NDArray[np.uint8]] = {}
    for item in job:
        if isinstance(item, FrameScores):
            labels[item.frame] = labels_on_plate(item, (HEIGHT, WIDTH))
    found = [mean_iou(labels[frame], drawn(frame - 1000)[1]) for frame in labels]
    ids = PARTS.ids
    unrest = [
        np.mean(list(flicker(labels[frame - 1], labels[frame], flow.between(frame, frame - 1), ids).values()))
        for frame in sorted(labels)[1:]
    ]
    return float(np.mean(found)), float(np.mean(unrest))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--iterations", type=int, default=5, help="updates per step; the paper has 15")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    clip = DrawnClip(arguments.frames)
    flow = FlowStore(clip, None, working_size=(WIDTH, HEIGHT))
    guidance = GuidanceSettings(iterations=arguments.iterations, vote_window=7, map_side=32)
    with tempfile.TemporaryDirectory() as folder:
        profile = learned(Path(folder))
        print(f"{'stage':<26}{'mIoU':>8}{'flicker':>9}{'seconds':>9}")
        for name, settings in STAGES:
            scene = FrameRange(clip.numbers[0], clip.numbers[-1] + 1)
            task = ClipTask(clip, (scene,), list(clip.numbers), {}, PARTS, settings)
            began = time.perf_counter()
            if settings.temporal == "off":
                job = segment_windows(task, profile)
            else:
                chosen = replace(guidance, votes_on_answer=name != AUTHORS_ANSWER)
                job = segment_guided(task, flow, profile, GuidedOptions(guidance=chosen))
            quality, unrest = measured(job, flow)
            print(f"{name:<26}{quality:8.3f}{unrest:9.3f}{time.perf_counter() - began:9.1f}", flush=True)


if __name__ == "__main__":
    main()
