"""What goes wrong on real machines: nothing half-written under a final name, and a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.api.check import CheckRequest, check
from engine.api.export import export
from engine.api.export_plan import plan_export
from engine.api.export_request import ExportRequest
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.jobs import run_to_end
from engine.mattes.check.settings import CheckLimits
from engine.mattes.formats import FORMATS
from engine.mattes.options import Naming, Output
from engine.mattes.sidecar import read_sidecar
from engine.results.folder import ResultReader
from tests.engine.mattes.small_result import FRAMES, read_image, write_png_plate, write_result

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
PLATE_FORMATS = ("exr", "cryptomatte", "prores", "ffv1", "review", "labels", "cutout", "png", "tiff", "coco", "yolo")


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    return write_result(tmp_path / "result", write_png_plate(tmp_path / "plate"))


def command(result: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "app.entry", "export", str(result), "--out", str(out), *more]


def temporary_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".part" in path.name]


def pictures(folder: Path) -> list[Path]:
    """Returns the files of an export under their final names; none of them is ever half-written."""
    found = [path for path in folder.rglob("*") if path.is_file() and ".smite-export" not in path.parts]
    return [path for path in found if path.suffix != ".json" and ".part" not in path.name]


def run_with_small_files(limit: int, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command that may write no file larger than `limit` bytes."""
    program = (
        "import resource, sys; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
        "from engine.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )


def test_a_disk_that_takes_no_more_is_a_sentence_for_every_format_and_leaves_no_half_files(
    result: ResultReader, tmp_path: Path
) -> None:
    for name in ("exr", "png", "prores"):
        out = tmp_path / name
        done = run_with_small_files(400, ["export", str(result.folder), "--out", str(out), "--format", name])
        assert done.returncode == 4, done.stderr
        (line,) = [line for line in done.stderr.splitlines() if line.startswith("smite-studio: ")]
        assert "cannot be written" in line or "was not written" in line
        assert "Traceback" not in done.stderr
        assert not pictures(out)
        run_to_end(export(ExportRequest(result.folder, out, (Output(name),))))  # the disk has room again
        assert pictures(out)


@pytest.mark.parametrize("name", PLATE_FORMATS)
def test_a_target_that_cannot_be_a_folder_is_a_sentence_for_every_format(
    result: ResultReader, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "file/out", (Output.from_json(name),))))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_target_is_a_sentence(result: ResultReader, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="no permission"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out")))


def test_a_read_only_target_is_a_sentence_also_where_the_superuser_tests(
    result: ResultReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refused)
    with pytest.raises(OutputError, match="no permission"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out")))
    assert not pictures(tmp_path / "out")


def test_an_export_killed_in_its_middle_leaves_whole_files_and_goes_on(tmp_path: Path) -> None:
    frames = range(1001, 1121)
    plate = write_png_plate(tmp_path / "plate", frames=frames)
    folder = write_result(tmp_path / "result", plate, frames=frames).folder
    out = tmp_path / "mattes for Ölfaß"
    arguments = command(folder, out, "--format", "exr,png", "--plate")
    with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while len(pictures(out)) < 20 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    survivors = pictures(out)
    assert 20 <= len(survivors) < 3 * len(frames)
    for path in survivors:
        assert read_image(path)[0].size
    stamps = {path: path.stat().st_mtime_ns for path in survivors}
    (out / "wheel/.wheel.1119.0badf00d.part.png").write_bytes(b"left over")
    (out / "wheel/.wheel.2000.0badf00d.part.png").write_bytes(b"another machine's")
    outputs = (Output.from_json({"format": "exr", "exr": {"plate": True}}), Output("png"))
    request = ExportRequest(folder, out, outputs)
    assert plan_export(request).finished == frozenset(survivors)
    run_to_end(export(request))  # nothing of its own asks for --overwrite
    assert len(pictures(out)) == 3 * len(frames)
    assert {path: path.stat().st_mtime_ns for path in survivors} == stamps
    assert [path.name for path in temporary_files(out)] == [".wheel.2000.0badf00d.part.png"]


def test_a_movie_and_a_data_set_killed_in_their_middle_leave_nothing_under_their_names(tmp_path: Path) -> None:
    frames = range(1001, 1061)
    plate = write_png_plate(tmp_path / "plate", frames=frames)
    folder = write_result(tmp_path / "result", plate, frames=frames).folder
    out = tmp_path / "movies of 'sh 010' – Ölfaß"
    arguments = command(folder, out, "--format", "prores,ffv1,review,coco,labels")
    with subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while len(list(out.glob("labels/*.png"))) < 10 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert {path.suffix for path in pictures(out)} == {".png"}
    assert not list(out.glob("*_coco.json"))
    assert temporary_files(out)
    outputs = tuple(Output.from_json(name) for name in ("prores", "ffv1", "review", "coco", "labels"))
    run_to_end(export(ExportRequest(folder, out, outputs)))
    assert not temporary_files(out)
    assert run_to_end(check(CheckRequest(out))).fit


def test_every_format_goes_to_a_path_with_spaces_quotes_and_letters_of_all_scripts(
    result: ResultReader, tmp_path: Path
) -> None:
    out = tmp_path / "für 'Anna' & 車 [v1] 100%"
    names = (*PLATE_FORMATS, "overlay", "nuke")
    assert set(names) == set(FORMATS)
    outputs = tuple(Output.from_json(name) for name in names if name != "yolo")
    naming = Naming(shot="Schuß №7 50%")
    plan = plan_export(ExportRequest(result.folder, out, outputs, naming))
    run_to_end(export(ExportRequest(result.folder, out, outputs, naming)))
    assert all(file.path.is_file() for file in plan.files)
    limits = CheckLimits(flicker=1)  # the result is noise
    report = run_to_end(check(CheckRequest(out, limits=limits)))
    assert report.fit, report.to_text()
    assert "Schuß №7 50%" in plan.files[0].path.name or "Schuß №7 50%" in plan.files[-1].path.name


def test_part_names_of_every_kind_become_legal_channels_and_stay_themselves_in_the_sidecar(tmp_path: Path) -> None:
    names = ["a.b", "a b", "Räder", "車輪", "4x4", "A B", "rgba", "con", "x" * 300, "x" * 301, 'say "hi"', "a/b\\c"]
    result = write_result(tmp_path / "r", write_png_plate(tmp_path / "plate"), parts=PartSet.from_names(names))
    outputs = (Output("exr"), Output("png"), Output("cryptomatte"), Output("nuke"), Output("review"))
    summary = run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs)))
    _, spec = read_image(tmp_path / "out/sh010_bg.1001.exr")
    channels = [name.removesuffix(".A") for name in spec.channelnames]
    assert len({name.lower() for name in channels}) == len(names)
    assert all(name.isascii() and name.replace("_", "a").isalnum() and name[0].isalpha() for name in channels)
    sidecar = read_sidecar(summary.sidecar)
    assert [layer.name for layer in sidecar.layers] == names
    assert sorted(layer.channel for layer in sidecar.layers) == sorted(channels)
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == {*channels, ".smite-export"}


