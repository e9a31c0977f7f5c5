from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
import pytest
from PIL import Image

from engine.api.check import CheckRequest, check
from engine.api.export import export
from engine.api.export_request import ExportRequest
from engine.cli.main import main
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.mattes.check.findings import CheckReport
from engine.mattes.check.settings import CheckLimits
from engine.mattes.options import ExrOptions, ImageOptions, LayerChoice, Naming, Output
from engine.results.folder import ResultReader
from engine.results.record import write_record
from tests.engine.mattes.small_result import (
    FRAMES,
    HEIGHT,
    WIDTH,
    soft_scores,
    steady_scores,
    write_image,
    write_result,
)

WITH_BACKGROUND = LayerChoice(background=True)


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    for frame in FRAMES:
        (tmp_path / "plate").mkdir(exist_ok=True)
        Image.new("RGB", (WIDTH, HEIGHT), (frame % 200, 90, 40)).save(tmp_path / f"plate/shot.{frame}.png")
    return write_result(tmp_path / "result", tmp_path / "plate", scores_of=steady_scores)


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


EVERYTHING = ("cryptomatte", "labels", "cutout", "prores", "ffv1", "review", "coco", "yolo", "exr", "nuke")


@pytest.fixture
def all_formats(result: ResultReader, tmp_path: Path) -> Path:
    outputs = tuple(Output.from_json(name) for name in EVERYTHING)
    run_to_end(export(ExportRequest(result.folder, tmp_path / "all", outputs)))
    return tmp_path / "all"


def test_files_of_every_format_are_looked_for_and_into(all_formats: Path) -> None:
    assert report_of(all_formats).fit, report_of(all_formats).to_text()
    broken = {
        "sh_crypto.1002.exr": "unreadable",
        "labels/sh.1001.png": "unreadable",
        "sh_coco.json": "unreadable",
        "sh_review.mp4": "unreadable",
    }
    for name in broken:
        (path,) = list(all_formats.glob(name.replace("sh", "shot")))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    (all_formats / "shot_wheel.mkv").unlink(missing_ok=True)
    gone = next(all_formats.glob("cutout/**/*.png"))
    gone.unlink()
    report = report_of(all_formats)
    texts = " ".join(finding.text for finding in report.findings)
    for name in broken:
        assert Path(name.replace("sh", "shot")).name in texts, report.to_text()
    assert gone.name in texts


def test_a_movie_that_is_too_short_is_told_with_its_lengths(all_formats: Path) -> None:
    sidecar = next(all_formats.glob("*.mattes.json"))
    table = json.loads(sidecar.read_text(encoding="utf-8"))
    for row in table["formats"]:
        row["frames"]["1004"] = 1004
    sidecar.write_text(json.dumps(table), encoding="utf-8")
    report = report_of(all_formats)
    lengths = [finding.text for finding in report.findings if finding.code == "length"]
    assert any("has 3 frames; 4 were exported" in text for text in lengths)
    assert any("loads the frames 1001-1003 only" in text for text in lengths)
    assert "strange" in codes(report)


def test_mattes_that_chatter_are_not_fit_and_each_part_has_its_figure(result: ResultReader, tmp_path: Path) -> None:
    noisy = write_result(tmp_path / "noise", tmp_path / "plate", scores_of=soft_scores)
    for name, reader in (("steady", result), ("noisy", noisy)):
        run_to_end(export(ExportRequest(reader.folder, tmp_path / name, (Output("exr"),))))
    steady, chattering = report_of(tmp_path / "steady"), report_of(tmp_path / "noisy")
    assert steady.fit
    assert set(steady.flicker) == set(chattering.flicker) == {"wheel", "front window"}
    assert max(steady.flicker.values()) == 0
    assert codes(chattering) == {"chatter"}
    assert "limit 0.05" in chattering.to_text()
    assert report_of(tmp_path / "noisy", limits=CheckLimits(flicker=1.0)).fit


def test_chatter_that_cannot_be_measured_is_said(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "plate").rename(tmp_path / "away")
    report = report_of(pictures)
    assert report.fit
    assert not report.flicker
    assert "Chatter was not measured" in report.to_text()
    assert report_of(pictures, plate=tmp_path / "away").flicker


