from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.api.spread import SpreadRequest, accept, previewed, spread
from engine.cli.main import main
from engine.correct.corrections import Corrections
from engine.correct.spread import SpreadSettings, frames_in_reach
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.paste import grown
from engine.results.review import read_review, write_review
from tests.engine.correct.moving_result import write_moving

MIDDLE = 1005
PLATE = (64, 96)


def paint_truth(reader: ResultReader, truth: dict[int, np.ndarray], frame: int) -> None:
    labels = np.where(truth[frame] != reader.labels(frame), truth[frame], 255).astype(np.uint8)
    Corrections(reader).correct(frame, FrameEdit(labels, np.where(labels != 255, 255, 0).astype(np.uint8)))


def iou(labels: np.ndarray, truth: np.ndarray, part: int) -> float:
    one, other = labels == part, truth == part
    return float((one & other).sum() / (one | other).sum())


def test_a_lid_painted_on_one_frame_is_found_on_its_neighbours_on_both_sides(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path)
    paint_truth(reader, truth, MIDDLE)
    assert iou(reader.final(1003)[1], truth[1003], 2) == 0
    summary = run_to_end(spread(SpreadRequest(reader.folder, MIDDLE, reach=3)))
    assert sorted(summary.changed) == [1002, 1003, 1004, 1006, 1007, 1008]
    for frame in summary.changed:
        assert iou(reader.final(frame)[1], truth[frame], 2) > 0.85
    assert np.array_equal(reader.final(1001)[1], reader.labels(1001))


def test_a_preview_writes_nothing_and_accepting_it_is_what_spreading_would_have_done(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path)
    paint_truth(reader, truth, MIDDLE)
    before = {frame: reader.final(frame)[1] for frame in reader.numbers}
    run_to_end(spread(SpreadRequest(reader.folder, MIDDLE, reach=2, preview=True)))
    assert all(np.array_equal(reader.final(f)[1], before[f]) for f in reader.numbers)
    assert sorted(previewed(reader)) == [1003, 1004, 1006, 1007]
    change = accept(reader.folder)
    assert change is not None
    accepted = {frame: reader.final(frame) for frame in reader.numbers}
    change.revert()
    assert all(np.array_equal(reader.final(f)[1], before[f]) for f in reader.numbers)
    run_to_end(spread(SpreadRequest(reader.folder, MIDDLE, reach=2)))
    for frame, (scores, labels) in accepted.items():
        assert np.array_equal(reader.final(frame)[1], labels)
        assert np.array_equal(reader.final(frame)[0].values, scores.values)


def test_parts_that_were_not_chosen_keep_mask_and_scores_to_the_bit(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path, missing_lid=False)
    edit = FrameEdit.empty(PLATE)
    lid = truth[MIDDLE] == 2
    edit.labels[np.roll(lid, 6, axis=0)], edit.coverage[np.roll(lid, 6, axis=0)] = 2, 255
    Corrections(reader).correct(MIDDLE, edit)
    before = {frame: reader.final(frame) for frame in reader.numbers}
    run_to_end(spread(SpreadRequest(reader.folder, MIDDLE, reach=3, parts=("lid",))))
    assert any(not np.array_equal(reader.final(f)[0].values, before[f][0].values) for f in reader.numbers)
    for frame in reader.numbers:
        scores, labels = reader.final(frame)
        assert np.array_equal(grown(scores, PLATE).values[1], grown(before[frame][0], PLATE).values[1])
        assert np.array_equal(labels == 1, before[frame][1] == 1)


def test_nothing_crosses_a_cut_a_lock_a_painted_or_a_hand_corrected_frame(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path, cuts=(1003,), painted=(1008,))
    reach = SpreadSettings(reach=8)
    assert frames_in_reach(reader, MIDDLE, reach) == ([1004, 1003], [1006, 1007])
    write_review(reader.folder, read_review(reader.folder).locking([1004]))
    assert frames_in_reach(reader, MIDDLE, reach) == ([], [1006, 1007])
    paint_truth(reader, truth, 1007)
    assert frames_in_reach(reader, MIDDLE, SpreadSettings(to_anchor=True)) == ([], [1006])


def test_the_command_line_says_which_frames_change_and_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.cli.spread.cache_folder", lambda: tmp_path / "cache")
    reader, truth = write_moving(tmp_path, count=5)
    paint_truth(reader, truth, 1003)
    result = str(reader.folder)
    assert main(["spread", result, "--frame", "1003", "--reach", "1", "--preview"]) == 0
    assert "would change 2 frames (1002, 1004)" in capsys.readouterr().out
    assert reader.edited == (1003,)
    assert main(["spread", result, "--frame", "1003", "--reach", "1", "--parts", "lid"]) == 0
    assert reader.edited == (1002, 1003, 1004)
    for wrong in (["--frame", "7"], ["--frame", "1003", "--parts", "door"], ["--frame", "1003", "--reach", "0"]):
        assert main(["spread", result, *wrong]) == 3
        assert capsys.readouterr().err.strip()
    assert main(["spread", str(tmp_path / "nowhere"), "--frame", "1"]) == 3


def test_a_clip_that_has_moved_is_asked_for(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=3)
    (tmp_path / "plate").rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="--clip"):
        run_to_end(spread(SpreadRequest(reader.folder, 1002)))
    run_to_end(spread(SpreadRequest(reader.folder, 1002, clip=tmp_path / "elsewhere")))
