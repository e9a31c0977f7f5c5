"""The dial and the planner: synthetic machines in, minutes on the screen out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.planning.dial import TimeDial
from app.planning.planner import ClipFacts
from app.planning.words import prediction_words, short_words, time_words
from engine.api.machine import Machine
from engine.domain.settings import Preset, SegmentSettings, TrainSettings
from engine.hardware.calibration import Calibration
from engine.hardware.devices import DeviceFacts
from engine.hardware.measured import MeasuredRun, note_run
from engine.hardware.predict import Prediction
from tests.app.window_artist import add

CPU = DeviceFacts("cpu", "CPU, 8 threads", 64_000_000_000, 48_000_000_000)
CARD = DeviceFacts("cuda:0", "Some card", 24_000_000_000, 6_000_000_000)
MEASURED = Calibration("cpu", CPU.title, "0", "0", 1, 0.02, 1e11, "2026-11-21T10:00:00+00:00")
FACTS = ClipFacts(frames=100, pixels=640 * 360, painted=2, learns=True, backbone="quick")


def seconds(value: float) -> Prediction:
    return Prediction(value, value / 2, value * 2, 0, "calibrated", "2026-11-21T10:00:00+00:00")


@pytest.fixture
def presets(qtbot: QtBot) -> QComboBox:
    box = QComboBox()
    for text, data in (("Draft", "draft"), ("Standard", "standard"), ("Best", "best")):
        box.addItem(text, data)
    qtbot.addWidget(box)
    return box


def test_the_dial_moves_the_list_and_shows_the_minutes(presets: QComboBox, qtbot: QtBot) -> None:
    times: dict[Preset, Prediction] = {"draft": seconds(20), "standard": seconds(240), "best": seconds(7800)}
    dial = TimeDial(presets, times.__getitem__)
    qtbot.addWidget(dial)
    dial.show()
    assert dial.label.text() == "Draft  ≈ 20 s"
    with qtbot.waitSignal(presets.activated):
        QTest.keyClick(dial.slider, Qt.Key.Key_Right)
    assert presets.currentData() == "standard"
    assert dial.label.text() == "Standard  ≈ 4 min"
    presets.setCurrentIndex(2)
    assert dial.slider.value() == 2
    assert dial.label.text() == "Best  ≈ 2 h 10 min"
    assert "Draft: About 20 s (10 s to 40 s), worked out from a measurement" in dial.toolTip()
    assert dial.slider.accessibleName() == "Time budget"


def test_without_a_measurement_the_dial_names_the_preset_alone(presets: QComboBox, qtbot: QtBot) -> None:
    dial = TimeDial(presets, lambda _preset: None)
    qtbot.addWidget(dial)
    assert dial.label.text() == "Draft"
    assert "not known until this machine was measured" in dial.toolTip()


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "1 s"), (89.0, "89 s"), (120.0, "2 min"), (7800.0, "2 h 10 min"), (64_000.0, "18 h")]
)
def test_times_are_told_in_words(value: float, text: str) -> None:
    assert time_words(value) == text
    assert short_words(seconds(value)) == f"≈ {text}"


def test_words_say_whether_it_was_measured_or_worked_out() -> None:
    assert "worked out from a measurement of this machine on 2026-11-21" in prediction_words(seconds(60))
    measured = replace(seconds(60), source="measured", peak_bytes=6_100_000_000)
    assert prediction_words(measured) == (
        "About 60 s (30 s to 2 min), 6.1 GB of memory, by runs of this kind here, the last on 2026-11-21."
    )


def test_the_planner_tells_by_the_calibration_and_then_by_what_was_noted(studio: Studio) -> None:
    planner = studio.core.planner
    assert planner.segmenting(FACTS, SegmentSettings(), "standard") is None
    planner.machine = Machine((CPU,), {"cpu": MEASURED})
    guess = planner.segmenting(FACTS, SegmentSettings(), "standard")
    assert guess is not None
    assert guess.source == "calibrated"
    run = MeasuredRun(
        "quick", "auto", 0, 50, 0.5, 30.0, 10**9, "2026-11-21T11:00:00+00:00", "segment", "standard", "vote", True
    )
    note_run(planner.measured, run)
    told = planner.segmenting(FACTS, SegmentSettings(), "standard")
    assert told is not None
    assert (told.source, told.seconds) == ("measured", pytest.approx(30 + 100 * 0.5))
    assert planner.training("quick", TrainSettings(), 250) is not None
    assert planner.training("smite", TrainSettings(device="mps"), 250) is None


def test_what_does_not_fit_a_card_is_told_before_the_start(studio: Studio) -> None:
    planner = studio.core.planner
    assert planner.fitting_notes("auto", 512) == ()
    planner.machine = Machine((CARD, CPU), {})
    notes = planner.fitting_notes("auto", 512)
    assert any("frames instead of 16" in note for note in notes)
    assert planner.fitting_notes("cpu", 512) == ()
    assert planner.fitting_notes("mps", 512) == ()


def test_the_run_bar_shows_the_time_of_the_clip_and_the_dial_chooses(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    studio.project_actions.new()
    add(studio, qtbot, [clip])
    studio.window.show_workspace("review")
    bar = studio.review.run_bar
    assert bar.budget.label.text() == "Standard"
    studio.core.planner.machine = Machine((CPU,), {"cpu": MEASURED})
    studio.core.planner.changed.emit()
    assert "Standard  ≈" in bar.budget.label.text()
    bar.budget.slider.setValue(0)
    assert studio.review.runs.choice.preset == "draft"
    assert "Draft  ≈" in bar.budget.label.text()


def test_the_train_panel_shows_the_time_of_each_preset(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    studio.project_actions.new()
    add(studio, qtbot, [clip])
    studio.window.show_workspace("train")
    panel = studio.training.settings
    studio.core.planner.machine = Machine((CPU,), {"cpu": MEASURED})
    studio.core.planner.changed.emit()
    assert "worked out from a measurement" in panel.estimate.text()
    panel.budget.slider.setValue(2)
    assert studio.training.model.choice.settings.preset == "best"
    best = studio.training.actions.estimated()
    draft = studio.training.actions.estimated("draft")
    assert best is not None
    assert draft is not None
    assert best.seconds > draft.seconds


def test_the_machine_is_measured_by_a_worker_once(studio: Studio, qtbot: QtBot) -> None:
    planner = studio.core.planner
    with qtbot.waitSignal(planner.changed, timeout=120_000):
        planner.look()
        planner.look()
    assert planner.machine is not None
    assert planner.machine.devices[-1].name == "cpu"
    assert planner.machine.calibrations[planner.machine.devices[0].name].flow_s > 0
    jobs = [job for job in studio.core.queue.jobs if job.spec.verb == "machine"]
    assert len(jobs) == 1
    planner.look()
    assert len([job for job in studio.core.queue.jobs if job.spec.verb == "machine"]) == 1
