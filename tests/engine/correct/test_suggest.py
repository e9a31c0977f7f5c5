from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.api.suggest import SuggestRequest, suggest
from engine.cli.main import main
from engine.correct.suggest import part_doubts
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.jobs import run_to_end
from engine.results.folder import ResultWriter
from engine.results.review import read_review, write_review
from tests.engine.correct.moving_result import write_moving

SURE = (0.97, 0.97)


def test_doubt_is_the_share_of_a_part_that_might_be_something_else() -> None:
    values = np.zeros((3, 1, 8), np.float32)
    values[1, 0, :4], values[2, 0, 4:] = 1, 1
    values[:, 0, 3] = (0.4, 0.6, 0.0)
    scores = FrameScores(1, values, (1, 2), PlateMap(1, 1), (1.0, 1.0), "")
    assert part_doubts(scores, PartSet.from_names(["a", "b"])) == {"a": 0.25, "b": 0.0}


def make_doubtful(folder: Path, frame: int) -> None:
    from engine.results.folder import ResultReader

    reader = ResultReader(folder)
    scores, labels = reader.final(frame)
    unsure = scores.values.copy()
    inside = unsure[1] > 0.9
    unsure[:, inside] = np.array([0.4, 0.6, 0.0], np.float32)[:, None]
    writer = ResultWriter(folder, reader.record)
    stem = reader.record.frames[frame].stem
    changed = FrameScores(frame, unsure, scores.part_ids, scores.to_plate, (0.2, 0.2), "unsure")
    writer.write(stem, changed, labels)
    writer.save()


def test_the_frame_in_doubt_comes_first_and_says_so(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, painted=(1001, 1009), confidence=SURE)
    make_doubtful(reader.folder, 1006)
    found = run_to_end(suggest(SuggestRequest((reader.folder,), 2))).frames
    assert found[0].frame == 1006
    assert "'disc' is unsure" in found[0].reason


def test_painted_and_locked_frames_are_never_suggested(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, painted=(1001, 1002))
    write_review(reader.folder, read_review(reader.folder).locking([1003, 1004, 1005]))
    found = run_to_end(suggest(SuggestRequest((reader.folder,), 9))).frames
    assert found
    assert not {row.frame for row in found} & {1001, 1002, 1003, 1004, 1005}


def test_the_frame_that_helps_most_lies_amid_what_is_bad_and_two_share_it_between_them(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, painted=(1001,), missing_lid=False, confidence=(0.5, 0.5))
    alone = run_to_end(suggest(SuggestRequest((reader.folder,), 1))).frames
    assert alone[0].frame in (1005, 1006)
    assert "helps 1001-1009: " in alone[0].reason
    assert "frames from painted frame 1001" in alone[0].reason
    both = sorted(row.frame for row in run_to_end(suggest(SuggestRequest((reader.folder,), 2))).frames)
    assert 1002 <= both[0] <= 1004
    assert 1006 <= both[1] <= 1008


def test_paint_does_not_help_across_a_cut(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, painted=(1001,), cuts=(1004,), confidence=(0.5, 0.5))
    both = sorted(row.frame for row in run_to_end(suggest(SuggestRequest((reader.folder,), 2))).frames)
    assert both[0] in (1002, 1003)
    assert both[1] in (1006, 1007)


def test_several_results_are_ranked_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calm, _ = write_moving(tmp_path / "calm", painted=(1001, 1005, 1009), confidence=SURE)
    other, _ = write_moving(tmp_path / "other", painted=(1001, 1005, 1009), confidence=SURE)
    make_doubtful(other.folder, 1003)
    assert main(["suggest", str(calm.folder), str(other.folder), "--count", "1", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert "1003" in json.dumps(last)
    assert str(other.folder) in json.dumps(last)
    assert main(["suggest", str(tmp_path)]) == 3
    assert main(["suggest", str(calm.folder), "--count", "0"]) == 3
