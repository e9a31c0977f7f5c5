"""What is told before a run, what is noted after it, and how a training that does not fit steps down."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import engine.api.machine as machine_module
from engine.api.machine import Machine
from engine.api.measured_segment import segment_measured
from engine.api.plan import PlanRequest, plan
from engine.api.segment_request import SegmentRequest
from engine.api.train import TrainRequest, train
from engine.api.wire import decode, encode
from engine.cli.main import main
from engine.domain.profile import ModelIdentity, Profile
from engine.domain.settings import SegmentSettings, TrainSettings
from engine.errors import InputError, MemoryLimitError
from engine.hardware.calibration import Calibration, keep_calibration
from engine.hardware.devices import DeviceFacts, list_devices
from engine.hardware.measured import measured_runs
from engine.jobs import Event, FrameDone, Job, Message, TrainStep, run_to_end
from tests.engine.cli.small_clip import write_small_clip

CARD = DeviceFacts("cuda:0", "Some card", 24_000_000_000, 8_000_000_000)


@pytest.fixture
def shot(tmp_path: Path) -> SegmentRequest:
    folder = write_small_clip(tmp_path / "clip")
    settings = SegmentSettings(preset="draft", device="cpu")
    return SegmentRequest(folder / "plate", tmp_path / "result", anchors=folder / "anchors", settings=settings)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Where measurements lie, with one of the processor that needs no measuring."""
    device = list_devices()[-1]
    calibration = Calibration(
        "cpu", device.title, version("smite-studio"), version("torch"), 2, 0.02, 1e11, "2026-11-21T10:00:00+00:00"
    )
    keep_calibration(tmp_path / "calibration.json", calibration)
    return tmp_path / "measured.json", tmp_path / "calibration.json"


def drained(job: Job[Any]) -> tuple[list[Event], Any]:
    events: list[Event] = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as stop:
            return events, stop.value


def test_a_run_notes_its_pace_and_the_next_plan_rests_on_it(shot: SegmentRequest, files: tuple[Path, Path]) -> None:
    measured, calibration = files
    before = run_to_end(plan(PlanRequest(shot, measured, calibration)))
    told = before.presets["draft"]
    assert told is not None
    assert told.source == "calibrated"
    assert before.clip["frames"] == 6

    events, summary = drained(segment_measured(replace(shot, measured=measured)))
    done = [event for event in events if isinstance(event, FrameDone) and event.state == "done"]
    (run,) = measured_runs(measured)
    assert run.steps == len(done)
    assert (run.verb, run.backbone, run.preset, run.temporal, run.learns) == ("segment", "quick", "draft", "vote", True)
    assert run.pixels > 0
    assert summary is not None

    after = run_to_end(plan(PlanRequest(shot, measured, calibration)))
    told = after.presets["draft"]
    assert told is not None
    assert told.source == "measured"
    assert told.seconds == pytest.approx(run.setup_s + 6 * run.seconds_per_step)
    other = after.presets["standard"]
    assert other is not None
    assert other.source == "calibrated"


def test_nothing_is_noted_unasked_and_no_plan_segments(shot: SegmentRequest, files: tuple[Path, Path]) -> None:
    run_to_end(plan(PlanRequest(shot, *files)))
    assert not shot.out.exists()
    run_to_end(segment_measured(shot))
    assert not files[0].exists()


def test_the_request_of_a_run_still_crosses_the_pipe(shot: SegmentRequest, tmp_path: Path) -> None:
    asked = replace(shot, measured=tmp_path / "measured.json")
    assert decode(SegmentRequest, json.loads(json.dumps(encode(asked)))) == asked


def test_a_machine_crosses_the_pipe(files: tuple[Path, Path]) -> None:
    found = run_to_end(machine_module.machine(machine_module.MachineRequest(files[1])))
    assert Machine.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.calibrations["cpu"].flow_s == 0.02


