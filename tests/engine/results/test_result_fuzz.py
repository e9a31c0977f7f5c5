"""Results from strangers: record, locks, areas, scores, corrections and stamps are read or refused in a sentence."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.batch.bringing import bring_result
from engine.batch.report import worst_frame
from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.results.edits import EDITS_FOLDER, FrameEdit
from engine.results.folder import LABELS_FOLDER, SCORES_FOLDER, ResultReader, ResultWriter
from engine.results.record import RECORD_NAME, read_record, write_record
from engine.results.review import REVIEW_NAME, Review, read_review, write_review
from engine.results.scores_file import read_scores
from tests.engine.hostile import (
    BAD_NAMES,
    as_json,
    contents,
    damaged,
    few,
    memory_below,
    mutated,
    nothing_written_outside,
    replaced,
    told,
    values,
)

SIDE = 8
PARTS = PartSet.from_names(["body", "wheel"])


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """A result of two frames with a correction, a lock, an area and notes."""
    folder = tmp_path / "result"
    clip = {"name": "sh", "path": "/plates/sh.mov", "width": SIDE, "height": SIDE, "frames": [1, 2]}
    writer = ResultWriter.open(
        folder, fingerprint={"clip": "x"}, parts=PARTS, clip=clip, stems={1: "000001", 2: "000002"}
    )
    for number in (1, 2):
        scores = np.zeros((3, SIDE, SIDE), np.float32)
        scores[number] = 1
        writer.write(
            f"{number:06d}",
            FrameScores(number, scores, (1, 2), PlateMap(1.0, 1.0), (0.5, 0.6), "made up", "done"),
            np.full((SIDE, SIDE), number, np.uint8),
        )
    writer.save()
    ResultReader(folder).edits.write(
        "000001", FrameEdit(np.full((SIDE, SIDE), 2, np.uint8), np.full((SIDE, SIDE), 255, np.uint8))
    )
    area = {"id": "a1", "kind": "never", "part": 1, "frame": 1, "moving": False, "frames": [[1, 2]], "kept": {}}
    write_review(folder, Review().locking([1]).locking([2], 1).noting(1, "look").noting(None, "shot"))
    table = json.loads((folder / REVIEW_NAME).read_text(encoding="utf-8"))
    (folder / REVIEW_NAME).write_text(json.dumps({**table, "areas": [area]}), encoding="utf-8")
    return folder


def _use(result: Path) -> None:
    """Does with a result what showing, exporting and opening it from the shot list does."""
    told(lambda: read_review(result))
    reader = told(lambda: ResultReader(result))
    if reader is None:
        return
    for number in reader.numbers:
        told(lambda number=number: reader.labels(number))
        told(lambda number=number: reader.final(number))
    told(lambda: worst_frame(result, None))
    told(lambda: worst_frame(result, "wheel"))
    told(lambda: write_record(result.parent / "again", reader.record))


@given(data=st.data())
@few
def test_a_mutated_record_is_a_sentence_or_a_record(result: Path, data: st.DataObject) -> None:
    whole = (result / RECORD_NAME).read_bytes()
    document: Any = json.loads(whole)
    content = data.draw(st.one_of(mutated(document).map(as_json), values.map(as_json), contents, damaged(whole)))
    with replaced(result / RECORD_NAME, content), nothing_written_outside(result.parent):
        _use(result)


@given(data=st.data())
@few
def test_mutated_locks_areas_and_notes_are_a_sentence_or_decisions(result: Path, data: st.DataObject) -> None:
    whole = (result / REVIEW_NAME).read_bytes()
    document: Any = json.loads(whole)
    content = data.draw(st.one_of(mutated(document).map(as_json), values.map(as_json), contents, damaged(whole)))
    with replaced(result / REVIEW_NAME, content), nothing_written_outside(result.parent):
        review = told(lambda: read_review(result))
        _use(result)
        if review is not None:
            told(lambda: write_review(result, review))


def test_an_area_on_all_frames_there_are_numbers_for_takes_no_memory(result: Path) -> None:
    table = json.loads((result / REVIEW_NAME).read_text(encoding="utf-8"))
    for frames in ([[0, 10**12]], [[0, 10**7]] * 50):
        table["areas"][0]["frames"] = frames
        (result / REVIEW_NAME).write_text(json.dumps(table), encoding="utf-8")
        with memory_below(200):
            assert told(lambda: read_review(result)) is None


@pytest.mark.parametrize("folder", [LABELS_FOLDER, SCORES_FOLDER, EDITS_FOLDER])
@given(data=st.data())
@few
def test_damaged_frames_are_a_sentence(result: Path, folder: str, data: st.DataObject) -> None:
    path = next((result / folder).glob("000001.*"))
    whole = path.read_bytes()
    content = data.draw(st.one_of(damaged(whole), contents, st.binary(max_size=60)))
    with replaced(path, content), nothing_written_outside(result.parent):
        _use(result)


@given(data=st.data())
@few
def test_scores_with_a_hostile_note_or_array_are_a_sentence_or_scores(result: Path, data: st.DataObject) -> None:
    path = result / SCORES_FOLDER / "000001.npz"
    whole = path.read_bytes()
    with np.load(io.BytesIO(whole)) as arrays:
        note, stored = json.loads(bytes(arrays["note"])), dict(arrays)
    stored["note"] = np.frombuffer(as_json(data.draw(mutated(note))), np.uint8)
    shape = data.draw(st.sampled_from([(3, 8, 8), (0, 8, 8), (3, 0, 8), (8, 8), (3,), (200, 2, 2), (3, 1, 1)]))
    kind = data.draw(st.sampled_from(["u1", "u1", "f4", "f8", "i8", "?", "c8", "S3"]))
    stored["scores"] = np.zeros(shape, kind)
    stored["to_plate"] = np.array(data.draw(st.lists(st.floats(), min_size=3, max_size=5)))
    made = io.BytesIO()
    np.savez(made, **stored)
    with replaced(path, made.getvalue()):
        _use(result)


def test_archives_that_unpack_to_more_than_memory_are_refused(result: Path) -> None:
    path = result / SCORES_FOLDER / "000001.npz"
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 2**31)  # the size that the directory tells
    with replaced(path, bytes(content)), memory_below(64):
        assert told(lambda: read_scores(path)) is None


def test_labels_of_a_size_that_no_plate_has_are_refused_before_they_are_unpacked(result: Path) -> None:
    bomb = result / LABELS_FOLDER / "000001.png"
    picture = Image.new("P", (1, 1))
    picture.save(bomb)
    data = bytearray(bomb.read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    bomb.write_bytes(bytes(data))
    with memory_below(64):
        _use(result)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_stems_that_lead_out_of_the_folder_are_refused(result: Path, name: str) -> None:
    table = json.loads((result / RECORD_NAME).read_text(encoding="utf-8"))
    table["frames"]["1"]["stem"] = name
    (result / RECORD_NAME).write_bytes(as_json(table))
    with nothing_written_outside(result.parent):
        record = told(lambda: read_record(result))
        if record is not None:
            assert (result / LABELS_FOLDER / f"{record.frames[1].stem}.png").parent == result / LABELS_FOLDER
        _use(result)


def test_links_among_the_files_of_a_result_are_not_brought_along(result: Path, tmp_path: Path) -> None:
    (tmp_path / "diary.png").write_bytes(b"mine")
    (result / LABELS_FOLDER / "000009.png").symlink_to(tmp_path / "diary.png")
    bring_result(result, tmp_path / "v001")
    assert sorted(path.name for path in (tmp_path / "v001" / LABELS_FOLDER).iterdir()) == ["000001.png", "000002.png"]
    assert np.array_equal(ResultReader(tmp_path / "v001").labels(2), ResultReader(result).labels(2))
