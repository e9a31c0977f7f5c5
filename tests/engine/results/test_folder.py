from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.errors import InputError, OutputError
from engine.results.folder import ResultReader, ResultWriter, set_aside
from engine.results.record import RECORD_NAME, read_record
from engine.results.scores_file import read_scores, write_scores

PARTS = PartSet.from_names(["wheel", "window"])
CLIP = {"name": "shot", "path": "/x/shot.mov", "width": 12, "height": 8, "rate": "24", "colour_space": "srgb"}
STEMS = {number: f"shot.{number}" for number in range(1001, 1011)}


def scores_for(frame: int, state: str = "done") -> FrameScores:
    rng = np.random.default_rng(frame)
    values = np.zeros((3, 8, 12), np.float32)
    values[0] = 1
    values[:, 2:5, 3:9] = rng.dirichlet((1, 1, 1), (3, 6)).transpose(2, 0, 1)
    return FrameScores(frame, values, (1, 2), PlateMap(1, 1), (0.25, 0.75), "because", state)  # type: ignore[arg-type]


def open_writer(folder: Path, **fingerprint: object) -> ResultWriter:
    return ResultWriter.open(folder, fingerprint={"clip": "a", **fingerprint}, parts=PARTS, clip=CLIP, stems=STEMS)


def write(writer: ResultWriter, frame: int, state: str = "done") -> None:
    writer.write(STEMS[frame], scores_for(frame, state), np.full((8, 12), frame % 3, np.uint8))


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r é s")
    write(writer, 1004)
    writer.set_flicker(1004, {"wheel": 0.5})
    writer.save()
    reader = ResultReader(tmp_path / "r é s")
    assert reader.numbers == (1004,)
    assert reader.parts == PARTS
    assert (reader.labels(1004) == 1004 % 3).all()
    frame = reader.record.frames[1004]
    assert (frame.confidence, frame.flicker, frame.reason) == (
        {"wheel": 0.25, "window": 0.75},
        {"wheel": 0.5},
        "because",
    )
    assert np.abs(padded(reader.scores(1004)) - scores_for(1004).values).max() <= 1 / 255


def padded(scores: FrameScores) -> np.ndarray:
    whole = np.zeros((3, 8, 12), np.float32)
    whole[0] = 1
    top, left = int(scores.to_plate.offset_y), int(scores.to_plate.offset_x)
    _, rows, columns = scores.values.shape
    whole[:, top : top + rows, left : left + columns] = scores.values
    return whole


def test_scores_are_cropped_to_where_something_is(tmp_path: Path) -> None:
    write_scores(tmp_path / "a.npz", scores_for(1))
    found = read_scores(tmp_path / "a.npz")
    assert found.values.shape == (3, 5, 8)
    assert (found.to_plate.offset_x, found.to_plate.offset_y) == (2, 1)


def test_a_killed_run_keeps_frames_that_its_record_had_not_reached(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    for frame in (1001, 1002, 1003):
        write(writer, frame)
    # No save: as after kill -9, the record on disk still lists nothing.
    assert json.loads((tmp_path / "r" / RECORD_NAME).read_text())["frames"] == {}
    again = open_writer(tmp_path / "r")
    assert again.finished() == {1001, 1002, 1003}
    assert again.record.frames[1002].reason == "because"


def test_a_frame_whose_files_are_gone_or_damaged_is_done_again(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    for frame in (1001, 1002, 1003):
        write(writer, frame)
    (tmp_path / "r/labels/shot.1001.png").unlink()
    (tmp_path / "r/scores/shot.1002.npz").write_bytes(b"PK half a file")
    assert open_writer(tmp_path / "r").finished() == {1003}


def test_temporary_files_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    write(open_writer(tmp_path / "r"), 1001)
    leftover = tmp_path / "r/labels/.shot.1002.png.0a1b2c3d.part"
    leftover.write_bytes(b"half")
    assert open_writer(tmp_path / "r").finished() == {1001}
    assert not leftover.exists()


def test_another_fingerprint_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    write(open_writer(tmp_path / "r"), 1001)
    before = (tmp_path / "r" / RECORD_NAME).read_bytes()
    with pytest.raises(OutputError, match="other settings"):
        open_writer(tmp_path / "r", settings={"preset": "best"})
    assert (tmp_path / "r" / RECORD_NAME).read_bytes() == before


def test_a_draft_never_replaces_a_finished_frame(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    write(writer, 1001)
    writer.write(STEMS[1001], scores_for(1001, "draft"), np.zeros((8, 12), np.uint8))
    assert writer.record.frames[1001].state == "done"
    assert (ResultReader(tmp_path / "r").folder / "labels/shot.1001.png").exists()


def test_drafts_are_done_again_on_resume(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    write(writer, 1001, "draft")
    writer.save()
    assert open_writer(tmp_path / "r").finished() == frozenset()


def test_overwriting_keeps_every_previous_result_beside(tmp_path: Path) -> None:
    for count in (1, 2):
        write(open_writer(tmp_path / "r"), 1000 + count)
        assert set_aside(tmp_path / "r") == tmp_path / f"r.previous-{count}"
    assert ResultReader(tmp_path / "r.previous-2").folder.is_dir()
    assert not (tmp_path / "r").exists()


def test_a_folder_with_other_things_is_never_moved_or_filled(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(OutputError, match="holds no result"):
        set_aside(tmp_path)
    with pytest.raises(OutputError, match="holds no result"):
        open_writer(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["holiday.jpg"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema_version": 1, "frames": {"1": {"stem": "../../x"}}}'])
def test_a_damaged_record_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD_NAME).write_text(text)
    with pytest.raises(InputError, match="is damaged"):
        read_record(tmp_path)


def test_a_record_cannot_name_files_outside_its_folder(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    write(writer, 1001)
    writer.save()
    path = tmp_path / "r" / RECORD_NAME
    path.write_text(path.read_text().replace('"shot.1001"', '"../secret"'))
    with pytest.raises(InputError, match="no file stem"):
        read_record(tmp_path / "r")


def test_a_newer_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / RECORD_NAME).write_text('{"schema_version": 99}')
    with pytest.raises(InputError, match="newer version"):
        read_record(tmp_path)
