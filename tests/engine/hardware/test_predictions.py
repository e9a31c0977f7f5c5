"""Times that are told before a job: synthetic measurements in, predicted seconds out."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.settings import SegmentSettings
from engine.hardware.calibration import Calibration
from engine.hardware.devices import DeviceFacts
from engine.hardware.measured import MeasuredRun, Work, measured_runs, note_run, runs_like
from engine.hardware.network_work import frame_operations
from engine.hardware.predict import PlannedJob, Prediction, predict
from engine.hardware.words import duration_text, prediction_text

QUICK = Work("segment", "quick", "auto", 0, "standard", "vote", learns=True)
SMITE = Work("segment", "smite", "cuda:0", 512, "standard", "vote")
CALIBRATION = Calibration("cpu", "CPU", "0.1.0", "2.13.0", 1, 0.02, 1e11, "2026-11-21T10:00:00+00:00")
CARD = DeviceFacts("cuda:0", "Some card", 24_000_000_000, 22_000_000_000)


def run(work: Work, *, setup: float, pace: float, pixels: int = 0, steps: int = 50, peak: int = 10**9) -> MeasuredRun:
    return MeasuredRun(
        work.backbone,
        work.device,
        work.resolution,
        steps,
        pace,
        setup,
        peak,
        "2026-11-20T09:00:00+00:00",
        work.verb,
        work.preset,
        work.temporal,
        work.learns,
        pixels,
    )


def known(prediction: Prediction | None) -> Prediction:
    assert prediction is not None
    return prediction


@given(
    setup=st.floats(0, 500),
    pace=st.floats(0.001, 20),
    frames=st.integers(1, 5000),
)
def test_a_linear_machine_is_predicted_to_the_second(setup: float, pace: float, frames: int) -> None:
    runs = [run(QUICK, setup=setup, pace=pace, pixels=10**6)] * 3
    told = known(predict(PlannedJob(QUICK, frames, 10**6), runs, None))
    assert told.seconds == pytest.approx(setup + frames * pace)
    assert told.low_s <= told.seconds <= told.high_s
    assert told.source == "measured"


def test_the_middle_of_the_last_runs_counts_and_their_range_is_told() -> None:
    slow_once = [run(QUICK, setup=0, pace=pace) for pace in (9.0, 1.0, 1.1, 8.0, 1.2, 1.0)]
    told = known(predict(PlannedJob(QUICK, 100), slow_once, None))
    assert told.seconds == pytest.approx(110)  # the oldest of six is forgotten
    assert (told.low_s, told.high_s) == (pytest.approx(110 / 1.15), pytest.approx(800))


def test_a_frame_of_four_times_the_pixels_takes_twice_as_long() -> None:
    runs = [run(QUICK, setup=10, pace=0.5, pixels=1920 * 1080)]
    hd = known(predict(PlannedJob(QUICK, 100, 1920 * 1080), runs, None))
    uhd = known(predict(PlannedJob(QUICK, 100, 3840 * 2160), runs, None))
    assert hd.seconds == pytest.approx(60)
    assert uhd.seconds == pytest.approx(110)


def test_only_runs_of_the_same_kind_count() -> None:
    runs = [run(replace(QUICK, preset="best"), setup=0, pace=9), run(replace(QUICK, device="cpu"), setup=0, pace=9)]
    assert predict(PlannedJob(QUICK, 10), runs, None) is None
    assert runs_like(runs, replace(QUICK, preset="best")) == (runs[0],)


def test_own_runs_go_before_the_calibration() -> None:
    runs = [run(QUICK, setup=1, pace=1)]
    assert known(predict(PlannedJob(QUICK, 10), runs, CALIBRATION)).source == "measured"
    assert known(predict(PlannedJob(QUICK, 10), [], CALIBRATION)).source == "calibrated"


def test_a_machine_twice_as_fast_takes_half_the_time_for_quick() -> None:
    job = PlannedJob(QUICK, 100, 640 * 360)
    slow = known(predict(job, [], CALIBRATION))
    fast = known(predict(job, [], replace(CALIBRATION, flow_s=CALIBRATION.flow_s / 2)))
    assert slow.seconds == pytest.approx(2 * fast.seconds)
    assert slow.low_s < slow.seconds < slow.high_s


def test_presets_cost_more_from_fast_to_best() -> None:
    told = [
        known(predict(PlannedJob(replace(QUICK, preset=preset), 100, 640 * 360), [], CALIBRATION)).seconds
        for preset in ("draft", "standard", "best")
    ]
    assert told == sorted(told)
    assert told[0] < told[1] / 2


def test_smite_on_a_card_is_operations_over_its_rate() -> None:
    card = replace(CALIBRATION, device="cuda:0", network_flops=1e14)
    settings = SegmentSettings(temporal="guided")
    work = replace(SMITE, temporal="guided")
    one = known(predict(PlannedJob(work, 1, 0, settings), [], card, CARD)).seconds
    many = known(predict(PlannedJob(work, 101, 0, settings), [], card, CARD)).seconds
    share = frame_operations(512, settings) * 100 / 1e14 / (many - one)
    assert 0.2 < share < 1.0  # networks get less than the calibrated rate, never more
    assert known(predict(PlannedJob(work, 1, 0, settings), [], card, CARD)).peak_bytes > 5e9
    assert known(predict(PlannedJob(work, 1, 0, settings), [], card, None)).peak_bytes == 0


def test_learning_painted_frames_with_smite_first_takes_its_steps_as_well() -> None:
    card = replace(CALIBRATION, device="cuda:0", network_flops=1e14)
    without = known(predict(PlannedJob(SMITE, 10), [], card)).seconds
    learns = replace(SMITE, learns=True)
    draft = known(predict(PlannedJob(replace(learns, preset="draft"), 10), [], card)).seconds
    standard = known(predict(PlannedJob(learns, 10), [], card)).seconds
    assert (standard - without) / (draft - without) == pytest.approx(200 / 60)


def test_an_unmeasured_machine_is_told_nothing() -> None:
    assert predict(PlannedJob(QUICK, 10), [], None) is None


def test_runs_are_kept_read_and_bounded_and_old_rows_still_count(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    old = {
        "backbone": "quick",
        "device": "cpu",
        "resolution": 0,
        "steps": 250,
        "seconds_per_step": 0.1,
        "setup_s": 5.0,
        "peak_bytes": 1,
        "measured_at": "2026-11-01T00:00:00+00:00",
    }
    file.write_text(json.dumps([old, {"strange": 1}, "text", {**old, "steps": 0}]))
    assert [row.work for row in measured_runs(file)] == [Work("train", "quick", "cpu")]
    for number in range(120):
        note_run(file, run(QUICK, setup=number, pace=1))
    rows = measured_runs(file)
    assert len(rows) == 100
    assert asdict(rows[-1])["setup_s"] == 119
    file.write_text("[broken")
    assert measured_runs(file) == ()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (89, "89 s"), (91, "2 min"), (5399, "90 min"), (7200, "2.0 h")]
)
def test_durations_are_told_in_the_unit_that_people_use(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_a_prediction_says_where_it_comes_from() -> None:
    told = known(predict(PlannedJob(QUICK, 100), [run(QUICK, setup=1, pace=1, peak=6_100_000_000)], None))
    assert prediction_text(told) == "about 2 min (88 s to 2 min), 6.1 GB of memory; earlier runs here, 2026-11-20"
    guessed = known(predict(PlannedJob(QUICK, 100), [], CALIBRATION))
    assert "worked out from this machine's measurement, 2026-11-21" in prediction_text(guessed)