def test_forty_parts_fit_into_one_exr_one_cryptomatte_and_one_folder_each(tmp_path: Path) -> None:
    parts = PartSet.from_names([f"part {index}" for index in range(40)])
    plate = write_png_plate(tmp_path / "plate", frames=FRAMES[:1])
    result = write_result(tmp_path / "r", plate, parts=parts, frames=FRAMES[:1])
    outputs = (Output("exr"), Output("png"), Output("cryptomatte"), Output("review"))
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs)))
    _, spec = read_image(tmp_path / "out/sh010_bg.1001.exr")
    assert spec.nchannels == 40
    assert len(list((tmp_path / "out").glob("part_*/part_*.1001.png"))) == 40


def test_parts_with_equal_names_are_a_sentence_and_nothing_is_written(result: ResultReader, tmp_path: Path) -> None:
    path = result.folder / "result.json"
    path.write_text(path.read_text().replace("front window", "wheel"))
    with pytest.raises(InputError, match=r"Two parts share the name wheel\. Rename one of them"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out")))
    assert not (tmp_path / "out").exists()


def test_a_frame_that_is_damaged_is_named_and_the_frames_before_it_are_kept(
    result: ResultReader, tmp_path: Path
) -> None:
    result.labels_path(1002).write_bytes(b"\x89PNG cut off")
    with pytest.raises(InputError, match=r"sh010_bg\.1002\.png"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out")))
    assert sorted(path.name for path in pictures(tmp_path / "out")) == ["front_window.1001.png", "wheel.1001.png"]
