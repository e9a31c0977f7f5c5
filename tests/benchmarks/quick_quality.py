"""J and F of the quick backbone, per part, on every shot with known truth, the worst seed last.

`python -m tests.benchmarks.quick_quality [SHOT[@TAKE]:PAINTED ...] [--seeds 0 1 2] [--every 4] [--fusion | --draft]`
Frames that were painted are not scored. Shots and their flow are kept in `--scratch DIR`, so that learning times hold
flow only where a shot is measured for the first time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.domain.scores import FrameScores
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.domain.task import ScoringJob
from engine.evaluation.measures import boundary_f, intersection_over_union
from engine.jobs import run_to_end
from engine.quick.draft import draft
from engine.quick.learn import learn
from engine.quick.segment import segment
from engine.results.resample import labels_on_plate
from engine.temporal.flow_store import FlowStore, working_size
from tests.benchmarks.quick_shots import MeasuredShot, open_shot, shot_names


def main() -> None:
    """Prints one line for each shot and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shots", nargs="*", help=f"any of {' '.join(shot_names())}")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--every", type=int, default=1, help="score every so many frames only")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fusion", action="store_true", help="without a learned refiner")
    how.add_argument("--draft", action="store_true", help="flow alone")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "quick_quality")
    asked = parser.parse_args()
    for case in asked.shots or shot_names():
        means = []
        for seed in asked.seeds:
            shot = _thinned(open_shot(case, asked.scratch, SegmentSettings(seed=seed)), asked.every)
            means.append(_measure(shot, asked, seed))
        if len(means) > 1:
            sys.stdout.write(f"{case}: worst of {len(means)} seeds J {min(means):.3f}\n")


def _thinned(shot: MeasuredShot, every: int) -> MeasuredShot:
    """Returns the shot with those frames wanted that can be scored, or every so many of them."""
    scored = [frame for frame in shot.task.frames if frame in shot.truth and frame not in shot.task.anchors]
    return replace(shot, task=replace(shot.task, frames=scored[every // 2 :: every] or scored))


def _measure(shot: MeasuredShot, asked: argparse.Namespace, seed: int) -> float:
    info = shot.task.source.info
    flow = FlowStore(shot.task.source, asked.scratch / "flow", working_size=working_size(info.width, info.height))
    start = time.perf_counter()
    profile = None
    if not (asked.fusion or asked.draft):
        settings = TrainSettings(seed=seed)
        profile = run_to_end(learn(shot.references(), shot.task.parts, settings, clip=shot.task, flow=flow))
    learned = time.perf_counter()
    processor = time.process_time()
    job = draft(shot.task, flow) if asked.draft else segment(shot.task, flow, profile)
    regions, edges = _scored(job, shot)
    frames = len(shot.task.frames) * asked.every  # those between two scored ones are computed for the vote
    seconds = time.perf_counter() - learned
    processor = time.process_time() - processor
    parts = "  ".join(
        f"{name} {np.mean(regions[name]):.3f}/{np.mean(edges[name]):.3f}"
        for name in shot.task.parts.names
        if regions[name]
    )
    mean = float(np.mean([np.mean(values) for values in regions.values() if values]))
    sys.stdout.write(
        f"{shot.name} seed {seed}: J {mean:.3f}  (J/F: {parts})  learning {learned - start:.1f} s, "
        f"{seconds / frames:.2f} s/frame ({processor / frames:.2f} s of processor)\n"
    )
    sys.stdout.flush()
    return mean


def _scored(job: ScoringJob[None], shot: MeasuredShot) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    regions: dict[str, list[float]] = defaultdict(list)
    edges: dict[str, list[float]] = defaultdict(list)
    for item in job:
        if not isinstance(item, FrameScores) or item.frame in shot.task.anchors or item.frame not in shot.truth:
            continue
        truth = shot.truth[item.frame]
        found = labels_on_plate(item, (truth.shape[0], truth.shape[1]))
        scored = truth != 255
        for part in shot.task.parts:
            one, other = found == part.id, truth == part.id
            if one.any() or other.any():
                regions[part.name].append(intersection_over_union(one, other, scored))
                edges[part.name].append(boundary_f(one, other, scored))
    return regions, edges


if __name__ == "__main__":
    main()
