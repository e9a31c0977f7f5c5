"""Peak memory of the quick backbone by clip length: each length in a process of its own.

`python -m tests.benchmarks.quick_memory [--lengths 60 300 2000] [--standard]`
Four parts at 720x480; one frame is painted, and scores are dropped as they come, as the command line does after writing
them. With --standard a profile of few steps is learned first, and the frames are refined and voted on.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores
from engine.domain.settings import TrainSettings
from engine.domain.task import ClipTask, ScoringJob
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.quick.draft import draft
from engine.temporal.flow_store import FlowStore, working_size
from tests.benchmarks.looped_clip import LoopedClip
from tests.benchmarks.quick_shots import MeasuredShot
from tests.footage import make_shot

_FRAMES = 30


def main() -> None:
    """Prints one line for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lengths", type=int, nargs="+", default=[60, 300, 2000])
    parser.add_argument("--standard", action="store_true")
    parser.add_argument("--shot", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.shot is not None:
        _run(asked.shot, asked.lengths[0], standard=asked.standard)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "camera"
        make_shot("camera", folder, frames=_FRAMES)
        for length in asked.lengths:
            command = [sys.executable, "-m", __spec__.name, "--shot", str(folder), "--lengths", str(length)]
            subprocess.run([*command, *(["--standard"] if asked.standard else [])], check=True)


def _run(folder: Path, length: int, *, standard: bool) -> None:
    parts = PartSet.from_json(json.loads((folder / "parts.json").read_text(encoding="utf-8")))
    truth = np.asarray(Image.open(min((folder / "truth").glob("*.png"))))
    clip = LoopedClip(open_clip(folder / "frames"), length)
    task = ClipTask(clip, (FrameRange(0, length),), clip.numbers, {0: Painted(truth)}, parts)
    flow = FlowStore(clip, None, working_size=working_size(clip.info.width, clip.info.height))
    start = time.perf_counter()
    done = sum(isinstance(item, FrameScores) for item in (_standard(task, flow) if standard else draft(task, flow)))
    seconds = (time.perf_counter() - start) / length
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = "standard" if standard else "draft"
    sys.stdout.write(f"{name}, {done} frames: peak {peak:.0f} MiB, {seconds:.3f} s/frame in all\n")
    sys.stdout.flush()


def _standard(task: ClipTask, flow: FlowStore) -> ScoringJob[None]:
    from engine.quick.learn import learn
    from engine.quick.segment import segment

    references = MeasuredShot("camera", task, {}).references()
    profile = run_to_end(learn(references, task.parts, TrainSettings(steps=20), clip=task, flow=flow))
    yield from segment(task, flow, profile)


if __name__ == "__main__":
    main()
