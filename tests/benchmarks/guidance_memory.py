"""Peak memory of a guided run on clips of 100 and 2,000 frames, each in a process of its own.

The network is the tests' arithmetic one, so that what is measured is what a run keeps: windows, tracks, flow, carried
maps, scores. Maps have the true size, 64 x 64.

    python -m tests.benchmarks.guidance_memory [--frames 100 2000]
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.smite.carried_maps import CarriedMaps
from engine.temporal.flow_store import FlowStore
from engine.temporal.flow_tracker import FlowTracker
from tests.engine.smite import guided_toys
from tests.engine.smite.guided_toys import SmallClip, toy_run

MAP_SIDE = 64
PLATE_HW = (128, 160)
_MEBIBYTE_IN_UNITS = 1 << 20 if sys.platform == "darwin" else 1 << 10


def latents(image: NDArray, frame: int) -> Tensor:  # type: ignore[type-arg]
    small = guided_toys.toy_latents(image, frame)
    return torch.nn.functional.interpolate(small, size=(MAP_SIDE, MAP_SIDE), mode="bilinear")


def measure(num_frames: int, answers: multiprocessing.Queue[tuple[int, int, float]]) -> None:
    torch.set_num_threads(1)
    clip = SmallClip(num_frames, hw=PLATE_HW)
    flow = FlowStore(clip, None, working_size=(PLATE_HW[1], PLATE_HW[0]))
    with tempfile.TemporaryDirectory() as folder:
        run = toy_run(
            clip,
            tracker=FlowTracker(flow),
            latents_of=latents,
            side=128,
            guidance={"map_side": MAP_SIDE, "vote_window": 7},
            settings={"crop": "on"},
            store=CarriedMaps(Path(folder), "memory"),
        )
        began = time.perf_counter()
        count = sum(1 for _ in guided_toys.each_score(run))
        seconds = time.perf_counter() - began
    answers.put((count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEBIBYTE_IN_UNITS, seconds))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, nargs="+", default=[100, 2000])
    context = multiprocessing.get_context("spawn")
    for num_frames in parser.parse_args().frames:
        answers: multiprocessing.Queue[tuple[int, int, float]] = context.Queue()
        process = context.Process(target=measure, args=(num_frames, answers))
        process.start()
        count, peak, seconds = answers.get()
        process.join()
        print(f"{count} frames: peak {peak} MiB, {seconds:.0f} s")


if __name__ == "__main__":
    main()
