from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError
from engine.results.areas import Area, held
from engine.results.edits import EditStore, FrameEdit, composed, score_box
from engine.results.folder import ResultReader, ResultWriter
from engine.results.resample import labels_on_plate, scores_on_plate
from engine.results.review import Review, read_review, with_locked_parts, write_review

PARTS = PartSet.from_names(["wheel", "window", "body"])
PLATE = (24, 32)


def frame_of(seed: int, number: int = 1001) -> FrameScores:
    rng = np.random.default_rng(seed)
    values = rng.dirichlet((0.4,) * 4, (8, 10)).transpose(2, 0, 1).astype(np.float32)
    return FrameScores(number, values, (1, 2, 3), PlateMap(2, 2, 6, 4), (0.9, 0.8, 0.7), "flow")


def edit_of(seed: int) -> FrameEdit:
    rng = np.random.default_rng(seed)
    edit = FrameEdit.empty(PLATE)
    top, left = rng.integers(0, 16), rng.integers(0, 20)
    rows, columns = slice(top, top + rng.integers(1, 9)), slice(left, left + rng.integers(1, 12))
    edit.labels[rows, columns] = rng.integers(0, 4)
    edit.coverage[rows, columns] = rng.integers(60, 256)
    return edit


@given(seed=st.integers(0, 10**6))
def test_only_corrected_pixels_change_and_they_show_their_label(seed: int) -> None:
    scores = frame_of(seed)
    labels = labels_on_plate(scores, PLATE)
    edit = edit_of(seed + 1)
    after, shown = composed(scores, labels, edit)
    assert (shown[edit.touched] == edit.labels[edit.touched]).all()
    assert (shown[~edit.touched] == labels[~edit.touched]).all()
    assert np.allclose(after.values.sum(axis=0), 1, atol=1e-5)
    _, stack = scores_on_plate(after, PLATE, shown)
    box, _ = scores_on_plate(after, PLATE, shown)
    ids = np.array((0, *after.part_ids))
    assert (ids[stack.argmax(axis=0)] == shown[box]).all()


@pytest.mark.parametrize("corner", [(0, 0), (23, 31), (0, 31), (23, 0)])
def test_pixels_beside_the_scores_have_no_scores_under_them(corner: tuple[int, int]) -> None:
    scores = replace(frame_of(1), values=frame_of(1).values[:, 2:6, 2:7], to_plate=PlateMap(2, 2, 10, 8))
    pixels = np.zeros(PLATE, bool)
    pixels[corner] = True
    assert scores.values[(slice(None), *score_box(pixels, scores))].size == 0
    area = Area("a1", "never", 1, scores.frame, frozenset({scores.frame}), moving=False)
    after, _ = held((scores, labels_on_plate(scores, PLATE)), area, pixels)
    assert (after.values == scores.values).all()


@given(seed=st.integers(0, 10**6))
def test_scores_whose_plate_pixels_were_not_touched_are_equal_to_the_bit(seed: int) -> None:
    scores = frame_of(seed)
    edit = FrameEdit.empty(PLATE)
    edit.labels[6:8, 8:10], edit.coverage[6:8, 8:10] = 2, 255
    after, _ = composed(scores, labels_on_plate(scores, PLATE), edit)
    assert after.to_plate == scores.to_plate
    same = np.ones(scores.values.shape[1:], bool)
    same[1, 1] = False  # the one score pixel under the edit
    assert (after.values[:, same] == scores.values[:, same]).all()
    assert after.values[2, 1, 1] == 1


def test_without_an_edit_nothing_is_composed() -> None:
    scores = frame_of(0)
    labels = labels_on_plate(scores, PLATE)
    assert composed(scores, labels, None) == (scores, labels)
    assert composed(scores, labels, FrameEdit.empty(PLATE))[0] is scores


def test_a_part_that_the_backbone_does_not_know_gets_a_channel() -> None:
    scores = replace(frame_of(0), part_ids=(1, 2, 3))
    edit = FrameEdit.empty(PLATE)
    edit.labels[2:9, 3:9], edit.coverage[2:9, 3:9] = 7, 255
    after, shown = composed(scores, labels_on_plate(scores, PLATE), edit)
    assert after.part_ids == (1, 2, 3, 7)
    assert (shown == 7).sum() == 42


def test_an_edit_of_another_plate_is_a_sentence() -> None:
    scores = frame_of(0)
    with pytest.raises(InputError, match="another plate"):
        composed(scores, labels_on_plate(scores, PLATE), replace(edit_of(1), labels=np.zeros((3, 3), np.uint8)))


