"""Milliseconds of each finishing operation at 1080p with six parts; processor time in DIS MEDIUM flows.

    python -m tests.benchmarks.finishing [--frames 3] [--size 1920x1080] [--parts 6] [--rounds 2]

The result is that of the export benchmark: six ellipses with soft edges over a noisy plate. Every row is the whole of
`FrameMattes.of` for one frame (reading scores, plate size, the operation on all parts, the watertight composition); the
row "nothing" is what all share. De-chattering finds its flow computed, as after a run; the flow's own cost is the unit.
"""
# ruff: noqa: T201

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import cv2

from engine.domain.finishing import FinishRecipe, PartFinish
from engine.mattes.finishing.watertight import largest_deviation
from engine.mattes.frame_mattes import FrameMattes
from engine.media import open_clip
from engine.temporal.flow_store import FlowStore, working_size
from tests.benchmarks.export_speed import drawn

RECIPES: Mapping[str, PartFinish] = {
    "nothing": PartFinish(),
    "fill holes": PartFinish(fill_holes_px=64),
    "despeckle": PartFinish(despeckle_px=64),
    "grow 0.5 px": PartFinish(grow_px=0.5),
    "feather 2 px": PartFinish(feather_px=2.0),
    "border fix 3 px": PartFinish(border_px=3),
    "refine": PartFinish(refine=1.0),
    "de-chatter": PartFinish(dechatter=0.5),
    "all": PartFinish(
        fill_holes_px=64, despeckle_px=64, grow_px=0.5, feather_px=2.0, border_px=3, refine=1.0, dechatter=0.5
    ),
}


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=3, help="at least three, so that one has both neighbours")
    parser.add_argument("--rounds", type=int, default=2, help="the best round counts")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--parts", type=int, default=6)
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        reader = drawn(Path(folder), (height, width), arguments.frames, arguments.parts)
        with closing(open_clip(Path(folder) / "plate")) as source:
            flow = FlowStore(source, None, working_size=working_size(width, height))
            unit = flow_seconds(flow, reader.numbers[0], reader.numbers[1])
            print(f"{width}x{height}, {arguments.parts} parts, {os.cpu_count()} cores; one flow {unit * 1000:.0f} ms")
            print(f"{'recipe, all parts':<18} {'ms/frame':>9} {'cpu ms':>7} {'x flow':>7}  largest |sum - 1|")
            for name, finish in RECIPES.items():
                spent, work, deviation = [], [], 0.0
                for _ in range(arguments.rounds):
                    mattes = FrameMattes(reader, recipe=FinishRecipe(finish), plate=source, flow=flow)
                    began, busy = time.perf_counter(), time.process_time()
                    for frame in reader.numbers:
                        deviation = max(deviation, largest_deviation(mattes.of(frame).soft))
                    spent.append((time.perf_counter() - began) / arguments.frames)
                    work.append((time.process_time() - busy) / arguments.frames)
                row = f"{min(spent) * 1000:9.0f} {min(work) * 1000:7.0f} {min(work) / unit:7.2f}"
                print(f"{name:<18} {row}  {deviation:.1e}", flush=True)


def flow_seconds(store: FlowStore, frame: int, other: int) -> float:
    """Returns the processor seconds of one DIS MEDIUM flow between two working images of the store."""
    images = [store.grey(number) for number in (frame, other)]
    medium = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    spent = []
    for _ in range(3):
        began = time.process_time()
        medium.calc(images[0], images[1], None)
        spent.append(time.process_time() - began)
    return min(spent)


if __name__ == "__main__":
    main()
