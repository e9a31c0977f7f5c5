from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli.main import main
from engine.media.label_png import read_label_png, write_label_png
from engine.results.folder import ResultReader
from tests.engine.cli.small_clip import FIRST, FRAMES, HEIGHT, PARTS, WIDTH, write_small_clip

NAMES = ",".join(PARTS.names)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_clip(tmp_path_factory.mktemp("ein Clip é"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def segment(clip: Path, out: Path, *more: str) -> int:
    plate, anchors = str(clip / "plate"), str(clip / "anchors")
    return main(
        ["segment", plate, "--anchors", anchors, "--out", str(out), "--parts", NAMES, "--preset", "draft", *more]
    )


def test_the_main_job_runs_from_footage_to_mattes(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "result"
    assert segment(clip, out) == 0
    reader = ResultReader(out)
    assert reader.numbers == tuple(range(FIRST, FIRST + FRAMES))
    assert all(frame.state == "done" for frame in reader.record.frames.values())
    assert set(reader.record.frames[FIRST + 1].flicker) == set(PARTS.names)
    for number in (FIRST, FIRST + FRAMES - 1):
        painted = read_label_png(clip / f"anchors/shot.{number}.png")
        assert (reader.labels(number) == painted).all()

    assert main(["export", str(out), "--out", str(tmp_path / "mattes"), "--bits", "16"]) == 0
    names = sorted(path.name for path in (tmp_path / "mattes/left").iterdir())
    assert names == [f"left.{number}.png" for number in range(FIRST, FIRST + FRAMES)]
    with Image.open(tmp_path / f"mattes/right/right.{FIRST}.png") as image:
        assert image.size == (WIDTH, HEIGHT)
        assert ((np.array(image) > 32767) == (reader.labels(FIRST) == 2)).all()
    for kind in ("labels", "overlay"):
        assert main(["export", str(out), "--out", str(tmp_path / kind), "--format", kind]) == 0
    assert (tmp_path / "overlay/shot_overlay.mp4").stat().st_size > 0

    capsys.readouterr()
    excluded = f"{FIRST},{FIRST + FRAMES - 1}"
    done = main(
        ["evaluate", "--truth", str(clip / "truth"), "--result", str(out), "--exclude-frames", excluded, "--json"]
    )
    assert done == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["event"] == "result"
    assert report["mean"]["J"] > 0.8


def test_a_finished_result_is_not_done_again_and_another_one_is_not_overwritten(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r"
    assert segment(clip, out, "--range", f"{FIRST}-{FIRST + 2}") == 0
    stamps = {path: path.stat().st_mtime_ns for path in (out / "labels").iterdir()}
    assert segment(clip, out, "--range", f"{FIRST}-{FIRST + 2}") == 0
    assert {path: path.stat().st_mtime_ns for path in (out / "labels").iterdir()} == stamps
    assert segment(clip, out) == 4
    assert "already holds a result made from something else: other range" in capsys.readouterr().err
    assert segment(clip, out, "--overwrite") == 0
    assert len(ResultReader(tmp_path / "r.previous-1").numbers) == 3
    assert len(ResultReader(out).numbers) == FRAMES


def test_the_record_names_the_first_frames_of_new_shots(clip: Path, tmp_path: Path) -> None:
    assert segment(clip, tmp_path / "cut", "--cuts", f"{FIRST + 2}") == 0
    assert ResultReader(tmp_path / "cut").record.clip["cuts"] == [FIRST + 2]
    assert segment(clip, tmp_path / "whole", "--cuts", "none") == 0
    assert ResultReader(tmp_path / "whole").record.clip["cuts"] == []


def test_a_killed_run_resumes_to_the_same_result(tmp_path: Path) -> None:
    clip = write_small_clip(tmp_path / "clip", frames=30)
    command = [sys.executable, "-m", "app.entry", "segment", str(clip / "plate"), "--anchors", str(clip / "anchors")]
    command += ["--parts", NAMES, "--preset", "draft", "--out"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache-2"), "OMP_NUM_THREADS": "1"}
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True, env=environment)
    shutil.rmtree(tmp_path / "cache-2", ignore_errors=True)

    broken = tmp_path / "broken"
    with subprocess.Popen([*command, str(broken)], env=environment, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while len(list(broken.glob("labels/*.png"))) < 5 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    subprocess.run([*command, str(broken)], check=True, capture_output=True, env=environment)
    for path in sorted((tmp_path / "whole/labels").iterdir()):
        assert (read_label_png(path) == read_label_png(broken / "labels" / path.name)).all()
    assert not list(broken.rglob("*.part*"))


def bad_clip(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / f"{kind}.mp4"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "no video":
        path.write_text("just text")
    elif kind == "no images":
        path.mkdir()
        (path / "readme.txt").write_text("x")
    return path


@pytest.mark.parametrize("kind", ["missing", "empty", "no video", "no images"])
def test_a_clip_that_is_none_is_one_sentence(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = bad_clip(tmp_path, kind)
    code = main(["segment", str(path), "--anchors", str(clip / "anchors"), "--out", str(tmp_path / "out")])
    assert_one_sentence(code, 3, capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["other size", "unknown index", "all background", "no frame of the clip", "no masks"])
def test_anchors_that_do_not_fit_are_one_sentence(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[10:20, 10:20] = 1
    folder = tmp_path / "anchors"
    folder.mkdir()
    if kind == "other size":
        write_label_png(folder / f"shot.{FIRST}.png", labels[:40], PARTS)
    elif kind == "unknown index":
        labels[0, 0] = 9
        write_label_png(folder / f"shot.{FIRST}.png", labels, PARTS)
    elif kind == "all background":
        write_label_png(folder / f"shot.{FIRST}.png", labels * 0, PARTS)
    elif kind == "no frame of the clip":
        write_label_png(folder / "shot.2001.png", labels, PARTS)
    arguments = ["segment", str(clip / "plate"), "--anchors", str(folder), "--out", str(tmp_path / "out")]
    assert_one_sentence(main([*arguments, "--parts", NAMES]), 3, capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--range", "1-5"), "has the frames 1001-1006"),
        (("--profile", "nothing.safetensors"), "cannot be read"),
        (("--cuts", "1003,9999"), "--cuts names 9999"),
        (("--device", "quantum"), "device must be"),
        (("--temporal", "guided"), "are for smite"),
        (("--tracker", "cotracker"), "are for smite"),
    ],
)
def test_requests_that_make_no_sense_are_one_sentence(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    assert words in assert_one_sentence(segment(clip, tmp_path / "out", *more), 3, capsys)


def test_a_result_folder_that_cannot_be_written_is_one_sentence(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert_one_sentence(segment(clip, tmp_path / "file" / "out"), 4, capsys)


@pytest.mark.parametrize(("frames", "size"), [(1, (WIDTH, HEIGHT)), (2, (33, 17))])
def test_short_and_odd_clips_are_segmented(tmp_path: Path, frames: int, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    plate, anchors = tmp_path / "plate", tmp_path / "anchors"
    plate.mkdir()
    for number in range(1, frames + 1):
        Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8)).save(plate / f"x{number}.png")
    labels = np.zeros((size[1], size[0]), np.uint8)
    labels[5, 5] = 1
    write_label_png(anchors / "x1.png", labels, PARTS)
    out = tmp_path / "out"
    command = ["segment", str(plate), "--anchors", str(anchors), "--out", str(out), "--preset", "draft"]
    assert main(command) == 0
    assert (ResultReader(out).labels(1) == labels).all()


def test_exporting_twice_asks_before_it_replaces(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert segment(clip, tmp_path / "r") == 0
    export = ["export", str(tmp_path / "r"), "--out", str(tmp_path / "m"), "--part", "left"]
    assert main(export) == 0
    assert main(export) == 0  # the same export finds its files finished
    capsys.readouterr()
    other = [*export, "--bits", "16"]
    assert "6 of 6 files exist" in assert_one_sentence(main(other), 4, capsys)
    assert main([*other, "--overwrite"]) == 0
    assert not (tmp_path / "m/right").exists()


def assert_one_sentence(code: int, wanted: int, capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert code == wanted, text
    lines = [line for line in text.splitlines() if line.startswith("smite-studio: ")]
    assert len(lines) == 1
    assert "Traceback" not in text
    return lines[0]
