from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load_file

from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.evaluation import Report, evaluate
from engine.jobs import Progress, run_to_end
from engine.media.label_png import write_label_png

GOLDEN = Path(__file__).parents[4] / "shared" / "reference"
PARTS = PartSet.from_names(["body", "wheel"])
NOTHING: frozenset[int] = frozenset()


def test_a_perfect_result_scores_one_everywhere_and_does_not_flicker(tmp_path: Path) -> None:
    report = _compare(tmp_path, _moving(4), _moving(4))
    assert (report.j, report.f, report.miou, report.miou_parts, report.flicker) == (1, 1, 1, 1, 0)
    assert [part.name for part in report.parts] == ["body", "wheel"]
    assert report.frames == (1, 2, 3, 4)


def test_figures_of_a_known_error_are_what_can_be_counted_by_hand(tmp_path: Path) -> None:
    truth = np.zeros((40, 40), np.uint8)
    truth[10:20, 10:20] = 1
    truth[25:35, 25:35] = 2
    found = truth.copy()
    found[10:20, 15:20] = 0
    report = _compare(tmp_path, {7: truth}, {7: found})
    by_name = {part.name: part for part in report.parts}
    assert by_name["body"].j == 0.5
    assert by_name["wheel"].j == by_name["wheel"].f == 1
    assert report.j == 0.75
    background = (1600 - 200) / (1600 - 200 + 50)
    assert report.miou == pytest.approx((background + 0.5 + 1) / 3)
    assert report.miou_parts == 0.75
    assert report.flicker is None


def test_frames_are_paired_by_number_and_excluded_ones_are_not_scored(tmp_path: Path) -> None:
    truth, found = _moving(6), _moving(6)
    found[2][:] = 0
    del truth[5]
    report = _compare(tmp_path, truth, {**found, 9: found[1]}, exclude=frozenset({2}))
    assert report.frames == (1, 3, 4, 6)
    assert report.j == 1


def test_a_part_that_drops_out_for_one_frame_flickers(tmp_path: Path) -> None:
    found = {number: labels.copy() for number, labels in _still(5).items()}
    found[3][found[3] == 2] = 0
    report = _compare(tmp_path, _still(5), found)
    by_name = {part.name: part for part in report.parts}
    assert by_name["body"].flicker == 0
    assert by_name["wheel"].flicker == pytest.approx((0 + 1 + 1 + 0) / 4)


def test_motion_that_the_truth_makes_too_is_no_flicker(tmp_path: Path) -> None:
    assert _compare(tmp_path, _moving(5), _moving(5)).flicker == 0


def test_a_pop_at_an_excluded_frame_still_counts_as_flicker_of_its_neighbour(tmp_path: Path) -> None:
    found = {number: np.zeros_like(labels) for number, labels in _still(3).items()}
    found[2] = _still(3)[2]
    report = _compare(tmp_path, _still(3), found, exclude=frozenset({2}))
    assert report.flicker == 1


def test_unknown_pixels_of_the_truth_are_not_scored(tmp_path: Path) -> None:
    truth = _still(1)[1]
    found = truth.copy()
    truth[:, 30:] = 255
    found[:, 30:] = 2
    assert _compare(tmp_path, {1: truth}, {1: found}).j == 1


def test_a_part_that_is_absent_and_not_found_counts_one_and_its_presence_is_told(tmp_path: Path) -> None:
    truth = _still(4)
    for number in (3, 4):
        truth[number] = np.where(truth[number] == 2, 0, truth[number]).astype(np.uint8)
    found = {number: np.where(labels == 2, 0, labels).astype(np.uint8) for number, labels in truth.items()}
    wheel = _compare(tmp_path, truth, found).parts[1]
    assert (wheel.j, wheel.iou_where_present, wheel.frames_present) == (0.5, 0.0, 2)


def test_truth_as_one_folder_of_binary_masks_for_each_part_is_understood(tmp_path: Path) -> None:
    for number, labels in _moving(2).items():
        for part in PARTS:
            folder = tmp_path / "truth" / part.name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(((labels == part.id) * 255).astype(np.uint8)).save(folder / f"f.{number:04d}.png")
    _write(tmp_path / "result", _moving(2))
    report = run_to_end(evaluate(tmp_path / "truth", tmp_path / "result", PARTS, NOTHING))
    assert report.j == 1


def test_parts_come_from_the_truth_where_nobody_named_them(tmp_path: Path) -> None:
    _write(tmp_path / "truth", _moving(2))
    _write(tmp_path / "result", _moving(2))
    report = run_to_end(evaluate(tmp_path / "truth", tmp_path / "result", None))
    assert [part.name for part in report.parts] == ["part1", "part2"]


