from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.api.step_times import StepTime, expected_seconds, note_step

TAUGHT = StepTime("teach", "smite", 20, 2.0, setup_s=10.0, seconds=30.0)


def test_nothing_is_expected_before_anything_was_measured(tmp_path: Path) -> None:
    assert expected_seconds(tmp_path / "none.json", "teach", TAUGHT.how, 5, 2.0) is None
    note_step(tmp_path / "times.json", TAUGHT)
    assert expected_seconds(tmp_path / "times.json", "teach", "quick", 5, 2.0) is None
    assert expected_seconds(tmp_path / "times.json", "spread", TAUGHT.how, 5, 2.0) is None


def test_setup_is_paid_once_and_frames_by_their_number_and_size(tmp_path: Path) -> None:
    note_step(tmp_path / "times.json", TAUGHT)
    assert expected_seconds(tmp_path / "times.json", "teach", TAUGHT.how, 40, 2.0) == pytest.approx(10 + 40)
    assert expected_seconds(tmp_path / "times.json", "teach", TAUGHT.how, 40, 8.0) == pytest.approx(10 + 160)


def test_plates_of_the_same_size_say_more_and_one_slow_run_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "times.json"
    for seconds in (30.0, 300.0, 30.0):
        note_step(file, replace(TAUGHT, seconds=seconds))
    note_step(file, replace(TAUGHT, megapixels=0.5, seconds=11.0))
    assert expected_seconds(file, "teach", TAUGHT.how, 20, 2.0) == pytest.approx(30)


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    file = tmp_path / "times.json"
    file.write_text('[{"step": "teach"}, 3')
    assert expected_seconds(file, "teach", TAUGHT.how, 5, 2.0) is None
    file.write_text('[{"step": "teach"}, 3]')
    assert expected_seconds(file, "teach", TAUGHT.how, 5, 2.0) is None
    note_step(file, TAUGHT)
    assert expected_seconds(file, "teach", TAUGHT.how, 20, 2.0) == pytest.approx(30)
