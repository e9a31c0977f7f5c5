from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.jobs import run_to_end
from engine.media.label_png import read_label_png
from engine.project_io.run_inputs import (
    MadeFrom,
    file_digest,
    locks_digest,
    painted_and_parts_digest,
    painted_digest,
    write_anchors,
)
from engine.project_io.run_marks import RunMark, mark_begun, mark_ended, read_mark
from engine.results.review import Review, write_review

PARTS = PartSet.from_names(["left", "right"])
LABELS = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
COVERAGE = np.full((3, 4), 200, np.uint8)


def test_one_pixel_of_labels_or_coverage_is_another_digest() -> None:
    other = LABELS.copy()
    other[2, 3] = 1
    softer = COVERAGE.copy()
    softer[0, 0] = 199
    digests = [painted_digest(p) for p in (Painted(LABELS), Painted(other), Painted(LABELS, COVERAGE))]
    digests.append(painted_digest(Painted(LABELS, softer)))
    assert len(set(digests)) == 4
    assert painted_digest(Painted(LABELS.copy(), COVERAGE.copy())) == digests[2]


def test_frames_and_part_names_count_but_order_of_frames_does_not() -> None:
    first = painted_and_parts_digest({1001: "a", 1008: "b"}, PARTS)
    assert first == painted_and_parts_digest({1008: "b", 1001: "a"}, PARTS)
    assert first != painted_and_parts_digest({1002: "a", 1008: "b"}, PARTS)
    assert first != painted_and_parts_digest({1001: "a", 1008: "b"}, PartSet.from_names(["left", "rigth"]))


def test_what_a_version_is_made_from_comes_back_as_it_was_kept() -> None:
    made_from = MadeFrom("a", "", "c", "")
    assert MadeFrom.parse(str(made_from)) == made_from
    assert MadeFrom.parse("") is None
    assert MadeFrom.parse("an older digest") is None


def test_a_file_that_was_written_again_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "car.safetensors"
    missing = file_digest(path)
    path.write_bytes(b"one")
    first = file_digest(path)
    path.write_bytes(b"more")
    assert len({missing, first, file_digest(path)}) == 3


def test_locks_and_corrections_count_but_notes_do_not(tmp_path: Path) -> None:
    assert locks_digest(tmp_path) == ""
    review = Review().locking([1004])
    write_review(tmp_path, review)
    first = locks_digest(tmp_path)
    write_review(tmp_path, review.noting(1004, "nice"))
    assert locks_digest(tmp_path) == first != ""
    write_review(tmp_path, review.locking([1005], 2))
    second = locks_digest(tmp_path)
    (tmp_path / "edits").mkdir()
    (tmp_path / "edits/shot.1004.png").write_bytes(b"x")
    assert len({first, second, locks_digest(tmp_path)}) == 3


def test_anchors_are_written_as_they_were_painted_and_only_once(tmp_path: Path) -> None:
    painted, stems = {1001: Painted(LABELS, COVERAGE), 1003: Painted(LABELS.T.copy())}, {1001: "s.1001", 1003: "s.1003"}
    folder = run_to_end(write_anchors(tmp_path / "anchors", painted, stems, PARTS))
    np.testing.assert_array_equal(read_label_png(folder / "s.1001.png"), LABELS)
    when = (folder / "s.1001.png").stat().st_mtime_ns
    run_to_end(write_anchors(folder, painted, stems, PARTS))
    assert (folder / "s.1001.png").stat().st_mtime_ns == when


def test_anchors_that_a_kill_left_half_written_are_written_again(tmp_path: Path) -> None:
    painted, stems = {1001: Painted(LABELS), 1003: Painted(LABELS)}, {1001: "s.1001", 1003: "s.1003"}
    writing = write_anchors(tmp_path, painted, stems, PARTS)
    next(writing)
    next(writing)
    writing.close()
    assert not (tmp_path / "s.1003.png").exists()
    run_to_end(write_anchors(tmp_path, painted, stems, PARTS))
    assert (tmp_path / "s.1003.png").exists()


@pytest.mark.parametrize("only", [None, FrameRange(1001, 1050)])
def test_a_mark_comes_back_until_the_run_has_ended(tmp_path: Path, only: FrameRange | None) -> None:
    mark = RunMark("v003", only, {"preset": "draft", "profile": None})
    assert read_mark(tmp_path, "c1") is None
    mark_begun(tmp_path, "c1", mark)
    assert read_mark(tmp_path, "c1") == mark
    mark_ended(tmp_path, "c1")
    mark_ended(tmp_path, "c1")
    assert read_mark(tmp_path, "c1") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "v1", "only": [5, 1], "choice": {}}', '{"version": 1'])
def test_a_damaged_mark_is_none(tmp_path: Path, text: str) -> None:
    mark_begun(tmp_path, "c1", RunMark("v001", None, {}))
    (tmp_path / "results/c1/running.json").write_text(text)
    assert read_mark(tmp_path, "c1") is None
