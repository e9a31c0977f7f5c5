from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.api.diff import DiffRequest, diff
from engine.correct.corrections import Corrections
from engine.correct.diff import keep_old
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.review import read_review, write_review
from tests.engine.correct.moving_result import write_moving


@pytest.fixture
def versions(tmp_path: Path) -> tuple[ResultReader, ResultReader]:
    """Two versions: in the new one the lid of 1003 is disc, and half of it on 1005."""
    old, truth = write_moving(tmp_path, count=6, missing_lid=False)
    shutil.copytree(old.folder, tmp_path / "v002")
    new = ResultReader(tmp_path / "v002")
    for frame, rows in ((1003, slice(None)), (1005, slice(0, 26))):
        edit = FrameEdit.empty(truth[frame].shape)
        lid = truth[frame] == 2
        lid[[row for row in range(64) if row not in range(64)[rows]]] = False
        edit.labels[lid], edit.coverage[lid] = 1, 255
        Corrections(new).correct(frame, edit)
    return old, new


def test_changed_frames_come_most_changed_first_with_the_parts_that_changed(
    versions: tuple[ResultReader, ResultReader],
) -> None:
    old, new = versions
    found = run_to_end(diff(DiffRequest(old.folder, new.folder)))
    assert found.compared == 6
    assert [row.frame for row in found.frames] == [1003, 1005]
    assert found.frames[0].parts["lid"] == 1
    before, after = old.final(1005)[1] == 2, new.final(1005)[1] == 2
    assert found.frames[1].parts["lid"] == pytest.approx((before ^ after).sum() / (before | after).sum())
    assert run_to_end(diff(DiffRequest(old.folder, old.folder))).frames == ()


def test_what_is_rejected_shows_as_before_the_old_result_is_untouched_and_undo_brings_the_new_back(
    versions: tuple[ResultReader, ResultReader],
) -> None:
    old, new = versions
    files = {p: p.read_bytes() for p in old.folder.rglob("*") if p.is_file()}
    rerun = {frame: new.final(frame)[1] for frame in new.numbers}
    change = keep_old(old, new, [1003])
    assert np.array_equal(new.final(1003)[1], old.final(1003)[1])
    assert np.array_equal(new.final(1005)[1], rerun[1005])
    assert {p: p.read_bytes() for p in old.folder.rglob("*") if p.is_file()} == files
    change.revert()
    assert all(np.array_equal(new.final(frame)[1], rerun[frame]) for frame in new.numbers)


def test_a_locked_frame_keeps_the_new_matte_and_says_so(versions: tuple[ResultReader, ResultReader]) -> None:
    old, new = versions
    write_review(new.folder, read_review(new.folder).locking([1005]))
    with pytest.raises(InputError, match="1005 is locked"):
        keep_old(old, new, [1003, 1005])
    assert not np.array_equal(new.final(1003)[1], old.final(1003)[1])
