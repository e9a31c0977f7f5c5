"""Seconds a frame of the quick backbone, also as multiples of one DIS MEDIUM flow that is timed in the same run.

`python -m tests.benchmarks.quick_speed [--scale 1.0] [--frames 24]`; scale 2.25 is 1080p.
The unit is timed again before each stage, since other work on the machine comes and goes. Writing files is not in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.domain.profile import Profile
from engine.domain.scores import FrameScores
from engine.domain.settings import TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.quick.draft import draft
from engine.quick.learn import learn
from engine.quick.segment import segment
from engine.temporal.flow_store import FlowStore, working_size
from tests.benchmarks.quick_shots import MeasuredShot
from tests.footage import make_shot

_REPEATS = 7


def main() -> None:
    """Prints one line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--frames", type=int, default=24)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        task = _task(Path(scratch) / "camera", asked.scale, asked.frames)
        info = task.source.info
        size = working_size(info.width, info.height)
        sys.stdout.write(f"{info.width}x{info.height}, worked on at {size[0]}x{size[1]}, {asked.frames} frames\n")
        store = FlowStore(task.source, Path(scratch) / "cache", working_size=size)
        _scored("draft", lambda: draft(task, store), store, asked.frames)
        profile = _learned(task, store)
        for name, used in (("fusion, flow at hand", None), ("standard, flow at hand", profile)):
            _scored(name, lambda used=used: segment(task, store, used), store, asked.frames)
        fresh = FlowStore(task.source, Path(scratch) / "fresh", working_size=size)
        _scored("standard, flow computed", lambda: segment(task, fresh, profile), fresh, asked.frames)


def _task(folder: Path, scale: float, frames: int) -> ClipTask:
    made = make_shot("camera", folder, scale=scale, frames=frames)
    anchors = {number: Painted(made.read_truth(number)) for number in (made.numbers[0], made.numbers[-1])}
    scene = FrameRange(made.numbers[0], made.numbers[-1] + 1)
    source = open_clip(made.frames)
    return ClipTask(source, (scene,), tuple(source.numbers), anchors, made.parts)


def _learned(task: ClipTask, store: FlowStore) -> Profile:
    unit, start = _medium_seconds(store), time.perf_counter()
    for number in store.source.numbers[1:]:
        store.between(number - 1, number)
    flowed = time.perf_counter()
    references = MeasuredShot("camera", task, {}).references()
    profile = run_to_end(learn(references, task.parts, TrainSettings(), clip=task, flow=store))
    _line("flow both ways, a pair of frames", (flowed - start) / (len(store.source.numbers) - 1), unit)
    _line("learning, flow at hand, in all", time.perf_counter() - flowed, unit)
    return profile


def _scored(name: str, job: Callable[[], ScoringJob[None]], store: FlowStore, frames: int) -> None:
    unit, start = _medium_seconds(store), time.perf_counter()
    if sum(isinstance(item, FrameScores) for item in job()) != frames:
        raise SystemExit(f"{name}: not every frame was scored")
    _line(f"{name}, a frame", (time.perf_counter() - start) / frames, unit)


def _medium_seconds(store: FlowStore) -> float:
    one, other = (store.grey(number) for number in store.source.numbers[:2])
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        dis.calc(one, other, None)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _line(name: str, seconds: float, unit: float) -> None:
    sys.stdout.write(f"{name}: {seconds:.3f} s, {seconds / unit:.1f} DIS MEDIUM flows of {unit * 1000:.0f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
