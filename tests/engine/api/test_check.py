from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.check import CheckRequest, check
from engine.api.export import export
from engine.api.export_request import ExportRequest
from engine.cli.main import main
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.mattes.check.findings import CheckReport
from engine.mattes.options import ExrOptions, ImageOptions, LayerChoice, Output
from engine.results.folder import ResultReader
from engine.results.record import write_record
from tests.engine.mattes.small_result import FRAMES, HEIGHT, WIDTH, write_result

WITH_BACKGROUND = LayerChoice(background=True)


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    for frame in FRAMES:
        (tmp_path / "plate").mkdir(exist_ok=True)
        Image.new("RGB", (WIDTH, HEIGHT), (frame % 200, 90, 40)).save(tmp_path / f"plate/shot.{frame}.png")
    return write_result(tmp_path / "result", tmp_path / "plate")


def report_of(folder: Path, **more: object) -> CheckReport:
    return run_to_end(check(CheckRequest(folder, **more)))  # type: ignore[arg-type]


def codes(report: CheckReport) -> set[str]:
    return {finding.code for finding in report.findings if finding.level == "error"}


def test_a_whole_result_is_fit_and_watertight(result: ResultReader) -> None:
    report = report_of(result.folder)
    assert report.fit, report.to_text()
    assert report.frames == len(FRAMES)
    assert report.deviation is not None
    assert report.deviation < 1e-6


def test_a_result_with_holes_drafts_and_chatter_is_not_fit(result: ResultReader) -> None:
    record = result.record
    rows = dict(record.frames)
    rows[FRAMES[1]] = replace(rows[FRAMES[1]], state="draft", flicker={"wheel": 0.6})
    write_record(result.folder, replace(record, frames=rows, clip={**record.clip, "frames": [1000, *FRAMES]}))

    report = report_of(result.folder)
    assert codes(report) == {"missing", "unfinished", "chatter"}
    assert any(finding.frames == (1000,) for finding in report.findings)
    assert "NOT FIT" in report.to_text()


@pytest.mark.parametrize(
    "output",
    [
        Output("png"),
        Output("png", image=ImageOptions(16)),
        Output("tiff", image=ImageOptions(16)),
        Output("exr"),
        Output("exr", exr=ExrOptions("float")),
        Output("exr", exr=ExrOptions(multi_part=True)),
    ],
)
def test_what_the_program_exports_is_fit(result: ResultReader, tmp_path: Path, output: Output) -> None:
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (output,), layers=WITH_BACKGROUND)))
    report = report_of(tmp_path / "out", plate=tmp_path / "plate")
    assert report.fit, report.to_text()
    assert report.deviation is not None
    assert report.deviation <= (3 / 4096 if output.format == "exr" else 1e-9)


@pytest.fixture
def pictures(result: ResultReader, tmp_path: Path) -> Path:
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (Output("png"),), layers=WITH_BACKGROUND)))
    return tmp_path / "out"


def test_a_missing_file_is_found(pictures: Path) -> None:
    (pictures / "wheel/wheel.1002.png").unlink()
    report = report_of(pictures)
    assert "missing" in codes(report)
    assert any(finding.frames == (1002,) for finding in report.findings)


def test_a_matte_that_was_changed_by_hand_is_found(pictures: Path) -> None:
    path = pictures / "wheel/wheel.1002.png"
    with Image.open(path) as image:
        pixels = np.array(image)
    pixels[0, 0] = 77
    Image.fromarray(pixels).save(path)
    report = report_of(pictures)
    assert codes(report) == {"leaky"}
    assert report.deviation == pytest.approx(77 / 255)


def test_pictures_of_another_size_and_broken_ones_are_found(pictures: Path) -> None:
    for frame, size in ((1001, (5, 5)), (1002, None)):
        path = pictures / f"wheel/wheel.{frame}.png"
        if size:
            Image.new("L", size).save(path)
        else:
            path.write_bytes(path.read_bytes()[:60])
    assert codes(report_of(pictures)) >= {"size", "unreadable"}


def test_a_plate_with_more_frames_or_another_size_is_told(pictures: Path, tmp_path: Path) -> None:
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "plate/shot.1004.png")
    assert "missing" in codes(report_of(pictures, plate=tmp_path / "plate"))
    (tmp_path / "other").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "other/shot.1001.png")
    with pytest.raises(InputError, match="9x9"):
        report_of(pictures, plate=tmp_path / "other")


def test_the_verb_has_an_exit_code_and_a_report_for_farms(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(pictures), "--report", str(tmp_path / "qc.json")]) == 0
    assert json.loads((tmp_path / "qc.json").read_text(encoding="utf-8"))["fit"] is True
    (pictures / "wheel/wheel.1002.png").unlink()
    assert main(["check", str(pictures), "--json"]) == 7
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fit"] is False
    assert main(["check", str(tmp_path / "plate")]) == 3