def result(folder: Path, frames: int = 2) -> ResultWriter:
    stems = {1001 + n: f"shot.{1001 + n}" for n in range(frames)}
    clip = {"width": PLATE[1], "height": PLATE[0], "frames": list(stems)}
    writer = ResultWriter.open(folder, fingerprint={"a": 1}, parts=PARTS, clip=clip, stems=stems)
    for number, stem in stems.items():
        scores = frame_of(number, number)
        writer.write(stem, scores, labels_on_plate(scores, PLATE))
    writer.save()
    return writer


def test_edits_lie_beside_the_result_and_can_be_cleared_and_moved(tmp_path: Path) -> None:
    result(tmp_path / "r")
    reader = ResultReader(tmp_path / "r")
    before = reader.labels(1001).copy()
    store, edit = EditStore(tmp_path / "r"), edit_of(3)
    store.write("shot.1001", replace(edit, origin="spread from 1043"))
    assert reader.edited == (1001,)
    kept = reader.edit(1001)
    assert kept is not None
    assert (kept.labels == edit.labels).all()
    assert (kept.coverage[kept.touched] == edit.coverage[edit.touched]).all()
    assert kept.origin == "spread from 1043"
    assert (reader.labels(1001) == before).all()
    assert (reader.final(1001)[1][edit.touched] == edit.labels[edit.touched]).all()
    store.move("shot.1001", "shot.1002")
    assert reader.edited == (1002,)
    store.write("shot.1002", None)
    assert reader.edited == ()
    assert (reader.final(1001)[1] == before).all()
    with pytest.raises(InputError, match="no edit"):
        store.move("shot.1001", "shot.1002")


def test_a_damaged_edit_is_a_sentence(tmp_path: Path) -> None:
    result(tmp_path / "r")
    (tmp_path / "r/edits").mkdir()
    (tmp_path / "r/edits/shot.1001.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="result is untouched"):
        ResultReader(tmp_path / "r").final(1001)


def test_a_locked_frame_is_never_written_again(tmp_path: Path) -> None:
    writer = result(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("shot.1001.*")}
    write_review(tmp_path, Review().locking([1001]))
    stems = {1001: "shot.1001", 1002: "shot.1002"}
    writer = ResultWriter.open(tmp_path, fingerprint={"a": 1}, parts=PARTS, clip=dict(writer.record.clip), stems=stems)
    other = frame_of(99, 1001)
    writer.write("shot.1001", other, labels_on_plate(other, PLATE))
    assert {path: path.read_bytes() for path in before} == before


@given(seed=st.integers(0, 10**6), locked=st.sets(st.integers(1, 3), min_size=1, max_size=3))
def test_locked_parts_are_equal_to_the_bit_whatever_a_job_says(seed: int, locked: set[int]) -> None:
    old, new = frame_of(seed), replace(frame_of(seed + 1), to_plate=PlateMap(2.5, 2.5, 4, 2))
    old_labels = labels_on_plate(old, PLATE)
    mixed, labels = with_locked_parts((new, labels_on_plate(new, PLATE)), (old, old_labels), frozenset(locked))
    for part in locked:
        assert ((labels == part) == (old_labels == part)).all()
        index = old.part_ids.index(part) + 1
        top, left = (round(o / 2) for o in (old.to_plate.offset_y, old.to_plate.offset_x))
        inside = mixed.values[index, top : top + 8, left : left + 10]
        assert (inside == old.values[index]).all()
    assert np.allclose(mixed.values.sum(axis=0), 1, atol=1e-5)
    assert (mixed.values >= 0).all()


@given(
    frames=st.frozensets(st.integers(0, 2000), max_size=4),
    parts=st.dictionaries(st.integers(0, 2000), st.frozensets(st.integers(1, 9), min_size=1, max_size=3), max_size=3),
    note=st.text(min_size=1, max_size=20).map(str.strip).filter(bool),
)
def test_locks_and_notes_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, frames: frozenset[int], parts: dict[int, frozenset[int]], note: str
) -> None:
    folder = tmp_path_factory.mktemp("review")
    areas = (Area("a1", "never", 2, 1, frozenset({1, 2, 5}), moving=True, kept={2: frozenset({1})}),)
    review = Review(frames, parts, areas, {3: frozenset({2})}, {7: note}, note, {"later": [1]})
    write_review(folder, review)
    assert read_review(folder) == review


def test_locking_is_undone_by_unlocking() -> None:
    review = Review().locking([1, 2]).locking([2, 3], 5)
    assert review.is_locked(1)
    assert review.is_locked(3, 5)
    assert not review.is_locked(3, 4)
    assert review.unlocking([1, 2, 3], 5).unlocking([1, 2]) == Review()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 99}', '{"schema_version": 1, "frames": "x"}'])
def test_locks_that_cannot_be_read_stop_the_work_instead_of_being_lost(tmp_path: Path, text: str) -> None:
    (tmp_path / "review.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="Nothing was changed"):
        read_review(tmp_path)
