from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.domain.parts import PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.results.folder import ResultReader, ResultWriter
from engine.results.record import RECORD_NAME
from engine.results.stamps import frame_stamp

PARTS = PartSet.from_names(["wheel"])
CLIP = {"name": "shot", "path": "/x/shot.mov", "width": 12, "height": 8, "rate": "24", "colour_space": "srgb"}
STEMS = {number: f"shot.{number}" for number in range(1001, 1011)}


def write(writer: ResultWriter, frame: int, state: str = "done", label: int = 1) -> None:
    values = np.full((2, 8, 12), 0.5, np.float32)
    scores = FrameScores(frame, values, (1,), PlateMap(1, 1), (0.5,), "because", state)  # type: ignore[arg-type]
    writer.write(STEMS[frame], scores, np.full((8, 12), label, np.uint8))


def open_writer(folder: Path) -> ResultWriter:
    return ResultWriter.open(folder, fingerprint={"clip": "a"}, parts=PARTS, clip=CLIP, stems=STEMS)


def test_frames_finished_after_the_record_was_written_are_read_and_nothing_is_changed(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    write(writer, 1001, state="draft")
    writer.save()
    before = (tmp_path / "r" / RECORD_NAME).read_bytes()
    write(writer, 1001)
    write(writer, 1002)
    reader = ResultReader(tmp_path / "r")  # the writer was killed before its next save
    assert reader.numbers == (1001, 1002)
    assert [frame.state for frame in reader.record.frames.values()] == ["done", "done"]
    assert reader.final(1002)[1].max() == 1
    assert (tmp_path / "r" / RECORD_NAME).read_bytes() == before


def test_half_a_frame_is_not_taken_for_one(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    write(writer, 1001)
    write(writer, 1002)
    write(writer, 1003)
    (tmp_path / "r/labels/shot.1002.png").unlink()
    (tmp_path / "r/scores/shot.1003.npz").write_bytes(b"cut off")
    assert ResultReader(tmp_path / "r").numbers == (1001,)


def test_a_stamp_changes_with_the_frame_its_edits_and_the_areas_and_with_nothing_else(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "r")
    for frame in (1001, 1002):
        write(writer, frame)
    writer.save()
    reader = ResultReader(tmp_path / "r")
    stamps = [frame_stamp(reader, 1001)]
    (tmp_path / "r/review.json").write_text('{"notes": "fine"}')
    write(writer, 1002, label=0)
    assert frame_stamp(reader, 1001) == stamps[0]
    write(writer, 1001, label=0)
    stamps.append(frame_stamp(reader, 1001))
    (tmp_path / "r/edits").mkdir()
    (tmp_path / "r/edits/shot.1001.png").write_bytes(b"an edit")
    stamps.append(frame_stamp(reader, 1001))
    (tmp_path / "r/review.json").write_text('{"areas": [1]}')
    stamps.append(frame_stamp(reader, 1001))
    assert len(set(stamps)) == 4
