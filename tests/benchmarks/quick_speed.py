"""Seconds a frame of each stage of the quick backbone, also as multiples of one DIS MEDIUM flow timed in the same run.

`python -m tests.benchmarks.quick_speed [--scale 1.0] [--frames 24] [--long 0]`; scale 2.25 is 1080p.
With `--long 2000` a clip that repeats the shot is drafted and its peak memory is told beside the short one's.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.domain.frames import ClipInfo, FrameRange, FrameSource
from engine.domain.labels import Painted
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


class LoopedClip:
    """A clip played to and fro until it has the wanted length."""

    def __init__(self, clip: FrameSource, length: int) -> None:
        self._clip = clip
        cycle = [*clip.numbers, *clip.numbers[-2:0:-1]]
        self._order = list(itertools.islice(itertools.cycle(cycle), length))
        self.info: ClipInfo = replace(clip.info, content_id=f"{clip.info.content_id}-looped-{length}")
        self.numbers: Sequence[int] = range(length)

    def read(self, number: int) -> NDArray[np.uint8]:
        """Returns a frame."""
        return self._clip.read(self._order[number])

    def stem(self, number: int) -> str:
        """Returns six digits."""
        return f"{number:06d}"

    def close(self) -> None:
        """Closes the clip."""
        self._clip.close()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--long", type=int, default=0, help="also measure memory on a clip of so many frames")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = make_shot("camera", Path(scratch) / "camera", scale=asked.scale, frames=asked.frames)
        source = open_clip(made.frames)
        anchors = {n: Painted(made.read_truth(n)) for n in (made.numbers[0], made.numbers[-1])}
        scene = FrameRange(made.numbers[0], made.numbers[-1] + 1)
        task = ClipTask(source, (scene,), tuple(source.numbers), anchors, made.parts)
        unit = _medium_seconds(source)
        sys.stdout.write(f"{source.info.width}x{source.info.height}: one DIS MEDIUM flow {unit:.3f} s\n")
        store = FlowStore(source, None, working_size=working_size(source.info.width, source.info.height))
        _line("draft", _seconds(lambda: draft(task, store)) / asked.frames, unit)
        start = time.perf_counter()
        references = MeasuredShot("camera", task, {}).references()
        profile = run_to_end(learn(references, task.parts, TrainSettings(), clip=task, flow=store))
        sys.stdout.write(f"learning: {time.perf_counter() - start:.1f} s\n")
        _line("fusion", _seconds(lambda: segment(task, store, None)) / asked.frames, unit)
        _line("refined and voted", _seconds(lambda: segment(task, store, profile)) / asked.frames, unit)
        sys.stdout.write(f"peak memory after {asked.frames} frames: {_peak_mib():.0f} MiB\n")
        if asked.long:
            looped = LoopedClip(source, asked.long)
            long_scene = FrameRange(0, asked.long)
            long_task = ClipTask(looped, (long_scene,), looped.numbers, {0: anchors[made.numbers[0]]}, made.parts)
            store = FlowStore(looped, None, working_size=store.working_size)
            _line("long draft", _seconds(lambda: draft(long_task, store)) / asked.long, unit)
            sys.stdout.write(f"peak memory after {asked.long} frames: {_peak_mib():.0f} MiB\n")


def _seconds(job: Callable[[], ScoringJob[None]]) -> float:
    start = time.perf_counter()
    frames = sum(isinstance(item, FrameScores) for item in job())
    if not frames:
        raise SystemExit("no frame was scored")
    return time.perf_counter() - start


def _medium_seconds(source: FrameSource) -> float:
    store = FlowStore(source, None, working_size=working_size(source.info.width, source.info.height))
    one, other = (store.grey(number) for number in source.numbers[:2])
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        dis.calc(one, other, None)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _line(name: str, seconds: float, unit: float) -> None:
    sys.stdout.write(f"{name}: {seconds:.3f} s/frame, {seconds / unit:.1f} DIS MEDIUM flows\n")
    sys.stdout.flush()


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