@pytest.mark.parametrize("allowed", [True, False])
def test_a_frame_without_parts_is_named_and_is_fit_only_where_that_is_allowed(
    pictures: Path, tmp_path: Path, allowed: bool
) -> None:
    for name, value in (("wheel", 0), ("front_window", 0), ("background", 255)):
        Image.new("L", (WIDTH, HEIGHT), value).save(pictures / f"{name}/{name}.1002.png")
    report = report_of(pictures, limits=CheckLimits(flicker=1, empty=allowed))
    assert report.fit is allowed
    (finding,) = [finding for finding in report.findings if finding.code == "empty"]
    assert finding.frames == (1002,)


def test_values_that_are_no_numbers_and_channels_without_a_layer_are_found(
    result: ResultReader, tmp_path: Path
) -> None:
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (Output("exr", exr=ExrOptions("float")),))))
    path = tmp_path / "out/shot.1002.exr"
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    pixels[3, 4, 1] = np.nan
    spec = oiio.ImageSpec(WIDTH, HEIGHT, 3, oiio.FLOAT)
    spec.channelnames = ("wheel.A", "front_window.A", "Y")
    write_image(path, pixels, spec)
    report = report_of(tmp_path / "out")
    assert codes(report) == {"nan", "names"}
    assert "channels Y" in report.to_text()


def test_a_group_that_is_not_the_sum_of_its_parts_is_found(result: ResultReader, tmp_path: Path) -> None:
    path = result.folder / "result.json"
    path.write_text(path.read_text().replace('"group": ""', '"group": "car"'))
    layers = LayerChoice("both", background=True)
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (Output("png"),), layers=layers)))
    assert report_of(tmp_path / "out").fit
    Image.new("L", (WIDTH, HEIGHT), 9).save(tmp_path / "out/car/car.1001.png")
    assert codes(report_of(tmp_path / "out")) == {"groups"}


def test_tokens_of_profile_and_range_are_found_again(result: ResultReader, tmp_path: Path) -> None:
    path = result.folder / "result.json"
    path.write_text(path.read_text().replace("learned from the anchors", "ab" * 32))
    output = Output("png", "{profile}_{start}-{end}/{part}.{frame}.png")
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (output,))))
    assert (tmp_path / "out/abababab_1001-1003/wheel.1001.png").is_file()
    assert report_of(tmp_path / "out").fit


def test_all_exports_of_a_folder_are_checked_and_told_apart(result: ResultReader, tmp_path: Path) -> None:
    for version in (1, 2):
        naming, output = Naming(version=version), Output("png", "{ver}/{part}.{frame}.png")
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (output,), naming=naming)))
    assert report_of(tmp_path / "out").frames == 2 * len(FRAMES)
    (tmp_path / "out/v001/wheel.1002.png").unlink()
    report = report_of(tmp_path / "out")
    assert codes(report) == {"missing"}
    assert "shot v001: Files of 'wheel' are missing." in report.to_text()


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


def test_a_range_that_was_ordered_is_all_that_must_be_there(pictures: Path, tmp_path: Path) -> None:
    limits = CheckLimits(frame_range=FrameRange(1001, 1002))
    assert report_of(pictures, limits=limits).fit  # what lies beside the range does no harm
    for frame in (1002, 1003):
        for path in pictures.glob(f"*/*.{frame}.png"):
            path.unlink()
    sidecar = next(pictures.glob("*.mattes.json"))
    table = json.loads(sidecar.read_text(encoding="utf-8"))
    table["formats"][0]["frames"] = {"1001": 1001}
    sidecar.write_text(json.dumps(table), encoding="utf-8")
    assert codes(report_of(pictures)) == {"missing"}
    assert report_of(pictures, limits=limits).fit
    assert main(["check", str(pictures), "--range", "1001-1001"]) == 0
    assert main(["check", str(pictures), "--range", "1001-1002"]) == 7
    assert main(["check", str(pictures), "--range", "1-5"]) == 3


def test_the_verb_has_an_exit_code_and_a_report_for_farms(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(pictures), "--report", str(tmp_path / "qc.json")]) == 0
    assert json.loads((tmp_path / "qc.json").read_text(encoding="utf-8"))["fit"] is True
    (pictures / "wheel/wheel.1002.png").unlink()
    assert main(["check", str(pictures), "--json"]) == 7
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fit"] is False
    assert main(["check", str(tmp_path / "plate")]) == 3
