"""The method from footage to labels through the command line, on a tiny model."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.api import smite_run
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.cli.main import main
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.jobs import FrameDone, TrainStep
from engine.media.label_png import read_label_png, write_label_png
from engine.profiles import read_profile
from engine.results.folder import ResultReader
from tests.engine.smite.footage import PARTS, drawn, mean_iou
from tests.engine.smite.tiny_model import make_tiny_model

MEDIA = Path(__file__).parents[4] / "shared" / "media"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def train(references: Path, profile: Path, model: Path, steps: int, *more: str) -> int:
    options = ["--model", str(model), "--resolution", "64", "--steps", str(steps), "--device", "cpu", "--seed", "0"]
    return main(["train", str(references), "--out", str(profile), "--backbone", "smite", *options, *more])


def last_result(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_drawn_references_segment_another_clip(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (0, 9):
        image, labels = drawn(number)
        for folder in ("references/images", "references/masks"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(tmp_path / f"references/images/still_{number}.png")
        write_label_png(tmp_path / f"references/masks/still_{number}.png", labels, PARTS)
    (tmp_path / "plate").mkdir()
    for number in (3, 4):
        Image.fromarray(drawn(number)[0]).save(tmp_path / f"plate/shot.{1000 + number}.png")

    names = ",".join(PARTS.names)
    profile = tmp_path / "drawn.safetensors"
    assert train(tmp_path / "references", profile, model, 4, "--parts", names, "--json") == 0
    assert len(last_result(capsys)["training"]["losses"]) == 4
    assert read_profile(profile).backbone == "smite"
    assert not list(tmp_path.glob(".*training*"))

    out = tmp_path / "result"
    options = ["--device", "cpu", "--temporal", "off"]
    assert main(["segment", str(tmp_path / "plate"), "--profile", str(profile), "--out", str(out), *options]) == 0
    reader = ResultReader(out)
    assert reader.numbers == (1003, 1004)
    assert reader.labels(1003).shape == drawn(3)[1].shape
    assert all(frame.state == "done" for frame in reader.record.frames.values())


def test_missing_weights_end_with_their_exit_code_and_download_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    image, labels = drawn(0)
    Image.fromarray(image).save(tmp_path / "still.jpg")
    write_label_png(tmp_path / "still.png", labels, PARTS)
    code = main(["train", str(tmp_path), "--out", str(tmp_path / "p.safetensors"), "--backbone", "smite"])
    assert code == 5
    assert "models get sd21-base" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_painted_frames_are_learned_on_the_way_after_drafts_and_a_killed_run_goes_on_learning(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("plate", "anchors"):
        (tmp_path / folder).mkdir()
    for number in range(4):
        Image.fromarray(drawn(number)[0]).save(tmp_path / f"plate/shot.{1000 + number}.png")
    write_label_png(tmp_path / "anchors/shot.1000.png", drawn(0)[1], PARTS)
    settings = TrainSettings(preset="draft", steps=6, resolution=64, device="cpu", model=str(model))
    monkeypatch.setattr(smite_run, "training_settings", lambda _: settings)
    request = SegmentRequest(
        tmp_path / "plate",
        tmp_path / "out",
        anchors=tmp_path / "anchors",
        backbone="smite",
        parts=PARTS,
        settings=SegmentSettings(device="cpu", temporal="off", model=str(model)),
    )
    job = segment(request)
    seen = list(itertools.takewhile(lambda event: not (isinstance(event, TrainStep) and event.step == 3), job))
    assert FrameDone(1001, "draft") in seen
    job.close()
    again = list(segment(request))
    assert next(event.step for event in again if isinstance(event, TrainStep)) == 4
    assert [event.frame for event in again if event == FrameDone(getattr(event, "frame", 0))] == [
        1000,
        1001,
        1002,
        1003,
    ]
    assert read_profile(tmp_path / "out/profile.safetensors").backbone == "smite"
    assert not (tmp_path / "out/.unfinished").exists()
    assert "smite" in ResultReader(tmp_path / "out").record.fingerprint["profile"]


def test_a_run_by_smite_without_weights_ends_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "anchors").mkdir()
    write_label_png(tmp_path / "anchors/shot.1000.png", drawn(0)[1], PARTS)
    options = ["--anchors", str(tmp_path / "anchors"), "--backbone", "smite", "--out", str(tmp_path / "out")]
    assert main(["segment", str(tmp_path / "plate"), *options]) == 5
    assert "models get sd21-base" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not MEDIA.is_dir(), reason="the footage is not here")
def test_real_footage_is_learned_and_found_again(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    references, plate = tmp_path / "references", tmp_path / "plate"
    image, truth = subject_of("bike/JPEGImages/00000.jpg", "bike/Annotations/00000.png")
    for folder in (references, plate):
        folder.mkdir()
        Image.fromarray(image).save(folder / "bike_00000.png")
    (references / "bike_00000.png").rename(references / "bike_00000.jpg")
    write_label_png(references / "bike_00000.png", truth, PARTS)
    profile, out = tmp_path / "bike.safetensors", tmp_path / "result"
    assert train(references, profile, model, 60, "--json") == 0
    losses = last_result(capsys)["training"]["losses"]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])

    options = ["--device", "cpu", "--temporal", "off", "--attention", "frame", "--cuts", "none"]
    assert main(["segment", str(plate), "--profile", str(profile), "--out", str(out), *options]) == 0
    labels = ResultReader(out).labels(0)
    constant = max(mean_iou(np.full_like(truth, k), truth) for k in range(3))
    scrambled = np.random.default_rng(0).permutation(labels.ravel()).reshape(labels.shape)
    assert mean_iou(labels, truth) > 1.25 * constant
    assert mean_iou(labels, truth) > 1.25 * mean_iou(scrambled, truth)


def subject_of(image: str, labels: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns a frame and its labels, cut out around what is painted: a tiny network sees no tiny subjects."""
    truth = read_label_png(MEDIA / labels)
    rows, columns = np.nonzero(truth)
    margins = np.ptp(rows) // 4, np.ptp(columns) // 4
    box = tuple(
        slice(max(0, int(found.min() - margin)), int(found.max() + margin))
        for found, margin in zip((rows, columns), margins, strict=True)
    )
    with Image.open(MEDIA / image) as picture:
        return np.ascontiguousarray(np.array(picture)[box]), np.ascontiguousarray(truth[box])
