"""Correcting SMITE results on a tiny model: spread without learning, teach by a warm start, and only what is stale."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.diff import DiffRequest, diff
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.api.spread import SpreadRequest, spread
from engine.api.teach import WARM_STEPS, TeachRequest, teach
from engine.correct.corrections import Corrections
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.jobs import TrainStep, run_to_end
from engine.profiles import read_profile, write_profile
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.review import read_review, write_review
from tests.engine.smite.footage import PARTS, drawn, reference
from tests.engine.smite.tiny_model import make_tiny_model

FRAMES = range(1001, 1007)
CORRECTED = 1003


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plate, a tiny model, a profile learned on it, and a result of the profile."""
    from engine.smite.learn import learn
    from engine.smite.settings import LearningSettings

    root = tmp_path_factory.mktemp("smite")
    model = make_tiny_model(root / "tiny")
    hyper = LearningSettings(steps=4, embedding_steps=2, guidance_scale=1.0)
    settings = TrainSettings(model=str(model), resolution=64, device="cpu")
    profile = run_to_end(learn([reference(0), reference(9)], PARTS, settings, hyper=hyper))
    write_profile(root / "start.safetensors", profile)
    (root / "plate").mkdir()
    for number in FRAMES:
        Image.fromarray(drawn(number - 1000)[0]).save(root / f"plate/shot.{number}.png")
    run_to_end(segment(asked(root, root / "v001")))
    return root


def asked(root: Path, out: Path, profile: str = "start.safetensors", base: Path | None = None) -> SegmentRequest:
    return SegmentRequest(
        root / "plate",
        out,
        profile=root / profile,
        parts=PARTS,
        cuts="none",
        base=base,
        settings=SegmentSettings(device="cpu", attention="frame", crop="off"),
    )


@pytest.fixture
def corrected(made: Path, tmp_path: Path) -> Path:
    """A copy of the result whose frame 1003 was corrected to the truth, by hand."""
    result = tmp_path / "v001"
    shutil.copytree(made / "v001", result)
    reader = ResultReader(result)
    truth, shown = drawn(CORRECTED - 1000)[1], reader.final(CORRECTED)[1]
    edit = FrameEdit.empty((truth.shape[0], truth.shape[1]))
    wrong = truth != shown
    edit.labels[wrong], edit.coverage[wrong] = truth[wrong], 255
    Corrections(reader).correct(CORRECTED, edit)
    return result


def right(reader: ResultReader, frame: int) -> float:
    return float((reader.final(frame)[1] == drawn(frame - 1000)[1]).mean())


def test_a_correction_of_a_smite_result_spreads_without_learning(corrected: Path) -> None:
    before = {frame: right(ResultReader(corrected), frame) for frame in FRAMES}
    old = ResultReader(corrected).final(1006)[1]
    found = run_to_end(spread(SpreadRequest(corrected, CORRECTED, reach=2)))
    reader = ResultReader(corrected)
    assert set(found.changed) == {1001, 1002, 1004, 1005}
    for frame in (1002, 1004):
        assert right(reader, frame) > before[frame] + 0.2
    assert np.array_equal(reader.final(1006)[1], old)


def test_teaching_warm_starts_smite_and_a_run_again_leaves_locked_frames_alone(
    made: Path, corrected: Path, tmp_path: Path
) -> None:
    write_review(corrected, read_review(corrected).locking([1001]))
    out = tmp_path / "taught.safetensors"
    request = TeachRequest(
        corrected,
        (CORRECTED,),
        made / "start.safetensors",
        out,
        clip=made / "plate",
        settings=TrainSettings(device="cpu", model=str(made / "tiny")),
    )
    steps = 0
    job = teach(request)
    while True:
        try:
            steps += isinstance(next(job), TrainStep)
        except StopIteration as stop:
            summary = stop.value
            break
    assert steps == WARM_STEPS
    assert 20 <= WARM_STEPS <= 50
    assert summary.stale == (1002, 1004, 1005, 1006)
    start, taught = read_profile(made / "start.safetensors"), read_profile(out)
    assert taught.settings["resolution"] == start.settings["resolution"] == 64
    assert taught.digest() != start.digest()
    losses = taught.training["losses"]
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    states = {number: row.state for number, row in ResultReader(corrected).record.frames.items()}
    assert [n for n, state in states.items() if state == "stale"] == list(summary.stale)

    shutil.copy(out, made / "taught.safetensors")
    again = asked(made, tmp_path / "v002", "taught.safetensors", corrected)
    old = ResultReader(corrected)
    run_to_end(segment(again))
    new = ResultReader(tmp_path / "v002")
    assert np.array_equal(new.final(1001)[1], old.final(1001)[1])
    assert (new.final(1001)[0].values == old.final(1001)[0].values).all()
    assert right(new, CORRECTED) == 1.0
    changed = run_to_end(diff(DiffRequest(corrected, new.folder))).frames
    assert {row.frame for row in changed} <= set(FRAMES) - {1001, CORRECTED}
    assert changed
