"""How long it takes to spread a correction over ten frames on either side, with flow in the store.

`python -m tests.benchmarks.correct_spread [--smite] [--scratch DIR]`; the bar is 3 s at 720x480 on two cores. The ratio
is to one DIS MEDIUM flow of the same size, timed in the same run. `--smite` spreads on a result of the SMITE backbone,
segmented with a tiny random network at 128 pixels: its mattes mean nothing, but they lie on the plate as real ones do.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from engine.api.clip_setup import flow_store
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.api.spread import SpreadRequest, reject, spread
from engine.correct.corrections import Corrections
from engine.domain.labels import Painted
from engine.domain.reference import Reference
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.profiles import write_profile
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from tests.footage import Shot, make_shot

CORRECTED = 12


def main() -> None:
    """Prints one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "correct_spread")
    parser.add_argument("--smite", action="store_true")
    asked = parser.parse_args()
    scratch = asked.scratch
    shutil.rmtree(scratch / "camera", ignore_errors=True)
    shot = make_shot("camera", scratch / "camera", frames=24)
    anchors, result, cache = (scratch / "camera" / name for name in ("anchors", "result", "cache"))
    anchors.mkdir()
    shutil.copy(shot.truth_path(1), anchors)
    if asked.smite:
        profile = _tiny_profile(shot, scratch / "camera")
        own = SegmentSettings(device="cpu", attention="frame", temporal="off", crop="off")
        run_to_end(segment(SegmentRequest(shot.frames, result, profile=profile, parts=shot.parts, settings=own)))
    else:
        draft = SegmentSettings(preset="draft")
        run_to_end(segment(SegmentRequest(shot.frames, result, anchors=anchors, parts=shot.parts, settings=draft)))
    reader = ResultReader(result)
    truth, labels = shot.read_truth(CORRECTED), reader.labels(CORRECTED)
    painted = np.where(truth != labels, truth, 255).astype(np.uint8)
    coverage = np.where(painted != 255, 255, 0).astype(np.uint8)
    Corrections(reader).correct(CORRECTED, FrameEdit(painted, coverage))
    request = SpreadRequest(result, CORRECTED, preview=True, cache_folder=cache)
    run_to_end(spread(request))  # fills the store
    with closing(open_clip(shot.frames)) as source:
        store = flow_store(None, source)
        earlier, later = store.grey(CORRECTED), store.grey(CORRECTED + 1)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow_s = min(_seconds(lambda: dis.calc(earlier, later, None)) for _ in range(5))
    spread_s = min(_seconds(lambda: run_to_end(spread(request))) for _ in range(3))
    frames = len(list((result / ".preview" / "edits").glob("*.png")))
    reject(result)
    height, width = reader.record.plate_hw
    sys.stdout.write(
        f"{width}x{height}, {frames} frames changed of {2 * 10}: {spread_s:.2f} s, "
        f"{spread_s / flow_s:.0f} DIS MEDIUM flows ({flow_s * 1000:.0f} ms each)\n"
    )


def _tiny_profile(shot: Shot, folder: Path) -> Path:
    from engine.smite.learn import learn
    from engine.smite.settings import LearningSettings
    from tests.engine.smite.tiny_model import make_tiny_model

    with closing(open_clip(shot.frames)) as source:
        reference = Reference("first", source.read(1), Painted(shot.read_truth(1)))
    settings = TrainSettings(model=str(make_tiny_model(folder / "tiny")), resolution=128, device="cpu")
    hyper = LearningSettings(steps=1, embedding_steps=1, guidance_scale=1.0)
    write_profile(folder / "tiny.safetensors", run_to_end(learn([reference], shot.parts, settings, hyper=hyper)))
    return folder / "tiny.safetensors"


def _seconds(work: object) -> float:
    assert callable(work)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