def test_a_plan_for_smite_says_what_fits_the_card(
    shot: SegmentRequest, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_module, "list_devices", lambda: (CARD, *list_devices()))
    monkeypatch.setattr(machine_module, "calibrated", lambda file, device: _ready(device))
    request = replace(shot, backbone="smite", settings=SegmentSettings(device="auto"))
    made = run_to_end(plan(PlanRequest(request, *files)))
    assert made.device == CARD
    assert made.fit is not None
    assert 0 < made.fit.window < 16
    assert made.fit.precision == "half"
    text = made.to_text()
    assert f"windows hold {made.fit.window} frames instead of 16" in text
    assert "* cuda:0" in text
    with pytest.raises(InputError, match="no device 'mps'"):
        run_to_end(plan(PlanRequest(replace(request, settings=SegmentSettings(device="mps")), *files)))


def _ready(device: DeviceFacts) -> Job[Calibration]:
    yield Message("measured before")
    return Calibration(device.name, device.title, "0", "0", 1, 0.02, 1e14, "2026-11-21T10:00:00+00:00")


def test_the_command_line_prints_the_plan(
    shot: SegmentRequest, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.hardware.measured.user_file", lambda name: files[0].parent / name)
    assert main(["plan"]) == 0
    assert "* cpu" in capsys.readouterr().out
    assert main(["plan", str(shot.clip), "--anchors", str(shot.anchors), "--range", "1001-1004"]) == 0
    said = capsys.readouterr().out
    assert "4 frames" in said
    assert said.count("worked out from this machine's measurement") == 3
    assert main(["plan", str(shot.clip), "--anchors", str(shot.anchors), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(result["presets"]) == {"draft", "standard", "best"}
    assert result["devices"][-1]["name"] == "cpu"


class Learning:
    """A learning that runs out of memory above some resolution, or after some steps."""

    def __init__(self, fits: int, *, breaks_after: int | None = None) -> None:
        self.fits, self.breaks_after = fits, breaks_after
        self.tried: list[int] = []

    def __call__(self, references: Any, parts: Any, settings: TrainSettings, **_: Any) -> Job[Profile]:
        self.tried.append(settings.resolution)
        if settings.resolution > self.fits:
            raise MemoryLimitError("The device ran out of memory.")
        for step in range(1, 4):
            if self.breaks_after == step - 1:
                raise MemoryLimitError("The device ran out of memory.")
            yield TrainStep(step, 3, {"total": 1.0})
        found = {"resolution": settings.resolution}
        return Profile(parts, "smite", {}, settings=found, model=ModelIdentity("x", "y"))


@pytest.fixture
def references(tmp_path: Path) -> Path:
    made = write_small_clip(tmp_path / "made")
    folder = tmp_path / "references"
    for name, source in (("images", "plate"), ("masks", "anchors")):
        (folder / name).mkdir(parents=True)
        (folder / name / "shot.1001.png").write_bytes((made / source / "shot.1001.png").read_bytes())
    return folder


def test_a_training_that_does_not_fit_goes_on_smaller_and_says_so(
    references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning = Learning(fits=320)
    monkeypatch.setattr("engine.smite.learn", learning)
    request = TrainRequest(references, tmp_path / "p.safetensors", "smite", settings=TrainSettings(resolution=512))
    events, profile = drained(train(request))
    assert learning.tried == [512, 384, 256]
    warnings = [event.text for event in events if isinstance(event, Message) and event.level == "warning"]
    assert [w for w in warnings if "did not fit" in w] == [
        "Learning at 512 pixels did not fit into the device's memory; going on with 384. "
        "Edges of the result will be a little coarser.",
        "Learning at 384 pixels did not fit into the device's memory; going on with 256. "
        "Edges of the result will be a little coarser.",
    ]
    assert profile.settings["resolution"] == 256


@pytest.mark.parametrize("learning", [Learning(fits=0), Learning(fits=999, breaks_after=2)], ids=["never", "later"])
def test_a_training_does_not_step_down_for_ever_nor_throw_away_steps(
    learning: Learning, references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.smite.learn", learning)
    request = TrainRequest(references, tmp_path / "p.safetensors", "smite", settings=TrainSettings(resolution=512))
    with pytest.raises(MemoryLimitError):
        run_to_end(train(request))
    assert learning.tried == ([512] if learning.breaks_after else [512, 384, 256])
