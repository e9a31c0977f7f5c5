from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.correct.areas import Drawn, place
from engine.domain.parts import PartSet
from engine.domain.settings import SegmentSettings
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.media.label_png import write_label_png
from engine.results.edits import EditStore, FrameEdit
from engine.results.folder import ResultReader
from engine.results.review import Review, read_review, write_review
from tests.engine.cli.small_clip import HEIGHT, PARTS, WIDTH, write_small_clip


@pytest.fixture
def request_(tmp_path: Path) -> SegmentRequest:
    made = write_small_clip(tmp_path)
    request = SegmentRequest(
        made / "plate",
        tmp_path / "v001",
        anchors=made / "anchors",
        parts=PARTS,
        cuts="none",
        settings=SegmentSettings(preset="draft", device="cpu"),
    )
    run_to_end(segment(request))
    return request


def corrected(result: Path, frame: int) -> None:
    edit = FrameEdit.empty((HEIGHT, WIDTH))
    edit.labels[40:60, 60:90], edit.coverage[40:60, 60:90] = 2, 255
    EditStore(result).write(f"shot.{frame}", edit)


def test_a_locked_frame_comes_back_to_the_bit_and_leads_its_neighbours(
    request_: SegmentRequest, tmp_path: Path
) -> None:
    corrected(request_.out, 1003)
    write_review(request_.out, Review(shot_note="approved").locking([1003]))
    old = ResultReader(request_.out)
    run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out)))
    new = ResultReader(tmp_path / "v002")
    assert (new.final(1003)[1] == old.final(1003)[1]).all()
    assert (new.final(1003)[0].values == old.final(1003)[0].values).all()
    assert (new.final(1004)[1] == 2)[45:55, 65:85].mean() > 0.9
    assert not (old.final(1004)[1] == 2)[45:55, 65:85].any()
    again = run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out)))
    assert again.frames == old.numbers


def test_a_locked_part_stays_while_the_rest_of_the_frame_is_done_again(
    request_: SegmentRequest, tmp_path: Path
) -> None:
    write_review(request_.out, Review().locking([1004], 1))
    old = ResultReader(request_.out)
    only_right = request_.anchors
    assert only_right is not None
    run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out)))
    new = ResultReader(tmp_path / "v002")
    assert ((new.labels(1004) == 1) == (old.labels(1004) == 1)).all()
    assert new.record.frames[1004].state == "done"


def test_locked_frames_alone_are_enough_to_go_by(request_: SegmentRequest, tmp_path: Path) -> None:
    write_review(request_.out, Review().locking([1001, 1006]))
    old = ResultReader(request_.out)
    run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out, anchors=None, parts=None)))
    new = ResultReader(tmp_path / "v002")
    assert (new.labels(1001) == old.labels(1001)).all()
    assert np.mean(new.labels(1003) == old.labels(1003)) > 0.97


def test_a_base_with_other_parts_is_a_sentence(request_: SegmentRequest, tmp_path: Path) -> None:
    write_review(request_.out, Review().locking([1003]))
    other = PartSet.from_names(["left", "wrong"])
    with pytest.raises(InputError, match="other parts"):
        run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out, parts=other)))


def test_frames_that_were_not_asked_for_stay_for_a_later_run(request_: SegmentRequest, tmp_path: Path) -> None:
    from engine.domain.frames import FrameRange

    some = replace(request_, out=tmp_path / "v003", only=FrameRange(1002, 1004))
    assert run_to_end(segment(some)).frames == (1002, 1003)
    assert run_to_end(segment(replace(some, only=None))).frames == tuple(range(1001, 1007))


def test_a_run_again_carries_areas_notes_and_hand_corrections_over(request_: SegmentRequest, tmp_path: Path) -> None:
    corrected(request_.out, 1003)
    corrected(request_.out, 1005)
    old = ResultReader(request_.out)
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[:, : WIDTH // 2] = True
    place(old, Drawn("never", 1, 1004, {1004: mask}), old.numbers)
    review = read_review(request_.out)
    write_review(request_.out, review.noting(1004, "edge pops").noting(None, "hero shot"))
    anchors = tmp_path / "more"
    shutil.copytree(request_.anchors or tmp_path, anchors)
    write_label_png(anchors / "shot.1005.png", old.labels(1005), PARTS)
    run_to_end(segment(replace(request_, anchors=anchors, out=tmp_path / "v002", earlier=request_.out)))
    new = ResultReader(tmp_path / "v002")
    assert (new.labels(1004)[mask] == 1).any()
    assert not (new.final(1004)[1][mask] == 1).any()
    assert (new.final(1003)[1] == 2)[40:60, 60:90].all()
    assert np.array_equal(new.final(1005)[1], old.labels(1005))
    again = read_review(new.folder)
    assert (again.notes, again.shot_note) == ({1004: "edge pops"}, "hero shot")
    write_review(new.folder, again.noting(None, "mine"))
    run_to_end(segment(replace(request_, anchors=anchors, out=tmp_path / "v002", earlier=request_.out)))
    assert read_review(new.folder).shot_note == "mine"


def test_areas_hold_on_locked_frames_that_come_back(request_: SegmentRequest, tmp_path: Path) -> None:
    old = ResultReader(request_.out)
    place(old, Drawn("never", 1, 1004, {1004: np.ones((HEIGHT, WIDTH), bool)}), [1003])
    write_review(request_.out, read_review(request_.out).locking([1003]))
    run_to_end(segment(replace(request_, out=tmp_path / "v002", base=request_.out)))
    new = ResultReader(tmp_path / "v002")
    assert not (new.final(1003)[1] == 1).any()
    assert (new.final(1003)[0].values == old.final(1003)[0].values).all()