@pytest.mark.parametrize(
    ("truth", "found", "exclude", "sentence"),
    [
        ({1: (40, 40)}, {1: (40, 42)}, (), "40x40, the result 42x40"),
        ({1: (40, 40)}, {2: (40, 40)}, (), "share none"),
        ({1: (40, 40)}, {1: (40, 40)}, (1,), "are excluded"),
        ({}, {1: (40, 40)}, (), "no true label maps"),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(
    tmp_path: Path,
    truth: dict[int, tuple[int, int]],
    found: dict[int, tuple[int, int]],
    exclude: tuple[int, ...],
    sentence: str,
) -> None:
    (tmp_path / "truth").mkdir()
    with pytest.raises(InputError, match=sentence):
        _compare(
            tmp_path,
            {number: np.ones(shape, np.uint8) for number, shape in truth.items()},
            {number: np.ones(shape, np.uint8) for number, shape in found.items()},
            exclude=frozenset(exclude),
        )


def test_truth_without_any_part_gets_a_sentence(tmp_path: Path) -> None:
    empty = {1: np.zeros((20, 20), np.uint8)}
    with pytest.raises(InputError, match="shows none of the parts"):
        _compare(tmp_path, empty, empty)


def test_missing_folders_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        run_to_end(evaluate(tmp_path / "nowhere", tmp_path, PARTS))


def test_progress_is_told_for_each_frame(tmp_path: Path) -> None:
    _write(tmp_path / "truth", _moving(3))
    _write(tmp_path / "result", _moving(3))
    events = list(evaluate(tmp_path / "truth", tmp_path / "result", PARTS))
    assert events == [Progress("evaluating", done, 3) for done in range(3)]


def test_the_report_reads_as_an_aligned_table_and_as_json(tmp_path: Path) -> None:
    report = _compare(tmp_path, _moving(3), _moving(3))
    lines = report.to_text().splitlines()
    assert lines[0].split() == ["part", "J", "F", "flicker", "frames"]
    assert len({len(line) for line in lines[:4]}) == 1
    assert "frames scored: 1-3" in report.to_text()
    table = json.loads(json.dumps(report.to_json()))
    assert table["mean"]["J"] == table["parts"]["wheel"]["J"] == table["J_by_frame"]["2"]["body"] == 1


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden files of the authors' code are not here")
def test_means_over_shared_frames_equal_the_authors_numbers(tmp_path: Path) -> None:
    tensors = load_file(GOLDEN / "metrics.safetensors")
    values = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))["values"]
    expected = values["calculate_metrics"]["value"]
    truth = dict(zip([0, 2, 4, 6, 8], tensors["y_true"], strict=True))
    found = dict(zip([0, 1, 2, 4, 8], tensors["y_pred"], strict=True))
    report = _compare(tmp_path, truth, found, parts=PartSet.from_names(["a", "b", "c"]))
    assert list(report.frames) == expected["shared_frames"]
    assert report.j == pytest.approx(expected["jaccard"], abs=1e-9)
    assert report.f == pytest.approx(expected["f_measure"], abs=1e-9)
    per_part = {f"iou_{part.name}": 100 * part.iou_where_present for part in report.parts}
    assert per_part == pytest.approx({k: v for k, v in expected["iou_per_part"].items() if k != "iou_background"})
    assert 100 * report.miou == pytest.approx(expected["mean_iou"], abs=1e-4)


def _compare(
    folder: Path,
    truth: dict[int, NDArray[np.uint8]],
    found: dict[int, NDArray[np.uint8]],
    *,
    exclude: frozenset[int] = NOTHING,
    parts: PartSet = PARTS,
) -> Report:
    _write(folder / "truth", truth)
    _write(folder / "result", found)
    return run_to_end(evaluate(folder / "truth", folder / "result", parts, exclude))


def _write(folder: Path, labels: dict[int, NDArray[np.uint8]]) -> None:
    for number, each in labels.items():
        write_label_png(folder / f"shot.{number:04d}.png", each, PartSet.from_names(["a", "b", "c"]))


def _still(num_frames: int) -> dict[int, NDArray[np.uint8]]:
    labels = np.zeros((40, 50), np.uint8)
    labels[5:20, 5:25] = 1
    labels[25:35, 8:18] = 2
    return {number: labels.copy() for number in range(1, num_frames + 1)}


def _moving(num_frames: int) -> dict[int, NDArray[np.uint8]]:
    return {number: np.roll(labels, 3 * number, axis=1) for number, labels in _still(num_frames).items()}
