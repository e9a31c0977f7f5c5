"""What the quick backbone takes in units of the calibration: the figures of `engine.hardware.predict`.

`python -m tests.benchmarks.hardware_prediction [--scale 1.0] [--frames 16]`. Processor seconds of one thread are
compared, not the clock's, so that the ratio holds on a machine that does other things too.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import torch

from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import Preset, SegmentSettings
from engine.hardware.calibration import flow_step, network_step
from engine.hardware.devices import DeviceFacts
from engine.jobs import FrameDone, TrainStep
from tests.footage import make_shot

_REPEATS = 12


@dataclass
class Spent:
    """Processor seconds at the events of a run."""

    began: float
    first_step: float = 0.0
    last_step: float = 0.0
    steps: int = 0
    first_frame: float = 0.0
    last_frame: float = 0.0
    frames: int = 0


def main() -> None:
    """Prints one line for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--presets", nargs="+", default=["draft", "standard"])
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    unit, rate = flow_seconds(), network_rate()
    sys.stdout.write(f"flow of 960x540: {unit * 1e3:.1f} ms; network {rate / 1e9:.0f} GFLOP/s\n")
    with tempfile.TemporaryDirectory() as scratch:
        made = make_shot("camera", Path(scratch) / "shot", scale=asked.scale, frames=asked.frames)
        anchors = Path(scratch) / "anchors"
        anchors.mkdir()
        for number in (made.numbers[0], made.numbers[-1]):
            truth = next(path for path in made.truth.iterdir() if path.stem.endswith(str(number)))
            shutil.copy(truth, anchors / truth.name)
        for preset in asked.presets:
            request = SegmentRequest(
                made.frames, Path(scratch) / preset, anchors=anchors, settings=SegmentSettings(preset=preset)
            )
            told(preset, spent(request), unit)


def spent(request: SegmentRequest) -> Spent:
    """Returns the processor seconds of a run."""
    result = Spent(time.process_time())
    for event in segment(request):
        now = time.process_time()
        if isinstance(event, TrainStep):
            result.first_step = result.first_step or now
            result.last_step, result.steps = now, result.steps + 1
        elif isinstance(event, FrameDone) and event.state == "done":
            result.first_frame = result.first_frame or now
            result.last_frame, result.frames = now, result.frames + 1
    return result


def told(preset: Preset, run: Spent, unit: float) -> None:
    """Prints a run in flows."""
    frame = (run.last_frame - run.first_frame) / max(1, run.frames - 1) / unit
    line = f"{preset}: {(run.first_frame - run.began) / unit:.0f} flows until the first frame, {frame:.1f} a frame"
    if run.steps:
        step = (run.last_step - run.first_step) / max(1, run.steps - 1) / unit
        line += f"; learning: {(run.first_step - run.began) / unit:.0f} before the first step, {step:.2f} a step"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def flow_seconds() -> float:
    """Returns the processor seconds of the calibration's flow."""
    step = flow_step()
    return _least(step)


def network_rate() -> float:
    """Returns the operations of the calibration's network work for each processor second."""
    step, operations = network_step(DeviceFacts("cpu", "CPU"))
    return operations / _least(step)


def _least(step: object) -> float:
    assert callable(step)
    step()
    times = []
    for _ in range(_REPEATS):
        began = time.process_time()
        step()
        times.append(time.process_time() - began)
    return sorted(times)[len(times) // 2]


if __name__ == "__main__":
    main()
