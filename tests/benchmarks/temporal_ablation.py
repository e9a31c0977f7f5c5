"""What voting and guidance do to a clip, through the verbs: mIoU on frames that were not painted, and flicker.

Quick is learned once and segments twice, without and with the vote. With `--smite` the tiny random model of the tests
is learned on the same painted frames and goes through its stages: it knows nothing of the world, so that only its
flicker, and that every stage runs on real footage, mean anything.

    python -m tests.benchmarks.temporal_ablation CLIP --anchors DIR [--truth DIR] [--range 0-43] [--smite]
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.api.evaluate import EvaluateRequest, evaluate
from engine.api.quick_run import LEARNED_PROFILE
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.frames import FrameRange
from engine.domain.reference import Reference
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.media.anchors import read_anchors
from engine.profiles import write_profile
from engine.results.folder import ResultReader

SMITE_STAGES = (
    ("smite, frame by frame", "frame", "off"),
    ("smite, + inflation", "window", "off"),
    ("smite, + voting", "window", "vote"),
    ("smite, + guidance", "window", "guided"),
)


def quick_stages(request: SegmentRequest, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields name and result folder of quick with the vote, then of the same profile without."""
    voted = folder / "vote"
    run_to_end(segment(replace(request, out=voted)))
    plain = replace(request, out=folder / "off", profile=voted / LEARNED_PROFILE)
    run_to_end(segment(replace(plain, settings=replace(request.settings, temporal="off"))))
    yield "quick, no vote", plain.out
    yield "quick, + voting", voted


def smite_stages(request: SegmentRequest, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields name and result folder of each stage of SMITE; painted frames are references, not anchors."""
    import torch

    from engine.smite.learn import learn
    from engine.smite.settings import Augmentation, LearningSettings
    from tests.engine.smite.tiny_model import make_tiny_model

    torch.set_num_threads(1)
    model = make_tiny_model(folder / "tiny")
    assert request.anchors is not None
    with closing(open_clip(request.clip)) as source:
        found = run_to_end(read_anchors(request.anchors, source, parts=request.parts, partial=False))
        references = [Reference(str(n), source.read(n), painted, frame=n) for n, painted in found.painted.items()]
    calm = Augmentation(shrink_chance=0, dropout_chance=0, rotation_chance=0)
    hyper = LearningSettings(steps=60, embedding_steps=54, augmentation=calm, guidance_scale=1.0)
    settings = TrainSettings(model=str(model), resolution=64, device="cpu")
    profile = folder / "smite.safetensors"
    write_profile(profile, run_to_end(learn(references, found.parts, settings, hyper=hyper)))
    for name, attention, temporal in SMITE_STAGES:
        out = folder / name.replace(", ", "_").replace(" ", "_")
        chosen = SegmentSettings(attention=attention, temporal=temporal, crop="off", device="cpu")
        run_to_end(segment(replace(request, out=out, anchors=None, profile=profile, settings=chosen)))
        yield name, out


def mean_flicker(result: Path) -> float:
    """Returns the mean over parts and frames of the flicker that is kept with a result."""
    frames = ResultReader(result).record.frames.values()
    return float(np.mean([np.mean(list(frame.flicker.values())) for frame in frames if frame.flicker]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("--anchors", type=Path, required=True)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--range", type=FrameRange.parse)
    parser.add_argument("--smite", action="store_true")
    arguments = parser.parse_args()
    with closing(open_clip(arguments.clip)) as source:
        painted = frozenset(run_to_end(read_anchors(arguments.anchors, source, parts=None, partial=False)).painted)
    print(f"{'stage':<26}{'mIoU':>8}{'flicker':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        request = SegmentRequest(
            arguments.clip,
            folder / "out",
            anchors=arguments.anchors,
            frame_range=arguments.range,
            cache_folder=folder / "cache",
        )
        for stages in (quick_stages, smite_stages)[: 1 + arguments.smite]:
            for stage, result in stages(request, folder):
                quality = "-"
                if arguments.truth is not None:
                    found = run_to_end(evaluate(EvaluateRequest(arguments.truth, result, exclude_frames=painted)))
                    quality = f"{found.miou_parts:.3f}"
                print(f"{stage:<26}{quality:>8}{mean_flicker(result):9.4f}", flush=True)


if __name__ == "__main__":
    main()
