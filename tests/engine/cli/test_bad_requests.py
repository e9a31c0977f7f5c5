from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.export import ExportRequest, export
from engine.api.summary import SegmentSummary
from engine.api.train import check_profile_target
from engine.cli import evaluate
from engine.cli.main import main
from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.jobs import Message
from engine.mattes.naming import FileNames
from engine.results.record import FrameRecord, ResultRecord, write_record

PARTS = PartSet.from_names(["left"])


def write_result(folder: Path) -> Path:
    facts = {"name": "shot", "path": "shot", "width": 4, "height": 4, "colour_space": "srgb"}
    write_record(folder, ResultRecord({}, PARTS, facts, {1: FrameRecord("shot.0001", "done", {"left": 1.0})}))
    return folder


def test_a_fault_of_the_program_is_a_sentence_and_exit_code_8(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(evaluate, "run", broken)
    assert main(["evaluate", "--truth", "a", "--result", "b"]) == 8
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("smite-studio: A fault of the program itself (ZeroDivisionError: by nothing).")


@pytest.mark.parametrize(
    ("format_name", "pattern"),
    [("png", "{part}.{frame}"), ("png", "{part}.{frame}.exr"), ("labels", "{frame}.tif"), ("overlay", "{shot}.mov")],
)
def test_a_pattern_that_promises_another_format_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_name: str, pattern: str
) -> None:
    result = write_result(tmp_path / "result")
    out = tmp_path / "out"
    command = ["export", str(result), "--out", str(out), "--format", format_name, "--pattern", pattern]
    assert main(command) == 3
    assert f"The files of --format {format_name} end in" in capsys.readouterr().err
    assert not out.exists()


def test_an_export_of_a_stopped_run_names_the_frames_that_it_lacks(tmp_path: Path) -> None:
    facts = {"name": "shot", "path": "shot", "width": 4, "height": 4, "colour_space": "srgb", "frames": [1, 2, 3, 4]}
    frames = {number: FrameRecord(f"shot.{number}", "done", {"left": 1.0}) for number in (1, 2)}
    write_record(tmp_path, ResultRecord({}, PARTS, facts, frames))
    for wanted, lacking in ((None, "3-4"), (FrameRange(2, 4), "3")):
        job = export(ExportRequest(tmp_path, tmp_path / "out", frame_range=wanted))
        said = next(job)
        job.close()
        assert isinstance(said, Message)
        assert said.level == "warning"
        assert said.text.startswith(f"The result lacks the frames {lacking}:")


@pytest.mark.parametrize("pattern", ["{part}.{frame:abc}.png", "{part}.{frame.png", "{part}.frame}.png"])
def test_braces_without_a_token_are_named_as_such(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(InputError, match="braces that hold no token"):
        FileNames(tmp_path, pattern, "shot")


def test_a_profile_target_that_cannot_be_written_is_found_before_learning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        check_profile_target(tmp_path / "file" / "car.safetensors", overwrite=False)


def test_looking_whether_a_profile_can_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    old = tmp_path / "car.safetensors"
    old.write_bytes(b"old")
    check_profile_target(old, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["car.safetensors"]
    assert old.read_bytes() == b"old"


def test_a_part_map_without_a_profile_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "x1.png")
    command = ["segment", str(tmp_path), "--anchors", str(tmp_path), "--map", "a=b", "--out", str(tmp_path / "out")]
    assert main(command) == 3
    assert "needs --profile" in capsys.readouterr().err


@pytest.mark.parametrize(("frames", "words"), [((7,), "Segmented 1 frame ("), ((7, 8), "Segmented 2 frames (")])
def test_one_frame_is_not_called_frames(tmp_path: Path, frames: tuple[int, ...], words: str) -> None:
    assert SegmentSummary(tmp_path, frames, {}, {}, ()).to_text().startswith(words)
