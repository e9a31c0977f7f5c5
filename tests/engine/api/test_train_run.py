"""Training as the window asks for it: a snapshot of references, a run's folder, measured figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.measured_runs import estimate
from engine.api.reference_snapshot import SnapshotRow, read_snapshot, write_snapshot
from engine.api.train import PLATE, TrainRequest, train, train_in_window
from engine.api.wire import decode, encode, encode_event
from engine.domain.labels import Painted
from engine.domain.settings import TrainSettings
from engine.errors import InputError
from engine.jobs import TrainStep, run_to_end
from engine.profiles import read_profile
from engine.profiles.training_run import checkpoints_in
from tests.engine.quick.disc_clip import TWO_PARTS, moving_disc


def written_clip(folder: Path) -> tuple[Path, dict[int, np.ndarray]]:
    clip, truth = moving_disc(range(101, 106))
    (folder / "shot").mkdir(parents=True)
    for number in clip.numbers:
        Image.fromarray(clip.read(number)).save(folder / "shot" / f"shot.{number}.png")
    return folder / "shot", truth


def rows(folder: Path) -> list[SnapshotRow]:
    clip, truth = written_clip(folder)
    coverage = np.full(truth[101].shape, 255, np.uint8)
    coverage[0, 0] = 90
    return [
        SnapshotRow("first", clip, 101, painted=Painted(truth[101], coverage)),
        SnapshotRow("last", clip, 105, painted=Painted(truth[105])),
        SnapshotRow("middle", clip, 103, holdout=True, painted=Painted(truth[103])),
        SnapshotRow("still", clip / "shot.104.png", None, painted=Painted(truth[104])),
        SnapshotRow("to look at", clip, 102),
    ]


def request(folder: Path, **changes: object) -> TrainRequest:
    settings = TrainSettings(steps=6, device="cpu")
    fields = {"run": folder / "run", "measured": folder / "measured.json", "settings": settings, **changes}
    return TrainRequest(folder / "snapshot", folder / "out.safetensors", **fields)  # type: ignore[arg-type]


def test_a_snapshot_returns_labels_coverage_hold_outs_and_the_clip(tmp_path: Path) -> None:
    written = rows(tmp_path)
    write_snapshot(tmp_path / "snapshot", written, TWO_PARTS, watched="to look at")
    found = run_to_end(read_snapshot(tmp_path / "snapshot"))
    assert [r.name for r in found.references] == ["first", "last", "middle", "still"]
    assert [r.frame for r in found.references] == [101, 105, 103, None]
    assert [r.holdout for r in found.references] == [False, False, True, False]
    for row, reference in zip(written, found.references, strict=False):
        assert row.painted is not None
        assert np.array_equal(reference.painted.labels, row.painted.labels)
    assert found.references[0].painted.coverage is not None
    assert found.references[0].painted.coverage[0, 0] == 90
    assert found.clip is not None
    assert found.clip.frames == (101, 102, 103, 105)
    assert found.picture is not None
    assert found.picture.name == "to look at"


def test_training_a_snapshot_keeps_checkpoints_and_notes_what_it_took(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "snapshot", rows(tmp_path), TWO_PARTS, watched="to look at")
    asked = request(tmp_path)
    assert decode(TrainRequest, encode(asked)) == asked
    events = []
    job = train_in_window(asked)
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            value = stop.value.to_json()
            break
    steps = [event for event in events if isinstance(event, TrainStep)]
    assert steps[-1].holdout_iou is not None
    assert encode_event(steps[-1])["checkpoint"] == str(checkpoints_in(tmp_path / "run")[-1].profile)
    assert (tmp_path / "run" / PLATE).is_file()
    profile = read_profile(tmp_path / "out.safetensors")
    assert sorted(profile.training["references"]) == ["first", "last", "still"]
    assert value["holdout_iou"] == profile.training["holdout_iou"]
    found = estimate(tmp_path / "measured.json", "quick", "cpu", 0, 6)
    assert found is not None
    assert found.seconds > 0
    assert estimate(tmp_path / "measured.json", "smite", "cpu", 512, 6) is None
    assert estimate(tmp_path / "measured.json", "quick", "cuda", 0, 6) is None


def test_a_cancelled_training_keeps_its_checkpoints_and_goes_on(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "snapshot", rows(tmp_path), TWO_PARTS)
    job = train(request(tmp_path))
    for event in job:
        if isinstance(event, TrainStep) and event.step == 4:
            break
    job.close()
    assert checkpoints_in(tmp_path / "run")
    assert not (tmp_path / "out.safetensors").exists()
    first = next(event for event in train(request(tmp_path)) if isinstance(event, TrainStep))
    assert first.step == 5


def test_a_snapshot_whose_image_has_gone_is_a_sentence(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "snapshot", rows(tmp_path), TWO_PARTS)
    (tmp_path / "shot" / "shot.104.png").unlink()
    with pytest.raises(InputError, match=r"shot\.104"):
        run_to_end(train(request(tmp_path)))
